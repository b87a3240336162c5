;; A guest of few words: it implements the interface of `guest/ABI.md`, and each cell's first letter says what to do.
(module
  (import "croquant" "write" (func $write (param i32 i32 i32) (result i32)))
  (import "croquant" "read" (func $read (param i32 i32) (result i32)))
  (import "croquant" "input" (func $input (param i32 i32 i32) (result i32)))
  (import "croquant" "take" (func $take (param i32)))
  (import "croquant" "emit" (func $emit (param i32 i32 i32)))
  (import "croquant" "sleep" (func $sleep (param i64) (result i32)))
  (import "croquant" "slice" (func $slice))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pread" (func $fd_pread (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_seek" (func $fd_seek (param i32 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_readdir" (func $fd_readdir (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_filestat_get" (func $fd_filestat_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_filestat_get" (func $path_filestat_get (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_readlink" (func $path_readlink (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_rename" (func $path_rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_create_directory" (func $path_create_directory (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_symlink" (func $path_symlink (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $fd_fdstat_get (param i32 i32) (result i32)))

  ;; 0..1024 scratch · 1024 interrupt block · 2048 eval breaker, is_tripped, SIGINT tripped · 4096 texts
  ;; 8192 begin records, length first · 65536 buffer (one page) · 131072 results
  (memory (export "memory") 4)
  ;; Unused: the meter adds its own to those that are there.
  (global (mut i32) (i32.const 0))
  (data (i32.const 1024) "\00\08\00\00\01\00\00\00\04\08\00\00\08\08\00\00\80\00\00\00")
  (data (i32.const 4096) "{\"ename\": \"KeyboardInterrupt\"}")
  (data (i32.const 4160) "{\"ename\": \"MemoryError\"}")
  (data (i32.const 4224) "{\"code\": 7}")
  (data (i32.const 4288) "name? ")

  (func $write_rest (param $len i32)
    (if (i32.gt_u (local.get $len) (i32.const 1)) (then
      (drop (call $write (i32.const 1) (i32.const 65537) (i32.sub (local.get $len) (i32.const 1)))))))

  (func (export "croquant_buffer") (param $len i32) (result i32)
    (select (i32.const 65536) (i32.const 0) (i32.le_u (local.get $len) (i32.const 65536))))
  (func (export "croquant_interrupt_block") (result i32) (i32.const 1024))
  (func (export "croquant_begin") (param $len i32) (result i32)
    (i32.store (i32.const 8192) (local.get $len))
    (memory.copy (i32.const 8196) (i32.const 65536) (local.get $len))
    (i32.const 0))

  ;; A program's exit code is its argument's first byte; 130 if it begins with `l` and was interrupted.
  (func (export "croquant_run") (param $len i32) (result i32)
    (if (i32.eq (i32.load8_u (i32.const 65537)) (i32.const 108))
      (then (loop $again (br_if $again (i32.eqz (call $tripped)))) (return (i32.const 130))))
    (i32.load8_u (i32.const 65537)))
  (func (export "croquant_call") (param $len i32) (result i32)
    (call $emit (i32.const 4) (i32.const 65536) (local.get $len))
    (i32.const 0))

  ;; As CPython's eval loop: ends the slice if it is over, then sees all three flags and takes them down.
  (func $tripped (result i32)
    (if (i32.and (i32.load (i32.const 2048)) (i32.const 0x80)) (then
      (i32.store (i32.const 2048) (i32.and (i32.load (i32.const 2048)) (i32.const 0xffffff7f)))
      (call $slice)))
    (if (i32.eqz (i32.load (i32.const 2048))) (then (return (i32.const 0))))
    (if (i32.eqz (i32.load (i32.const 2052))) (then (unreachable)))
    (if (i32.eqz (i32.load (i32.const 2056))) (then (unreachable)))
    (i32.store (i32.const 2048) (i32.const 0))
    (i32.store (i32.const 2052) (i32.const 0))
    (i32.store (i32.const 2056) (i32.const 0))
    (i32.const 1))
  (func $keyboard_interrupt (result i32)
    (call $emit (i32.const 3) (i32.const 4096) (i32.const 30))
    (i32.const 1))
  (func $deep (param $n i32) (result i32)
    (i32.add (i32.const 1) (call $deep (i32.add (local.get $n) (call $tripped)))))

  (func (export "croquant_execute") (param $len i32) (param $flags i32) (result i32)
    (local $op i32) (local $n i32) (local $sum i64)
    (local.set $op (i32.load8_u (i32.const 65536)))
    ;; z: count, fill a page, grow and write there, then go on with the next letter
    (if (i32.eq (local.get $op) (i32.const 122)) (then
      (i32.store (i32.const 0) (i32.add (i32.const 1) (i32.load (i32.const 0))))
      (memory.fill (i32.const 131072) (i32.const 170) (i32.const 65536))
      (memory.fill (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)) (i32.const 170) (i32.const 65536))
      (local.set $op (i32.load8_u (i32.const 65537)))))
    ;; a: add up the words from 131072 to the end of memory, and write the sum as 16 letters
    (if (i32.eq (local.get $op) (i32.const 97)) (then
      (local.set $n (i32.const 131072))
      (loop $again
        (local.set $sum (i64.add (local.get $sum) (i64.load (local.get $n))))
        (local.set $n (i32.add (local.get $n) (i32.const 8)))
        (br_if $again (i32.lt_u (local.get $n) (i32.mul (memory.size) (i32.const 65536)))))
      (local.set $n (i32.const 0))
      (loop $again
        (i32.store8 (i32.add (i32.const 32) (local.get $n))
          (i32.add (i32.const 97) (i32.and (i32.wrap_i64 (local.get $sum)) (i32.const 15))))
        (local.set $sum (i64.shr_u (local.get $sum) (i64.const 4)))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $n) (i32.const 16))))
      (drop (call $write (i32.const 1) (i32.const 32) (i32.const 16)))
      (return (i32.const 0))))
    ;; e: echo the rest
    (if (i32.eq (local.get $op) (i32.const 101)) (then
      (call $write_rest (local.get $len))
      (return (i32.const 0))))
    ;; n: count the calls of this session, and write the count as a digit
    (if (i32.eq (local.get $op) (i32.const 110)) (then
      (i32.store (i32.const 0) (i32.add (i32.const 1) (i32.load (i32.const 0))))
      (i32.store8 (i32.const 4) (i32.add (i32.const 48) (i32.load (i32.const 0))))
      (drop (call $write (i32.const 1) (i32.const 4) (i32.const 1)))
      (return (i32.const 0))))
    ;; F: write the flags as a digit
    (if (i32.eq (local.get $op) (i32.const 70)) (then
      (i32.store8 (i32.const 4) (i32.add (i32.const 48) (local.get $flags)))
      (drop (call $write (i32.const 2) (i32.const 4) (i32.const 1)))
      (return (i32.const 0))))
    ;; l: loop, and never look
    (if (i32.eq (local.get $op) (i32.const 108)) (then (loop $again (br $again))))
    ;; w: work for some ticks without looking, then return; t: status 9 if a flag is up
    (if (i32.eq (local.get $op) (i32.const 119)) (then
      (local.set $n (i32.const 100000000))
      (loop $again
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $again (local.get $n)))
      (return (i32.const 0))))
    (if (i32.eq (local.get $op) (i32.const 116)) (then (return (i32.mul (i32.const 9)
      (i32.or (i32.and (i32.const 1) (i32.load (i32.const 2048))) (i32.or (i32.load (i32.const 2052)) (i32.load (i32.const 2056))))))))
    ;; L: loop, and look
    (if (i32.eq (local.get $op) (i32.const 76)) (then
      (loop $again (br_if $again (i32.eqz (call $tripped))))
      (return (call $keyboard_interrupt))))
    ;; c: loop, and catch: end normally after the number of interrupts in the next digit
    (if (i32.eq (local.get $op) (i32.const 99)) (then
      (local.set $n (i32.sub (i32.load8_u (i32.const 65537)) (i32.const 48)))
      (loop $again
        (local.set $n (i32.sub (local.get $n) (call $tripped)))
        (br_if $again (local.get $n)))
      (return (i32.const 0))))
    ;; g: grow by pages until refused; G: grow by one page
    (if (i32.eq (local.get $op) (i32.const 103)) (then
      (loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
      (call $emit (i32.const 3) (i32.const 4160) (i32.const 24))
      (return (i32.const 1))))
    (if (i32.eq (local.get $op) (i32.const 71)) (then
      (return (i32.mul (i32.const 9) (i32.eq (memory.grow (i32.const 1)) (i32.const -1))))))
    ;; f: write on and on, looking
    (if (i32.eq (local.get $op) (i32.const 102)) (then
      (loop $again
        (drop (call $write (i32.const 1) (i32.const 65536) (i32.const 1000)))
        (br_if $again (i32.eqz (call $tripped))))
      (return (call $keyboard_interrupt))))
    ;; m: show the rest on and on, looking
    (if (i32.eq (local.get $op) (i32.const 109)) (then
      (loop $again
        (call $emit (i32.const 2) (i32.const 65537) (i32.sub (local.get $len) (i32.const 1)))
        (br_if $again (i32.eqz (call $tripped))))
      (return (call $keyboard_interrupt))))
    ;; d: show the rest once
    (if (i32.eq (local.get $op) (i32.const 100)) (then
      (call $emit (i32.const 2) (i32.const 65537) (i32.sub (local.get $len) (i32.const 1)))
      (return (i32.const 0))))
    ;; i: write the rest, ask for a line and write it
    (if (i32.eq (local.get $op) (i32.const 105)) (then
      (call $write_rest (local.get $len))
      (local.set $n (call $input (i32.const 4288) (i32.const 6) (i32.const 0)))
      (if (i32.eq (local.get $n) (i32.const -27)) (then
        (if (i32.eqz (call $tripped)) (then (return (i32.const 9))))
        (return (call $keyboard_interrupt))))
      (if (i32.lt_s (local.get $n) (i32.const 0)) (then (return (i32.sub (i32.const 0) (local.get $n)))))
      (call $take (i32.const 131072))
      (drop (call $write (i32.const 1) (i32.const 131072) (local.get $n)))
      (return (i32.const 0))))
    ;; r: copy stdin to stdout, four bytes at a time
    (if (i32.eq (local.get $op) (i32.const 114)) (then
      (loop $again
        (local.set $n (call $read (i32.const 131072) (i32.const 4)))
        (if (i32.eq (local.get $n) (i32.const -27)) (then
          (drop (call $tripped))
          (return (call $keyboard_interrupt))))
        (drop (call $write (i32.const 1) (i32.const 131072) (local.get $n)))
        (br_if $again (local.get $n)))
      (return (i32.const 0))))
    ;; s: write the rest and sleep an hour; S: sleep a millisecond
    (if (i32.eq (local.get $op) (i32.const 115)) (then
      (call $write_rest (local.get $len))
      (if (i32.eq (call $sleep (i64.const 3600000000000)) (i32.const 27)) (then
        (if (i32.eqz (call $tripped)) (then (return (i32.const 9))))
        (return (call $keyboard_interrupt))))
      (return (i32.const 9))))
    (if (i32.eq (local.get $op) (i32.const 83)) (then (return (call $sleep (i64.const 1000000)))))
    ;; o: recurse for ever
    (if (i32.eq (local.get $op) (i32.const 111)) (then (return (call $deep (i32.const 0)))))
    (if (i32.eq (local.get $op) (i32.const 117)) (then (unreachable)))
    (if (i32.eq (local.get $op) (i32.const 120)) (then (call $proc_exit (i32.const 3))))
    ;; q: exit by message
    (if (i32.eq (local.get $op) (i32.const 113)) (then
      (call $emit (i32.const 7) (i32.const 4224) (i32.const 11))
      (return (i32.const 2))))
    ;; p: pointers and descriptors that must come back as errors; the status says which did not
    (if (i32.eq (local.get $op) (i32.const 112)) (then
      (if (i32.ne (call $write (i32.const 1) (i32.const 0xffffffff) (i32.const 2)) (i32.const -21)) (then (return (i32.const 10))))
      (if (i32.ne (call $write (i32.const 1) (i32.const 262143) (i32.const 2)) (i32.const -21)) (then (return (i32.const 11))))
      (if (i32.ne (call $write (i32.const 1) (i32.const 262143) (i32.const 1)) (i32.const 1)) (then (return (i32.const 12))))
      (if (i32.ne (call $write (i32.const 3) (i32.const 0) (i32.const 1)) (i32.const -8)) (then (return (i32.const 13))))
      (if (i32.ne (call $read (i32.const 0xfffffff0) (i32.const 32)) (i32.const -21)) (then (return (i32.const 14))))
      (if (i32.ne (call $input (i32.const 0xfffffff0) (i32.const 32) (i32.const 0)) (i32.const -21)) (then (return (i32.const 15))))
      (if (i32.ne (call $random_get (i32.const 262140) (i32.const 8)) (i32.const 21)) (then (return (i32.const 16))))
      (if (i32.ne (call $random_get (i32.const 0) (i32.const 0xffffffff)) (i32.const 28)) (then (return (i32.const 17))))
      (if (i32.ne (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 262137)) (i32.const 21)) (then (return (i32.const 18))))
      (if (i32.ne (call $clock_time_get (i32.const 9) (i64.const 0) (i32.const 0)) (i32.const 28)) (then (return (i32.const 19))))
      (if (i32.ne (call $random_get (i32.const 8) (i32.const 8)) (i32.const 0)) (then (return (i32.const 20))))
      (if (i64.eqz (i64.load (i32.const 8))) (then (return (i32.const 21))))
      (return (i32.const 0))))
    ;; P, K, T: what has no error to return traps
    (if (i32.eq (local.get $op) (i32.const 80)) (then (call $emit (i32.const 2) (i32.const 0xfffffff0) (i32.const 32))))
    (if (i32.eq (local.get $op) (i32.const 75)) (then (call $emit (i32.const 99) (i32.const 0) (i32.const 0))))
    (if (i32.eq (local.get $op) (i32.const 84)) (then
      (drop (call $input (i32.const 0) (i32.const 0) (i32.const 0)))
      (call $take (i32.const 0xfffffffe))))
    ;; b: fill a page a thousand times: bulk work is metered, too
    (if (i32.eq (local.get $op) (i32.const 98)) (then
      (local.set $n (i32.const 1000))
      (loop $again
        (memory.fill (i32.const 131072) (i32.const 0) (i32.const 65536))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $again (local.get $n)))
      (return (i32.const 0))))
    ;; R: write the records of begin
    (if (i32.eq (local.get $op) (i32.const 82)) (then
      (drop (call $write (i32.const 1) (i32.const 8196) (i32.load (i32.const 8192))))
      (return (i32.const 0))))
    ;; O: open the file whose path is the rest, below descriptor 3, links followed, for reading (or, after `w`, writing); write its content or
    ;; the errno
    (if (i32.eq (local.get $op) (i32.const 79)) (then
      (local.set $n (call $path_open (i32.const 3) (i32.const 1) (i32.const 65538) (i32.sub (local.get $len) (i32.const 2))
        (i32.mul (i32.const 9) (i32.eq (i32.load8_u (i32.const 65537)) (i32.const 119)))
        (select (i64.const 64) (i64.const 2) (i32.eq (i32.load8_u (i32.const 65537)) (i32.const 119)))
        (i64.const 0) (i32.const 0) (i32.const 16)))
      (if (local.get $n) (then (return (i32.add (i32.const 100) (local.get $n)))))
      (i32.store (i32.const 20) (i32.const 131072))
      (i32.store (i32.const 24) (i32.const 1000))
      (if (i32.eq (i32.load8_u (i32.const 65537)) (i32.const 119)) (then (return (i32.const 0))))
      (local.set $n (call $fd_read (i32.load (i32.const 16)) (i32.const 20) (i32.const 1) (i32.const 28)))
      (if (local.get $n) (then (return (i32.add (i32.const 100) (local.get $n)))))
      (drop (call $write (i32.const 1) (i32.const 131072) (i32.load (i32.const 28))))
      (return (i32.const 0))))
    ;; D: with a mount that has the file `f`: every pointer of the calls on files where it must not be; the status says which was taken.
    ;; Texts at 64: "f". Buffers at 32: one that ends past the memory, at 40: one that is all of it.
    (if (i32.eq (local.get $op) (i32.const 68)) (then
      (i32.store8 (i32.const 64) (i32.const 102))
      (i32.store (i32.const 32) (i32.const 262143))
      (i32.store (i32.const 36) (i32.const 2))
      (i32.store (i32.const 40) (i32.const 131072))
      (i32.store (i32.const 44) (i32.const 4))
      (if (i32.ne (call $path_open (i32.const 3) (i32.const 0) (i32.const 0xffffffff) (i32.const 1) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)) (i32.const 21)) (then (return (i32.const 10))))
      (if (i32.ne (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 262141)) (i32.const 21)) (then (return (i32.const 11))))
      (if (i32.ne (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 0xffffffff) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)) (i32.const 37)) (then (return (i32.const 12))))
      (if (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 0) (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 16)) (then (return (i32.const 13))))
      (if (i32.ne (i32.load (i32.const 16)) (i32.const 4)) (then (return (i32.const 14))))
      (if (i32.ne (call $fd_read (i32.const 4) (i32.const 32) (i32.const 1) (i32.const 28)) (i32.const 21)) (then (return (i32.const 15))))
      (if (i32.ne (call $fd_read (i32.const 4) (i32.const 0xfffffff8) (i32.const 1) (i32.const 28)) (i32.const 21)) (then (return (i32.const 16))))
      (if (i32.ne (call $fd_read (i32.const 4) (i32.const 40) (i32.const 0xffffffff) (i32.const 28)) (i32.const 28)) (then (return (i32.const 17))))
      (if (i32.ne (call $fd_read (i32.const 4) (i32.const 40) (i32.const 1) (i32.const 262141)) (i32.const 21)) (then (return (i32.const 18))))
      (if (i32.ne (call $fd_write (i32.const 4) (i32.const 32) (i32.const 1) (i32.const 28)) (i32.const 21)) (then (return (i32.const 19))))
      (if (i32.ne (call $fd_write (i32.const 4) (i32.const 40) (i32.const 1) (i32.const 0xffffffff)) (i32.const 21)) (then (return (i32.const 20))))
      (if (i32.ne (call $fd_pread (i32.const 4) (i32.const 40) (i32.const 1) (i64.const -1) (i32.const 28)) (i32.const 28)) (then (return (i32.const 21))))
      (if (i32.ne (call $fd_seek (i32.const 4) (i64.const 0) (i32.const 9) (i32.const 24)) (i32.const 28)) (then (return (i32.const 22))))
      (if (i32.ne (call $fd_seek (i32.const 4) (i64.const 0) (i32.const 0) (i32.const 262137)) (i32.const 21)) (then (return (i32.const 23))))
      (if (i32.ne (call $fd_readdir (i32.const 3) (i32.const 262143) (i32.const 2) (i64.const 0) (i32.const 28)) (i32.const 21)) (then (return (i32.const 24))))
      (if (i32.ne (call $fd_readdir (i32.const 3) (i32.const 131072) (i32.const 100) (i64.const 0) (i32.const 262143)) (i32.const 21)) (then (return (i32.const 25))))
      (if (i32.ne (call $fd_filestat_get (i32.const 4) (i32.const 262081)) (i32.const 21)) (then (return (i32.const 26))))
      (if (i32.ne (call $path_filestat_get (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 262081)) (i32.const 21)) (then (return (i32.const 27))))
      (if (i32.ne (call $path_readlink (i32.const 3) (i32.const 262143) (i32.const 2) (i32.const 0) (i32.const 9) (i32.const 28)) (i32.const 21)) (then (return (i32.const 28))))
      (if (i32.ne (call $path_rename (i32.const 3) (i32.const 64) (i32.const 1) (i32.const 3) (i32.const 262143) (i32.const 2)) (i32.const 21)) (then (return (i32.const 29))))
      (if (i32.ne (call $path_create_directory (i32.const 3) (i32.const 0xfffffff0) (i32.const 32)) (i32.const 21)) (then (return (i32.const 30))))
      (if (i32.ne (call $path_symlink (i32.const 262143) (i32.const 2) (i32.const 3) (i32.const 64) (i32.const 1)) (i32.const 21)) (then (return (i32.const 31))))
      ;; And the same calls where everything is in its place.
      (if (call $fd_read (i32.const 4) (i32.const 40) (i32.const 1) (i32.const 28)) (then (return (i32.const 32))))
      (if (call $fd_write (i32.const 4) (i32.const 40) (i32.const 1) (i32.const 28)) (then (return (i32.const 33))))
      (if (call $fd_pread (i32.const 4) (i32.const 40) (i32.const 1) (i64.const 0) (i32.const 28)) (then (return (i32.const 34))))
      (if (call $fd_seek (i32.const 4) (i64.const 0) (i32.const 0) (i32.const 262136)) (then (return (i32.const 35))))
      (if (call $fd_readdir (i32.const 3) (i32.const 131072) (i32.const 100) (i64.const 0) (i32.const 28)) (then (return (i32.const 36))))
      (if (call $fd_filestat_get (i32.const 4) (i32.const 262080)) (then (return (i32.const 37))))
      (if (call $path_filestat_get (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 262080)) (then (return (i32.const 38))))
      (return (i32.const 0))))
    ;; M: whether descriptor 3 is there
    (if (i32.eq (local.get $op) (i32.const 77)) (then
      (return (i32.add (i32.const 100) (call $fd_fdstat_get (i32.const 3) (i32.const 16))))))
    (i32.const 99)))
