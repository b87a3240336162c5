//! The records of `croquant_begin`: a policy as the guest reads it.

use crate::limits::Limits;
use crate::policy::{Mode, Policy};

const ARG: u8 = 1;
const ENV: u8 = 2;
const CWD: u8 = 3;
const MOUNT: u8 = 4;
const FILE: u8 = 5;
const STDIO: u8 = 6;
const MODE: u8 = 7;
const OPEN_FILES: u8 = 8;
const FILES: u8 = 9;

/// Encodes a checked policy. `None` if a part is longer than a length can say.
pub(crate) fn encode(policy: &Policy, limits: &Limits) -> Option<Vec<u8>> {
    let mut records = Vec::with_capacity(128);
    for arg in &policy.args {
        put(&mut records, ARG, &[arg.as_bytes()])?;
    }
    for (name, value) in &policy.env {
        put(
            &mut records,
            ENV,
            &[name.as_bytes(), b"=", value.as_bytes()],
        )?;
    }
    put(&mut records, CWD, &[policy.cwd.as_bytes()])?;
    for mount in &policy.mounts {
        // The guest is not told which mounts are read-only: it asks the host each time, which alone decides, and which can say
        // what was wanted.
        put(&mut records, MOUNT, &[&[0], mount.guest.as_bytes()])?;
    }
    if !policy.mounts.is_empty() {
        put(
            &mut records,
            OPEN_FILES,
            &[&limits.open_files.to_le_bytes()],
        )?;
    }
    for (path, content) in &policy.files {
        put(&mut records, FILE, &[path.as_bytes(), b"\0", content])?;
    }
    let terminal = policy.terminal;
    let stdio =
        u8::from(terminal.stdin) | u8::from(terminal.stdout) << 1 | u8::from(terminal.stderr) << 2;
    put(&mut records, STDIO, &[&[stdio]])?;
    let mode = match policy.mode {
        Mode::Program => 0,
        Mode::Kernel => 1,
        Mode::Terminal => 2,
    };
    put(&mut records, MODE, &[&[mode]])?;
    // The last: what the session begins with does not count.
    put(&mut records, FILES, &[&limits.files.to_le_bytes()])?;
    Some(records)
}

fn put(records: &mut Vec<u8>, tag: u8, parts: &[&[u8]]) -> Option<()> {
    let len = parts.iter().map(|part| part.len()).sum::<usize>();
    records.push(tag);
    records.extend(u32::try_from(len).ok()?.to_le_bytes());
    for part in parts {
        records.extend_from_slice(part);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Access, Mount, Terminal};

    #[track_caller]
    fn check(policy: &Policy, expected: &[u8]) {
        assert_eq!(encode(policy, &Limits::tutorial()).unwrap(), expected);
    }

    fn bare() -> Policy {
        Policy {
            cwd: "/".into(),
            ..Policy::default()
        }
    }

    const TAIL: &[u8] = b"\x06\x01\0\0\0\0\x07\x01\0\0\0\x01\x09\x04\0\0\0\x10\x27\0\0";

    #[test]
    fn a_bare_policy_says_where_and_how() {
        check(&bare(), &[b"\x03\x01\0\0\0/", TAIL].concat());
    }

    #[test]
    fn arguments_and_environment_come_first() {
        let policy = Policy {
            args: vec!["a".into(), String::new()],
            env: vec![("N".into(), "v=w".into())],
            ..bare()
        };
        check(
            &policy,
            &[
                b"\x01\x01\0\0\0a\x01\0\0\0\0\x02\x05\0\0\0N=v=w\x03\x01\0\0\0/",
                TAIL,
            ]
            .concat(),
        );
    }

    #[test]
    fn mounts_files_and_terminals() {
        let mount = |guest: &str, access| Mount::new("x", guest, access);
        let policy = Policy {
            mounts: vec![
                mount("/r", Access::ReadOnly),
                mount("/w", Access::ReadWrite),
            ],
            files: vec![("/f".into(), b"\0z".to_vec())],
            terminal: Terminal {
                stdin: true,
                stdout: false,
                stderr: true,
            },
            mode: Mode::Program,
            ..bare()
        };
        let expected = [
            &b"\x03\x01\0\0\0/\x04\x03\0\0\0\0/r\x04\x03\0\0\0\0/w"[..],
            b"\x08\x04\0\0\0\x40\0\0\0",
            b"\x05\x05\0\0\0/f\0\0z",
            b"\x06\x01\0\0\0\x05\x07\x01\0\0\0\0\x09\x04\0\0\0\x10\x27\0\0",
        ];
        check(&policy, &expected.concat());
    }
}
