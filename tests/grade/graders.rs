//! The graders of a run, as the system shows them.

use std::process::Command;

/// The graders that are children of `parent`.
pub(crate) fn of(parent: u32) -> Vec<u32> {
    let is_child = |id: &u32| {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        line.is_some_and(|id| id.trim() == parent.to_string())
    };
    let mut graders = all();
    graders.retain(is_child);
    graders
}

/// The processes that are graders.
pub(crate) fn all() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        let words = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        words.split(|byte| *byte == 0).next() == Some(b"croquant-grader")
    })
    .collect()
}

/// Sends a signal; whether there was somebody to receive it.
pub(crate) fn signal(process: u32, name: &str) -> bool {
    let sent = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .stderr(std::process::Stdio::null())
        .status();
    sent.is_ok_and(|status| status.success())
}
