//! The findings as text.

use std::fmt::Write as _;
use std::time::Duration;

use super::limits::{ROWS, profiles};
use super::{Check, Findings, State};
use crate::image;

/// The whole answer, without colour: the words say it.
pub(super) fn text(findings: &Findings) -> String {
    let mut text = format!(
        "{}, wasmtime {}\n",
        image::version(),
        croquant_sandbox::WASMTIME
    );
    section(&mut text, "Walls", &findings.walls);
    section(&mut text, "Machine", &findings.machine);
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "\nSpeed\n  {} from nothing to the end of `print(1)`, in a server that runs\n  {} for `croquant run -c 'print(1)'`, as a process\n",
        millis(findings.speed.first_print),
        millis(findings.speed.run),
    );
    limits(&mut text);
    text
}

fn section(text: &mut String, title: &str, checks: &[Check]) {
    let _ = writeln!(text, "\n{title}");
    for check in checks {
        let state = match check.state {
            State::Ok => "ok",
            State::Note => "note",
            State::Missing => "MISSING",
        };
        let _ = writeln!(text, "  {state:<8}{:<14}{}", check.name, check.found);
        if let Some(hint) = &check.hint {
            let _ = writeln!(text, "{:24}hint: {hint}", "");
        }
    }
}

fn limits(text: &mut String) {
    let _ = write!(text, "\nLimits where nothing else is said\n  {:<30}", "");
    let profiles = profiles();
    for (name, _) in &profiles {
        let _ = write!(text, "{name:>14}");
    }
    for row in ROWS {
        let name = row.name.trim_end_matches("_ms").trim_end_matches("_bytes");
        let unit = match row.unit {
            "" => String::new(),
            unit => format!(" ({unit})"),
        };
        let _ = write!(
            text,
            "\n  {:<30}",
            format!("{}{unit}", name.replace('_', " "))
        );
        for (_, limits) in &profiles {
            let _ = write!(text, "{:>14}", (row.of)(limits) / row.scale);
        }
    }
}

fn millis(time: Duration) -> String {
    format!("{:>6.2} ms", time.as_secs_f64() * 1000.0)
}
