//! Common Test Report Format (ctrf-io/ctrf, `schema/ctrf.schema.json`, specification 0.0.0).
//!
//! A verdict holds durations and no dates, so `start` is 0 and `stop` the duration. Hidden tests are `hidden test 1` with the status
//! `other`, and a failed test says so if they count and did not all pass; what keeps the submission from being graded is a failed test.

use super::{json, prose};
use crate::{Status, TestVerdict, View};
use serde_json::{Value, json};

/// The document on `view`.
#[must_use]
pub fn render(view: &View) -> String {
    let mut tests = Vec::new();
    if let Some((kind, message)) = view.obstacle() {
        tests.push(json!({
            "name": "the submission can be graded", "status": "failed", "duration": 0, "rawStatus": kind, "message": message,
        }));
    }
    tests.extend(view.tests.iter().map(test));
    for number in 1..=view.hidden.count {
        tests.push(json!({
            "name": format!("hidden test {number}"), "status": "other", "duration": 0, "message": "not shown",
        }));
    }
    if let Some(message) = prose::hidden_loss(view) {
        tests.push(json!({
            "name": "all hidden tests pass", "status": "failed", "duration": 0, "message": message,
        }));
    }
    let count = |status: &str| tests.iter().filter(|test| test["status"] == status).count();
    let duration = view.wall_us / 1000;
    json::pretty(&json!({
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "generatedBy": "croquant grade",
        "results": {
            "tool": { "name": "croquant grade" },
            "summary": {
                "tests": tests.len(),
                "passed": count("passed"),
                "failed": count("failed"),
                "skipped": count("skipped"),
                "pending": 0,
                "other": count("other"),
                "start": 0,
                "stop": duration,
                "duration": duration,
            },
            "tests": tests,
        },
        "extra": {
            "submission": view.submission,
            "assignment": view.assignment,
            "passed": view.passed,
            "points": view.points,
            "max_points": view.max_points,
            "tamper_evident": view.tamper_evident,
            "notes": view.notes,
            "hidden": view.hidden_line(),
            "seed": view.seed.map(|seed| seed.to_string()),
        },
    }))
}

fn test(test: &TestVerdict) -> Value {
    let mut entry = json!({
        "name": if test.name.is_empty() { "(unnamed)" } else { &test.name },
        "status": match test.status {
            Status::Passed => "passed",
            Status::Skipped => "skipped",
            Status::Failed | Status::Error | Status::Blocked => "failed",
        },
        "rawStatus": test.status.name(),
        "duration": test.wall_us / 1000,
        "stdout": test.stdout.lines().collect::<Vec<_>>(),
        "stderr": test.stderr.lines().collect::<Vec<_>>(),
        "extra": { "id": test.id, "points": test.points, "max_points": test.max_points, "fuel": test.fuel },
    });
    if let Some(failure) = &test.failure {
        entry["message"] = json!(format!("{}{}", failure.message, prose::comparison(failure)));
        if let Some(traceback) = &failure.traceback {
            entry["trace"] = json!(traceback);
        }
    }
    entry
}
