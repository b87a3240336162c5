//! What GitHub Classroom's `autograding-grading-reporter` takes in `<RUNNER>_RESULTS`: JSON in base64 (the sources of
//! education/autograding-grading-reporter and education/autograding-python-grader; there is no other description).
//!
//! The reporter adds up the tests' scores and knows no groups; its first version counted a test as all or nothing, and shared the maximum out
//! evenly. It prints messages into the log of Actions as they are, so no line of them may be a workflow command.

use super::{github, prose};
use crate::{Status, View};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// The value on `view`, on one line.
#[must_use]
pub fn render(view: &View) -> String {
    let fence = |text: &str| github::fenced(text).trim_end().to_owned();
    let mut tests = Vec::new();
    if let Some((kind, message)) = view.obstacle() {
        tests.push(json!({
            "name": "the submission can be graded", "status": "error", "message": fence(&format!("{kind}: {message}")),
            "score": 0, "test_code": "", "filename": "", "line_no": 0, "execution_time": 0,
        }));
    }
    for test in view
        .tests
        .iter()
        .filter(|test| test.status != Status::Skipped)
    {
        tests.push(json!({
            "name": github::quiet(&test.name),
            "status": status(test.status),
            "message": test.failure.as_ref().map(|failure| fence(&prose::cause(failure))),
            "score": test.points,
            "max_score": test.max_points,
            "test_code": test.code.clone().unwrap_or_default(),
            "filename": test.id.split("::").next().unwrap_or(""),
            "line_no": 0,
            "execution_time": test.wall_us / 1000,
        }));
    }
    if let (Some(line), Some(sum)) = (view.hidden_line(), view.hidden.sum) {
        tests.push(json!({
            "name": line, "status": if sum.passed { "pass" } else { "fail" }, "score": sum.points, "max_score": sum.max_points,
            "test_code": "", "filename": "", "line_no": 0, "execution_time": 0,
        }));
    }
    let document = json!({
        "version": 1,
        "status": match (view.obstacle().is_some(), view.passed) {
            (true, _) => "error",
            (_, true) => "pass",
            (_, false) => "fail",
        },
        "max_score": view.max_points,
        "tamper_evident": view.tamper_evident,
        "tests": tests,
    });
    STANDARD.encode(document.to_string()) + "\n"
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Passed | Status::Skipped => "pass",
        Status::Failed => "fail",
        Status::Error | Status::Blocked => "error",
    }
}
