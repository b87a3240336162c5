//! The second wall from outside: what the kernel says of a command that runs a guest, and what `croquant doctor` says of the machine.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

fn croquant(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_croquant"));
    command.args(args);
    command
}

/// The answer of `doctor --json`, and its exit code.
fn doctor(command: &mut Command) -> (Value, Option<i32>) {
    let output = command.output().expect("croquant runs");
    let answer = serde_json::from_slice(&output.stdout).expect("JSON");
    (answer, output.status.code())
}

/// Which walls this kernel has, as the kernel itself tells: its list of actions of seccomp.
fn kernel_has_filters() -> bool {
    std::path::Path::new("/proc/sys/kernel/seccomp/actions_avail").exists()
}

/// A process that waits for input, its guest at work.
fn waiting() -> (Child, BufReader<ChildStdout>) {
    let mut child = croquant(&["run", "-c", "print('here', flush=True); input()"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("croquant runs");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut line).expect("a line");
    assert_eq!(line, "here\n");
    (child, stdout)
}

#[test]
fn a_program_runs_behind_the_walls() {
    let (mut child, _stdout) = waiting();
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.expect("a process");
    let says = |name: &str| -> &str {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.map(str::trim).unwrap_or_default()
    };
    assert_eq!(says("NoNewPrivs:"), "1");
    if kernel_has_filters() {
        assert_eq!(says("Seccomp:"), "2");
    } else {
        eprintln!("SKIPPED: this kernel has no filters of system calls");
    }
    drop(child.stdin.take());
    child.wait().expect("an end");
}

#[test]
fn the_doctor_s_exit_says_whether_all_is_well() {
    let (answer, code) = doctor(&mut croquant(&["doctor", "--json"]));
    let missing = |part: &str| -> bool {
        let checks = answer[part].as_object().expect("checks");
        checks.values().any(|check| check["state"] == "missing")
    };
    assert_eq!(
        code,
        Some(i32::from(missing("walls") || missing("machine")))
    );
    assert_eq!(answer["walls"]["webassembly"]["state"], "ok");
    assert_eq!(
        answer["walls"]["seccomp"]["state"] == "ok",
        kernel_has_filters()
    );
    assert_eq!(answer["limits"]["tutorial"]["memory_bytes"], 256 << 20);
    assert!(answer["first_print_us"].as_u64() > Some(0));
    assert!(answer["run_us"].as_u64() > answer["first_print_us"].as_u64());
}

#[test]
fn the_doctor_finds_a_cache_that_others_can_read() {
    let home = tempfile::tempdir().expect("a folder");
    let image = home.path().join("image");
    let look = |mode: u32| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&image, permissions).expect("a mode");
        doctor(croquant(&["doctor", "--json"]).env("CROQUANT_CACHE", home.path()))
    };
    std::fs::create_dir(&image).expect("a folder");
    let (answer, code) = look(0o755);
    assert_eq!(answer["machine"]["cache"]["state"], "missing");
    assert_eq!(code, Some(1));
    let hint = answer["machine"]["cache"]["hint"].as_str().expect("a hint");
    assert!(hint.starts_with("`chmod 700"), "{hint}");
    let (answer, _) = look(0o700);
    assert_eq!(answer["machine"]["cache"]["state"], "ok");
}

/// What an attacker who has taken over the process would do next, played by a tracer: it puts `number` in the place of the system call that
/// the process makes as it waits for input. How the process ends.
#[cfg(target_arch = "x86_64")]
fn ends_after(number: Option<i64>) -> nix::sys::wait::WaitStatus {
    use nix::sys::{ptrace, wait};
    let (mut child, _stdout) = waiting();
    let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
    ptrace::attach(pid).expect("a process may trace its child");
    wait::waitpid(pid, None).expect("it stops");
    let mut registers = loop {
        ptrace::syscall(pid, None).expect("it goes on");
        wait::waitpid(pid, None).expect("it stops at a system call");
        let registers = ptrace::getregs(pid).expect("registers");
        // So at its beginning; at the end of one it would be too late.
        if registers.rax.cast_signed() == -i64::from(nix::libc::ENOSYS) {
            break registers;
        }
    };
    if let Some(number) = number {
        registers.orig_rax = number.cast_unsigned();
        ptrace::setregs(pid, registers).expect("registers");
    }
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), b"\n").expect("input");
    ptrace::detach(pid, None).expect("it goes on by itself");
    wait::waitpid(pid, None).expect("an end")
}

#[test]
#[cfg(target_arch = "x86_64")]
fn what_no_guest_causes_ends_the_process() {
    use nix::sys::signal::Signal;
    use nix::sys::wait::WaitStatus;
    let ended = |number| match ends_after(number) {
        WaitStatus::Exited(_, code) => (Some(code), None),
        WaitStatus::Signaled(_, signal, _) => (None, Some(signal)),
        other => panic!("{other:?}"),
    };
    assert_eq!(ended(None), (Some(0), None));
    if kernel_has_filters() {
        let mount = nix::libc::SYS_mount;
        // 159 to a shell, as the README says.
        assert_eq!(ended(Some(mount)), (None, Some(Signal::SIGSYS)));
    } else {
        eprintln!("SKIPPED: this kernel has no filters of system calls");
    }
}
