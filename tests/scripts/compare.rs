//! Compares what came of a program on both sides.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};

use crate::entry::Entry;
use crate::side::Ended;
use crate::vary;

/// Streams and exit codes, command by command.
pub(crate) fn ends(entry: &Entry, native: &Ended, guest: &Ended) -> Result<()> {
    let last = native.runs.len() - 1;
    for (index, (native, guest)) in native.runs.iter().zip(&guest.runs).enumerate() {
        let expected = if index == last { entry.code } else { 0 };
        let number = index + 1;
        ensure!(
            native.status.code() == Some(expected),
            "command {number} ended natively with {}, not with {expected}:\n{}",
            native.status,
            String::from_utf8_lossy(&native.stderr)
        );
        same(
            entry,
            &format!("stderr of command {number}"),
            &native.stderr,
            &guest.stderr,
        )?;
        same(
            entry,
            &format!("stdout of command {number}"),
            &native.stdout,
            &guest.stdout,
        )?;
        ensure!(
            native.status.code() == guest.status.code(),
            "command {number} ended with {}, natively with {}",
            guest.status,
            native.status
        );
    }
    Ok(())
}

/// What was left in the folder. A program that printed nothing must have left something, or it proves nothing.
pub(crate) fn files(entry: &Entry, native: &Ended, guest: &Ended) -> Result<()> {
    let silent = native
        .runs
        .iter()
        .all(|run| run.stdout.is_empty() && run.stderr.is_empty());
    ensure!(
        !silent || native.files != native.before,
        "the program neither printed nor left anything"
    );
    let names: BTreeSet<_> = native.files.keys().chain(guest.files.keys()).collect();
    for name in names {
        match (native.files.get(name), guest.files.get(name)) {
            (Some(native), Some(guest)) => same(entry, &format!("file `{name}`"), native, guest)?,
            (Some(_), None) => bail!("file `{name}` is missing"),
            (None, _) => bail!("file `{name}` should not be there"),
        }
    }
    Ok(())
}

fn same(entry: &Entry, what: &str, native: &[u8], guest: &[u8]) -> Result<()> {
    if native == guest {
        return Ok(());
    }
    let level = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => vary::level(text, &entry.vary),
        Err(_) => vary::level(&bytes.escape_ascii().to_string(), &entry.vary),
    };
    let (native, guest) = (level(native)?, level(guest)?);
    if native == guest {
        return Ok(());
    }
    bail!(
        "{what} is not what it is natively\n{}",
        difference(&native, &guest)
    )
}

/// The first lines that are not the same, with what surrounds them.
fn difference(native: &str, guest: &str) -> String {
    const AROUND: usize = 3;
    let native: Vec<&str> = native.lines().collect();
    let guest: Vec<&str> = guest.lines().collect();
    let first = native
        .iter()
        .zip(&guest)
        .take_while(|(one, other)| one == other)
        .count();
    let show = |mark: char, lines: &[&str]| -> String {
        let from = first.saturating_sub(AROUND).min(lines.len());
        let to = (first + 4 * AROUND).min(lines.len());
        lines[from..to]
            .iter()
            .map(|line| format!("  {mark} {line}\n"))
            .collect()
    };
    format!(
        "from line {}: `-` natively, `+` here\n{}{}",
        first + 1,
        show('-', &native),
        show('+', &guest)
    )
}
