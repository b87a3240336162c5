//! The limits that apply where nothing else is said, for each profile.

use croquant_sandbox::Limits;
use serde_json::{Map, Value};

/// The profiles, by name.
pub(super) fn profiles() -> [(&'static str, Limits); 3] {
    [
        ("script", Limits::script()),
        ("tutorial", Limits::tutorial()),
        ("grading", Limits::grading()),
    ]
}

/// One limit: its name as in the JSON, how it is shown, and where it is.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    /// How many of the limit's own units are one of `unit`.
    pub(super) scale: u64,
    pub(super) of: fn(&Limits) -> u64,
}

/// All limits.
pub(super) const ROWS: &[Row] = &[
    row("fuel", "million units", 1_000_000, |limits| limits.fuel),
    row("deadline_ms", "s", 1000, |limits| limits.deadline_ms),
    row("input_idle_ms", "s", 1000, |limits| limits.input_idle_ms),
    row("grace_ms", "ms", 1, |limits| limits.grace_ms),
    row("memory_bytes", "MiB", 1 << 20, |limits| {
        limits.memory_bytes as u64
    }),
    row("output_bytes", "KiB", 1 << 10, |limits| limits.output_bytes),
    row("output_lines", "a second", 1, |limits| limits.output_lines),
    row("open_files", "", 1, |limits| limits.open_files.into()),
    row("files", "", 1, |limits| limits.files.into()),
    row("host_bytes", "MiB", 1 << 20, |limits| {
        limits.host_bytes as u64
    }),
    row("checkpoint_bytes", "MiB", 1 << 20, |limits| {
        limits.checkpoint_bytes as u64
    }),
];

const fn row(name: &'static str, unit: &'static str, scale: u64, of: fn(&Limits) -> u64) -> Row {
    Row {
        name,
        unit,
        scale,
        of,
    }
}

/// As JSON, in the units that the names say.
pub(super) fn json() -> Value {
    let profile = |limits: &Limits| -> Map<String, Value> {
        let value = |row: &Row| (row.name.to_owned(), (row.of)(limits).into());
        ROWS.iter().map(value).collect()
    };
    let profiles = profiles().map(|(name, limits)| (name.to_owned(), profile(&limits).into()));
    Value::Object(profiles.into_iter().collect())
}
