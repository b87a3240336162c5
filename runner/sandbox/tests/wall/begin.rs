//! A guest that attacks while its session begins, before anybody has called it: an error of the host's side, and no session.

#![expect(
    clippy::disallowed_methods,
    reason = "a test makes the folders that it grants"
)]

use croquant_sandbox::{Access, Cell, Error, Limits, Mount, Outcome, Policy, Session};

use crate::stage::{GUEST, Memory, engine_of, limits};

const BEGIN: &str = "(func (export \"croquant_begin\") (param $len i32) (result i32)\n";
const BLOCK: &str = "(func (export \"croquant_interrupt_block\") (result i32)";
const BUFFER: &str = "(func (export \"croquant_buffer\") (param $len i32) (result i32)\n";

/// Starts a session of the guest in whose function `export` this code comes first. What it did, if it began; and why it did not.
async fn start(export: &str, code: &str) -> Result<String, String> {
    assert_eq!(GUEST.matches(export).count(), 1);
    let guest = GUEST.replace(export, &format!("{export} {code}\n"));
    let engine = engine_of(&guest, 1);
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(inside.join("file"), "content").unwrap();
    std::fs::write(folder.path().join("secret"), "secret").unwrap();
    let policy = Policy {
        mounts: vec![Mount::new(&inside, "/data", Access::ReadWrite)],
        ..Policy::default()
    };
    let limits = Limits {
        fuel: 1,
        ..limits()
    };
    let mut ends = Vec::new();
    // There is room for one: an attempt that kept its place would be told apart from the first.
    for _ in 0..2 {
        let memory = Memory::default();
        let console = Box::new(memory.clone());
        ends.push(
            match Session::start(&engine, &policy, &limits, console).await {
                Ok(mut session) => {
                    session.set_limits(&crate::stage::limits());
                    let report = session.execute(&Cell::new("n")).await.unwrap();
                    assert_eq!(report.outcome, Outcome::Completed);
                    Ok(memory.stdout())
                }
                Err(Error::Begin { reason }) => Err(reason),
                Err(other) => Err(other.to_string()),
            },
        );
        let printed = memory.0.lock().unwrap().stdout.len();
        assert!(printed < 100_100, "{printed} bytes of output");
        assert_eq!(
            std::fs::read_to_string(folder.path().join("secret")).unwrap(),
            "secret"
        );
    }
    assert_eq!(ends[0], ends[1]);
    ends.remove(0)
}

#[track_caller]
fn check(ended: Result<String, String>, expected: Result<&str, &str>) {
    let ended = ended.as_ref().map(String::as_str).map_err(String::as_str);
    match (ended, expected) {
        (Err(reason), Err(part)) => assert!(reason.contains(part), "{reason:?}, not {part:?}"),
        (ended, expected) => assert_eq!(ended, expected),
    }
}

#[tokio::test]
async fn what_does_no_harm_begins() {
    check(start(BEGIN, "").await, Ok("1"));
    check(
        start(BEGIN, "(drop (memory.grow (i32.const 1)))").await,
        Ok("1"),
    );
}

#[tokio::test]
async fn what_ends_badly_does_not_begin() {
    for (code, reason) in [
        ("(unreachable)", "unreachable"),
        ("(return (i32.const 7))", "errno 7"),
        ("(drop (call $deep (i32.const 0)))", "stack"),
        ("(call $proc_exit (i32.const 0))", "exit"),
        ("(drop (i32.load (i32.const 0xfffffff0)))", "out of bounds"),
        (
            "(call $emit (i32.const 2) (i32.const 0xfffffff0) (i32.const 32))",
            "bad pointer in `emit`",
        ),
        (
            "(call $emit (i32.const 99) (i32.const 0) (i32.const 0))",
            "no kind 99",
        ),
        ("(call $take (i32.const 0xfffffff0))", "`take`"),
    ] {
        check(start(BEGIN, code).await, Err(reason));
    }
}

#[tokio::test]
async fn what_has_no_end_is_ended() {
    check(start(BEGIN, "(loop $on (br $on))").await, Err("fuel"));
    let looks = "(loop $on (drop (call $tripped)) (br $on))";
    check(start(BEGIN, looks).await, Err("fuel"));
    let floods = "(loop $on (drop (call $write (i32.const 1) (i32.const 65536) (i32.const 60000))) (br $on))";
    check(start(BEGIN, floods).await, Err("fuel"));
}

#[tokio::test]
async fn memory_stays_within_its_limit() {
    let grows = "(loop $on (br_if $on (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
        (if (i32.gt_u (memory.size) (i32.const 128)) (then (return (i32.const 9))))";
    check(start(BEGIN, grows).await, Ok("1"));
}

#[tokio::test]
async fn files_are_those_of_the_mounts() {
    let opens = |path: &str| {
        let stores: String = path
            .bytes()
            .enumerate()
            .map(|(at, byte)| format!("(i32.store8 (i32.const {}) (i32.const {byte}))", 64 + at))
            .collect();
        format!(
            "{stores} (if (local.tee $len (call $path_open (i32.const 3) (i32.const 1) (i32.const 64) (i32.const {}) (i32.const 0)
                (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 16))) (then (return (local.get $len))))
            (local.set $len (i32.const 0))",
            path.len()
        )
    };
    check(start(BEGIN, &opens("file")).await, Ok("1"));
    check(start(BEGIN, &opens("missing")).await, Err("errno 44"));
    check(start(BEGIN, &opens("../secret")).await, Err("errno 63"));
    check(start(BEGIN, &opens("/etc/passwd")).await, Err("errno 63"));
}

#[tokio::test]
async fn addresses_that_it_gives_are_checked() {
    for address in ["0xfffffff0", "0x40000", "0x3fffc"] {
        let code = format!("(return (i32.const {address}))");
        check(
            start(BLOCK, &code).await,
            Err("its interrupt block points nowhere"),
        );
        check(start(BUFFER, &code).await, Err("out of bounds"));
    }
    check(start(BUFFER, "").await, Ok("1"));
}
