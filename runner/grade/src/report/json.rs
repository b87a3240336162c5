//! Croquant's own JSON, version 1, described by [`SCHEMA`]. New fields may come within a version; none goes or changes its meaning.

use crate::view::HiddenSum;
use crate::{Audience, TestVerdict, View};
use serde_json::{Value, json};

/// The JSON Schema (draft 2020-12) of these documents.
pub const SCHEMA: &str = include_str!("schema.json");

/// One document on all `views`.
#[must_use]
pub fn render(views: &[View]) -> String {
    pretty(&json!({
        "schema": "croquant-grade/1",
        "submissions": views.iter().map(submission).collect::<Vec<_>>(),
    }))
}

fn submission(view: &View) -> Value {
    let hidden = view.hidden.sum;
    json!({
        "submission": view.submission,
        "assignment": view.assignment,
        "audience": match view.audience {
            Audience::Student => "student",
            Audience::Teacher => "teacher",
        },
        "passed": view.passed,
        "points": view.points,
        "max_points": view.max_points,
        "tamper_evident": view.tamper_evident,
        "problem": view.obstacle().map(|(kind, message)| json!({ "kind": kind, "message": message })),
        "notes": view.notes,
        "hidden": {
            "count": view.hidden.count,
            "points": hidden.map(|HiddenSum { points, .. }| points),
            "max_points": hidden.map(|HiddenSum { max_points, .. }| max_points),
        },
        "seed": view.seed.map(|seed| seed.to_string()),
        "fuel": view.fuel,
        "wall_us": view.wall_us,
        "image": view.image,
        "tests": view.tests.iter().map(test).collect::<Vec<_>>(),
    })
}

fn test(test: &TestVerdict) -> Value {
    json!({
        "id": test.id,
        "name": test.name,
        "visibility": test.visibility.name(),
        "status": test.status.name(),
        "points": test.points,
        "max_points": test.max_points,
        "failure": test.failure.as_ref().map(|failure| json!({
            "reason": failure.reason.name(),
            "message": failure.message,
            "expected": failure.expected,
            "actual": failure.actual,
            "traceback": failure.traceback,
        })),
        "stdout": test.stdout,
        "stderr": test.stderr,
        "fuel": test.fuel,
        "max_fuel": test.max_fuel,
        "wall_us": test.wall_us,
        "task": test.task,
        "group": test.group,
    })
}

/// A JSON document as text, with a newline at its end.
pub(super) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
