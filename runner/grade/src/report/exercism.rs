//! exercism's `results.json`, version 3 (exercism.org docs, "The Test Runner Interface").
//!
//! Skipped tests are left out, for the format has no such status. Hidden tests are one entry if their points count, else a line of
//! the message. The format has no field for other data, so `tamper_evident: false` stands in the message.

use super::{json, prose};
use crate::{Status, TestVerdict, View};
use serde_json::{Value, json};

/// The most characters of `output`, by the interface.
const OUTPUT: usize = 500;
/// What the interface asks to be said of output that was cut.
const NOTE: &str = "\n\nOutput was truncated. Please limit to 500 chars.";
/// The most characters of `message`, by the interface.
const MESSAGE: usize = 65_000;

/// The document on `view`.
#[must_use]
pub fn render(view: &View) -> String {
    let mut tests: Vec<_> = view
        .tests
        .iter()
        .filter(|test| test.status != Status::Skipped)
        .map(test)
        .collect();
    if let (Some(line), Some(sum)) = (view.hidden_line(), view.hidden.sum) {
        tests.push(json!({
            "name": line,
            "status": if sum.passed { "pass" } else { "fail" },
            "message": (!sum.passed).then_some("not all of them passed"),
            "test_code": "",
        }));
    }
    let stopped = view.obstacle().is_some() || tests.is_empty();
    let mut message = prose::remarks(view);
    if stopped && message.is_empty() {
        message.push("all tests were skipped, so nothing was checked".into());
    }
    json::pretty(&json!({
        "version": 3,
        "status": match (stopped, view.passed) {
            (true, _) => "error",
            (false, true) => "pass",
            (false, false) => "fail",
        },
        "message": (!message.is_empty()).then(|| super::text::bound(&message.join("\n"), MESSAGE)),
        "tests": if stopped { Vec::new() } else { tests },
    }))
}

fn test(test: &TestVerdict) -> Value {
    let mut entry = json!({
        "name": test.name,
        "status": match test.status {
            Status::Passed | Status::Skipped => "pass",
            Status::Failed => "fail",
            Status::Error | Status::Blocked => "error",
        },
        "message": test.failure.as_ref().filter(|_| prose::lost(test.status)).map(prose::cause),
        "output": output(&prose::printed(test)),
        "test_code": test.code.clone().unwrap_or_default(),
    });
    if let Some(task) = test.task {
        entry["task_id"] = json!(task);
    }
    entry
}

fn output(printed: &str) -> Option<String> {
    if printed.chars().count() <= OUTPUT {
        return (!printed.is_empty()).then(|| printed.to_owned());
    }
    let kept = OUTPUT - NOTE.chars().count();
    Some(printed.chars().take(kept).chain(NOTE.chars()).collect())
}
