//! Test Anything Protocol 14 (testanything.org, "TAP 14 specification").
//!
//! Hidden tests are points that were skipped; if they count and did not all pass, a point of its own says so. A harness takes an
//! empty plan for a pass, so without tests there is a point that fails.

use super::prose;
use crate::{Failure, Status, TestVerdict, View};
use serde_json::json;

/// The document on `view`.
#[must_use]
pub fn render(view: &View) -> String {
    let mut points: Vec<String> = Vec::new();
    let mut point = |ok: bool, name: &str, directive: &str, yaml: &str| {
        let number = points.len() + 1;
        let not = if ok { "" } else { "not " };
        points.push(format!(
            "{not}ok {number} - {}{directive}\n{yaml}",
            escape(name)
        ));
    };
    if let Some((kind, message)) = view.obstacle() {
        let yaml = block(&[("kind", kind), ("message", message)]);
        point(false, "the submission can be graded", "", &yaml);
    }
    for test in &view.tests {
        let directive = match (test.status, &test.failure) {
            (Status::Skipped, Some(failure)) => {
                format!(
                    " # SKIP {}",
                    escape(super::text::first_line(&failure.message))
                )
            }
            (Status::Skipped, None) => " # SKIP".into(),
            _ => String::new(),
        };
        point(
            !prose::lost(test.status),
            &test.name,
            &directive,
            &yaml(test),
        );
    }
    for number in 1..=view.hidden.count {
        point(
            true,
            &format!("hidden test {number}"),
            " # SKIP not shown",
            "",
        );
    }
    if let Some(message) = prose::hidden_loss(view) {
        let yaml = block(&[("message", &message)]);
        point(false, "all hidden tests pass", "", &yaml);
    }
    let mut out = format!("TAP version 14\n1..{}\n", points.len());
    for line in [
        format!("{}: {}", view.assignment, view.submission),
        format!("tamper_evident: {}", view.tamper_evident),
        prose::result(view),
    ]
    .iter()
    .chain(&view.notes)
    {
        out.push_str(&format!("# {line}\n"));
    }
    if let Some(hidden) = view.hidden_line() {
        out.push_str(&format!("# {hidden}\n"));
    }
    out + &points.concat()
}

fn yaml(test: &TestVerdict) -> String {
    let mut fields = vec![("status", test.status.name())];
    if let Some(failure) = &test.failure {
        let Failure {
            reason,
            message,
            expected,
            actual,
            traceback,
        } = failure;
        fields.extend([("reason", reason.name()), ("message", message)]);
        fields.extend(expected.as_deref().map(|text| ("expected", text)));
        fields.extend(actual.as_deref().map(|text| ("actual", text)));
        fields.extend(traceback.as_deref().map(|text| ("traceback", text)));
    } else if test.stdout.is_empty() && test.stderr.is_empty() {
        return String::new();
    }
    for (name, text) in [("stdout", &test.stdout), ("stderr", &test.stderr)] {
        if !text.is_empty() {
            fields.push((name, text));
        }
    }
    block(&fields)
}

/// A block of YAML. A JSON string is a YAML string on one line, whatever it holds.
fn block(fields: &[(&str, &str)]) -> String {
    let lines: String = fields
        .iter()
        .map(|(name, text)| format!("  {name}: {}\n", json!(text)))
        .collect();
    format!("  ---\n{lines}  ...\n")
}

/// `\` and `#` with a backslash before them, section "Escaping".
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}
