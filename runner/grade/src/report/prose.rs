//! What several formats say in the same words.

use super::diff::diff;
use super::text::visible;
use crate::{Failure, Status, TestVerdict, View};

/// That a result in process proves nothing.
pub(super) const IN_PROCESS: &str = "tamper_evident: false (tests and code ran in one process, for practice: the result could be forged)";

/// The result in one line: `passed: 3 of 4 points`.
pub(super) fn result(view: &View) -> String {
    format!(
        "{}: {} of {} points",
        if view.passed { "passed" } else { "not passed" },
        super::text::points(view.points),
        super::text::points(view.max_points)
    )
}

/// What there is to say of a verdict besides its tests, a line each.
pub(super) fn remarks(view: &View) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((kind, message)) = view.obstacle() {
        lines.push(format!("{kind}: {message}"));
    }
    lines.extend(view.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(view.hidden_line());
    if !view.tamper_evident {
        lines.push(IN_PROCESS.into());
    }
    lines
}

/// Why a test did not pass: message, values, traceback.
pub(super) fn cause(failure: &Failure) -> String {
    let mut text = failure.message.trim_end().to_owned();
    text.push_str(&comparison(failure));
    if let Some(traceback) = &failure.traceback {
        text.push_str("\n\n");
        text.push_str(traceback.trim_end());
    }
    text
}

/// What was expected and what came, and their diff; each begins with a new line.
pub(super) fn comparison(failure: &Failure) -> String {
    let mut text = String::new();
    let lines = match (&failure.expected, &failure.actual) {
        (Some(expected), Some(actual)) => diff(expected, actual),
        _ => Vec::new(),
    };
    if !lines.is_empty() {
        text.push_str("\n(- expected, + actual)");
        for (side, line) in lines {
            text.push_str(&format!("\n{} {line}", side.sign()));
        }
        return text;
    }
    for (label, value) in [("expected", &failure.expected), ("actual", &failure.actual)] {
        if let Some(value) = value {
            text.push_str(&format!("\n{label:8}: {}", value_shown(value)));
        }
    }
    text
}

/// A value with its whitespace visible.
fn value_shown(value: &str) -> String {
    value
        .split_inclusive('\n')
        .map(visible)
        .collect::<Vec<_>>()
        .join("\n          ")
}

/// What a test printed, with what it wrote to standard error after it.
pub(super) fn printed(test: &TestVerdict) -> String {
    match (test.stdout.is_empty(), test.stderr.is_empty()) {
        (_, true) => test.stdout.clone(),
        (true, false) => format!("[stderr]\n{}", test.stderr),
        (false, false) => format!("{}\n[stderr]\n{}", test.stdout.trim_end(), test.stderr),
    }
}

/// Cause and output of a test, for formats with one field for both.
pub(super) fn all(test: &TestVerdict) -> String {
    let cause = test.failure.as_ref().map(cause).unwrap_or_default();
    let printed = printed(test);
    match (cause.is_empty(), printed.is_empty()) {
        (_, true) => cause,
        (true, false) => printed,
        (false, false) => format!("{cause}\n\nprinted:\n{printed}"),
    }
}

/// Whether a status counts against the submission.
pub(super) fn lost(status: Status) -> bool {
    !matches!(status, Status::Passed | Status::Skipped)
}

/// That hidden tests which count did not all pass: `0 of 4 points`. For formats with a case for each test, where else all that shows
/// could have passed, and the submission not.
pub(super) fn hidden_loss(view: &View) -> Option<String> {
    let sum = view.hidden.sum.filter(|sum| !sum.passed)?;
    let [points, max] = [sum.points, sum.max_points].map(super::text::points);
    Some(format!("{points} of {max} points"))
}
