//! A table of a batch as CSV (RFC 4180), a row for each submission and a column for each test that is shown.
//!
//! Spreadsheets run a cell that begins with `=`, `+`, `-` or `@` (OWASP, "CSV Injection"); such text has an apostrophe before it.

use super::stats::Stats;
use super::text;
use crate::{Status, View};

/// The table of `views`.
#[must_use]
pub fn render(views: &[View]) -> String {
    let tests = Stats::of(views).tests;
    let mut header: Vec<String> = [
        "submission",
        "assignment",
        "result",
        "points",
        "max_points",
        "percent",
        "tests",
        "passed",
        "failed",
        "error",
        "skipped",
        "blocked",
        "hidden",
        "problem",
        "notes",
        "fuel",
        "wall_us",
        "seed",
        "tamper_evident",
    ]
    .map(String::from)
    .into();
    header.extend(tests.iter().map(|test| cell(&test.id)));
    let mut out = header.join(",") + "\r\n";
    for view in views {
        let count = |status| view.count(status).to_string();
        let problem = view.obstacle().map_or(String::new(), |(kind, message)| {
            format!("{kind}: {message}")
        });
        let mut row = vec![
            cell(&view.submission),
            cell(&view.assignment),
            if view.passed { "passed" } else { "not passed" }.into(),
            text::points(view.points),
            text::points(view.max_points),
            text::points(view.share() * 100.0),
            view.tests.len().to_string(),
            count(Status::Passed),
            count(Status::Failed),
            count(Status::Error),
            count(Status::Skipped),
            count(Status::Blocked),
            view.hidden.count.to_string(),
            cell(&problem),
            cell(&view.notes.join("\n")),
            view.fuel.to_string(),
            view.wall_us.to_string(),
            view.seed
                .map(|seed| cell(&seed.to_string()))
                .unwrap_or_default(),
            view.tamper_evident.to_string(),
        ];
        for column in &tests {
            let test = view.tests.iter().find(|test| test.id == column.id);
            row.push(test.map_or(String::new(), |test| {
                if test.max_points == 0.0 || test.status == Status::Skipped {
                    test.status.name().into()
                } else {
                    text::points(test.points)
                }
            }));
        }
        out.push_str(&(row.join(",") + "\r\n"));
    }
    out
}

/// The assignment's name, for a heading of many: that of the first.
pub(super) fn assignment(views: &[View]) -> String {
    views
        .first()
        .map_or("No submissions".into(), |view| view.assignment.clone())
}

/// A cell of text: quoted where it must be, and no formula, whichever blanks or wide letters it begins with.
fn cell(text: &str) -> String {
    let first = text.trim_start().chars().next();
    let formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '|' | '＝' | '＋' | '－' | '＠')
    ) || text.starts_with(['\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r', ';', '\'']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn formulas_are_text() {
        assert_eq!(cell("=cmd()"), "\"'=cmd()\"");
        assert_eq!(cell(" @SUM(1,2)"), "\"' @SUM(1,2)\"");
        assert_eq!(cell("a=b"), "a=b");
        assert_eq!(cell("say \"so\""), "\"say \"\"so\"\"\"");
    }
}
