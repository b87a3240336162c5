//! PrairieLearn's `results.json` (PrairieLearn docs, "External grading", section "Grading results").
//!
//! A syntax error, or a file that is missing or unreadable, is `"gradable": false` with `format_errors`, and then no attempt is used
//! up. The whole document stays below the 1 MB that PrairieLearn takes. Hidden tests are one entry, with their points if those count.

use super::{json, prose, text};
use crate::{ProblemKind, Status, View};
use serde_json::json;

/// Characters of all outputs together; each may become several bytes in JSON.
const OUTPUTS: usize = 150_000;

/// The document on `view`.
#[must_use]
pub fn render(view: &View) -> String {
    let message = std::iter::once(prose::result(view))
        .chain(prose::remarks(view))
        .collect::<Vec<_>>()
        .join("\n");
    let ungradable = view
        .problem
        .as_ref()
        .filter(|problem| problem.kind != ProblemKind::Import);
    if let Some(problem) = ungradable {
        return json::pretty(&json!({
            "gradable": false,
            "format_errors": [format!("{}: {}", problem.kind.name(), problem.message)],
            "message": message,
            "tamper_evident": view.tamper_evident,
        }));
    }
    let each = OUTPUTS / (view.tests.len() + 1);
    let mut tests: Vec<_> = view
        .tests
        .iter()
        .map(|test| {
            json!({
                "name": test.name,
                "description": format!("{}{}", test.status.name(), match test.status {
                    Status::Skipped => ", counts neither for nor against",
                    _ => "",
                }),
                "points": test.points,
                "max_points": test.max_points,
                "message": test.failure.as_ref().map(|failure| text::bound(&prose::cause(failure), each / 2)).unwrap_or_default(),
                "output": text::bound(&prose::printed(test), each / 2),
            })
        })
        .collect();
    if let Some(line) = view.hidden_line() {
        let mut entry = json!({ "name": line });
        if let Some(sum) = view.hidden.sum {
            entry["points"] = json!(sum.points);
            entry["max_points"] = json!(sum.max_points);
        }
        tests.push(entry);
    }
    json::pretty(&json!({
        "gradable": true,
        "score": view.share(),
        "message": message,
        "output": "",
        "tamper_evident": view.tamper_evident,
        "tests": tests,
    }))
}
