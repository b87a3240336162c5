//! Gradescope's `results.json` (Gradescope autograder documentation, "Autograder Specifications", section "Output Format").
//!
//! In a teacher's view hidden tests are written with Gradescope's own `visibility`, and Gradescope keeps them from students. In a
//! student's view they are one entry, which has their points if those count. The score at the top is the one that counts.

use super::{json, prose, text};
use crate::{Status, TestVerdict, View, Visibility};
use serde_json::json;

/// The document on `view`.
#[must_use]
pub fn render(view: &View) -> String {
    let some_hidden = view
        .tests
        .iter()
        .any(|test| test.visibility != Visibility::Visible);
    let mut tests: Vec<_> = view
        .tests
        .iter()
        .map(|test| entry(test, some_hidden))
        .collect();
    if let Some(line) = view.hidden_line() {
        let mut entry = json!({ "name": line, "name_format": "text", "visibility": "visible" });
        if let Some(sum) = view.hidden.sum {
            entry["score"] = json!(sum.points);
            entry["max_score"] = json!(sum.max_points);
            entry["status"] = json!(status(sum.passed));
        }
        tests.push(entry);
    }
    let mut output = prose::remarks(view);
    output.push(prose::result(view));
    json::pretty(&json!({
        "score": view.points,
        "execution_time": view.wall_us / 1_000_000,
        "output": output.join("\n"),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "tamper_evident": view.tamper_evident,
            "seed": view.seed.map(|seed| seed.to_string()),
            "fuel": view.fuel,
            "max_points": view.max_points,
            "problem": view.obstacle().map(|(kind, _)| kind),
        },
        "tests": tests,
    }))
}

fn entry(test: &TestVerdict, some_hidden: bool) -> serde_json::Value {
    // Gradescope shows a visible test to the student also where this is a teacher's view: what it waits for may be hidden.
    let blocked = test.status == Status::Blocked && some_hidden;
    let output = if blocked {
        "not run, because a test that it depends on did not pass".into()
    } else {
        text::bound(&prose::all(test), 16 * 1024)
    };
    json!({
        "score": test.points,
        "max_score": test.max_points,
        "status": status(!prose::lost(test.status)),
        "name": if test.status == Status::Skipped {
            format!("{} (skipped)", test.name)
        } else {
            test.name.clone()
        },
        "name_format": "text",
        "output": output,
        "output_format": "text",
        "visibility": match test.visibility {
            Visibility::Visible => "visible",
            Visibility::Hidden => "hidden",
            Visibility::AfterDueDate => "after_due_date",
        },
        "extra_data": { "id": test.id, "fuel": test.fuel },
    })
}

fn status(passed: bool) -> &'static str {
    if passed { "passed" } else { "failed" }
}
