//! Markdown as GitHub reads it (GitHub Flavored Markdown Spec): the summary of a batch, and of one submission for a step summary.

use super::stats::{Stats, percent, range};
use super::text::{bound, points};
use super::{prose, text};
use crate::{Status, TestVerdict, View};

/// The summary of `views`.
#[must_use]
pub fn render(views: &[View]) -> String {
    let stats = Stats::of(views);
    let mut out = format!(
        "# {}\n\n{} submissions, {} passed, mean {}, median {}\n",
        escape(&super::csv::assignment(views)),
        views.len(),
        stats.passed,
        percent(stats.mean),
        percent(stats.median),
    );
    if views.iter().any(|view| !view.tamper_evident) {
        out.push_str(&format!("\n**{}**\n", escape(prose::IN_PROCESS)));
    }
    out.push_str("\n| Points | Submissions |\n| --- | ---: |\n");
    for (bin, count) in stats.bins.iter().enumerate() {
        out.push_str(&format!("| {} | {count} |\n", range(bin)));
    }
    out.push_str("\n| Test | Passed | Rate |\n| --- | ---: | ---: |\n");
    for rate in &stats.tests {
        let share = (rate.taken > 0).then(|| rate.passed as f64 / rate.taken as f64);
        out.push_str(&format!(
            "| {} | {}/{} | {} |\n",
            escape(&rate.name),
            rate.passed,
            rate.taken,
            percent(share)
        ));
    }
    out.push_str("\n| Submission | Result | Points | Remarks |\n| --- | --- | ---: | --- |\n");
    for view in views {
        out.push_str(&format!(
            "| {} | {} | {}/{} | {} |\n",
            escape(&view.submission),
            if view.passed { "passed" } else { "not passed" },
            points(view.points),
            points(view.max_points),
            escape(&prose::remarks(view).join("; ")),
        ));
    }
    out
}

/// The summary of one submission.
pub(super) fn single(view: &View) -> String {
    let mut out = format!(
        "## {}: {}\n\n**{}**\n",
        escape(&view.assignment),
        escape(&view.submission),
        prose::result(view)
    );
    for remark in prose::remarks(view) {
        out.push_str(&format!("\n- {}\n", escape(&remark)));
    }
    if !view.tests.is_empty() {
        out.push_str("\n| | Test | Points |\n| --- | --- | ---: |\n");
    }
    for test in &view.tests {
        out.push_str(&format!(
            "| {} | {} | {}/{} |\n",
            sign(test),
            escape(&test.name),
            points(test.points),
            points(test.max_points)
        ));
    }
    for test in view.tests.iter().filter(|test| prose::lost(test.status)) {
        out.push_str(&format!(
            "\n### {}\n\n{}",
            escape(&test.name),
            fence(&bound(&prose::all(test), 8 * 1024))
        ));
    }
    out
}

fn sign(test: &TestVerdict) -> &'static str {
    match test.status {
        Status::Passed => "✓ passed",
        Status::Failed => "✗ failed",
        Status::Error => "✗ error",
        Status::Skipped => "skipped",
        Status::Blocked => "blocked",
    }
}

/// Text on one line, with each character escaped that Markdown or HTML would read.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match char {
            '\n' => out.push_str("<br>"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // As references, so that neither links nor mentions are made of them.
            '@' => out.push_str("&#64;"),
            ':' => out.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '!' | '|' | '~'
            | '$' => {
                out.push('\\');
                out.push(char);
            }
            char => out.push(char),
        }
    }
    out
}

/// A block of code with a fence longer than any run of backticks in it.
fn fence(code: &str) -> String {
    let (mut longest, mut run) = (2, 0);
    for char in code.chars() {
        run = if char == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence}text\n{}\n{fence}\n", text::clean(code).trim_end())
}
