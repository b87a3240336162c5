//! What each of the two sessions is granted.

use croquant_sandbox::{Imports, Limits, Mode, Policy, Random};

use crate::assignment::{Assignment, Role, TestLimits};

/// The working folder of both sessions.
pub(super) const FOLDER: &str = "/home/user";

/// How long one side may wait for the other, in milliseconds: longer than the other may work.
const PATIENCE_MS: u64 = 24 * 3_600_000;

/// The checker's session: the tests and what they need, and none of the submission's files but in practice.
pub(super) fn checker_policy(
    assignment: &Assignment,
    submitted: &[(String, Vec<u8>)],
    seed: u64,
) -> Policy {
    let own = assignment
        .files_of(Role::Test)
        .chain(assignment.files_of(Role::Checker));
    let own = own.map(|(path, content)| (path, content.to_vec()));
    let mut files: Vec<_> = if submitted.is_empty() {
        Vec::new()
    } else {
        let provided = assignment.files_of(Role::Provided);
        let submitted = submitted.iter().cloned();
        let provided = provided.map(|(path, content)| (path.to_owned(), content.to_vec()));
        submitted.chain(provided).collect()
    };
    files.extend(own.map(|(path, content)| (path.to_owned(), content)));
    policy(files, split(seed, b"checker"))
}

/// The submission's session: its own files, and those that the assignment gives it.
pub(super) fn submission_policy(
    assignment: &Assignment,
    submitted: &[(String, Vec<u8>)],
    seed: u64,
) -> Policy {
    let files = if submitted.is_empty() {
        Vec::new()
    } else {
        let provided = assignment.files_of(Role::Provided);
        let provided = provided.map(|(path, content)| (path.to_owned(), content.to_vec()));
        submitted.iter().cloned().chain(provided).collect()
    };
    policy(files, split(seed, b"submission"))
}

fn policy(files: Vec<(String, Vec<u8>)>, seed: u64) -> Policy {
    let place = |(path, content): (String, Vec<u8>)| (format!("{FOLDER}/{path}"), content);
    Policy {
        cwd: FOLDER.to_owned(),
        env: vec![("HOME".to_owned(), FOLDER.to_owned())],
        files: files.into_iter().map(place).collect(),
        mode: Mode::Program,
        random: Random::Seeded(seed),
        imports: Imports::default(),
        ..Policy::default()
    }
}

/// A seed for one of the sessions. Who knows one of them learns nothing of the other.
fn split(seed: u64, who: &[u8]) -> u64 {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::new()
        .chain_update(seed.to_le_bytes())
        .chain_update(who)
        .finalize();
    let (first, _) = digest.split_at(8);
    first
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The limits of the checker: it is the author's own, and only what a submission gives it could make it work without end.
pub(super) fn checker_limits() -> Limits {
    Limits {
        fuel: 500_000_000_000,
        deadline_ms: 60_000,
        input_idle_ms: PATIENCE_MS,
        memory_bytes: 512 << 20,
        output_bytes: 4 << 20,
        output_lines: 1_000_000,
        host_bytes: 8 << 20,
        ..Limits::grading()
    }
}

/// The limits of a submission in one test.
pub(super) fn submission_limits(limits: &TestLimits) -> Limits {
    Limits {
        fuel: limits.fuel,
        deadline_ms: limits.deadline_ms,
        input_idle_ms: PATIENCE_MS,
        memory_bytes: usize::try_from(limits.memory_bytes).unwrap_or(usize::MAX),
        output_bytes: limits.output_bytes,
        // Its own are among them.
        files: 10_000,
        ..Limits::grading()
    }
}

/// The limits of both in one session.
pub(super) fn practice_limits(limits: &TestLimits) -> Limits {
    Limits {
        host_bytes: 8 << 20,
        ..submission_limits(limits)
    }
}
