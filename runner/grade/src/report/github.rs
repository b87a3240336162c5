//! GitHub Actions: annotations (GitHub docs, "Workflow commands for GitHub Actions") and a step summary in Markdown.
//!
//! A runner takes any line that begins with `::` for a command, and `##[` anywhere for one of the old form. Text of a submission
//! stands inside commands with its line breaks escaped, and in the log between `::stop-commands::` and a token that it cannot guess,
//! behind a bar on each line besides.

use std::borrow::Cow;

use super::{markdown, prose, terminal};
use crate::{Failure, Status, TestVerdict, View};

/// Annotations on `views`, then the report for people. `token` is random, new for each call.
#[must_use]
pub fn render(views: &[View], token: &str) -> String {
    let mut out = String::new();
    for view in views {
        annotations(&mut out, view);
    }
    out.push_str(&format!("::stop-commands::{token}\n"));
    out.push_str(&fenced(&terminal::render(
        views,
        terminal::Style::default(),
    )));
    out.push_str(&format!("::{token}::\n"));
    out
}

/// `text` such that no line of it is a command, whoever writes it into a log.
pub(super) fn fenced(text: &str) -> String {
    text.lines()
        .map(|line| format!("│ {}\n", quiet(line)))
        .collect()
}

/// `text` without the commands in it; all else stays as it is.
pub(crate) fn without_commands(text: &str) -> String {
    // GitHub's runner takes indented lines of a log for commands, too.
    let lines = text.split('\n').map(|line| {
        if line.trim_start().starts_with("::") || line.contains("##[") {
            Cow::Owned(quiet(line))
        } else {
            Cow::Borrowed(line)
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// One line without the marks of commands.
pub(super) fn quiet(line: &str) -> String {
    line.replace("##[", "## [").replace("::", ": :")
}

fn annotations(out: &mut String, view: &View) {
    if let Some((kind, message)) = view.obstacle() {
        command(out, "error", None, kind, message);
    }
    for test in view.tests.iter().filter(|test| prose::lost(test.status)) {
        let message = test.failure.as_ref().map_or_else(
            || test.status.name().to_owned(),
            |failure| format!("{}{}", failure.message, prose::comparison(failure)),
        );
        let level = if test.status == Status::Blocked {
            "warning"
        } else {
            "error"
        };
        command(out, level, place(test), &test.name, &message);
    }
    if let Some(hidden) = view.hidden_line() {
        command(out, "notice", None, "hidden tests", &hidden);
    }
    if !view.tamper_evident {
        command(out, "warning", None, "practice", prose::IN_PROCESS);
    }
    let level = if view.passed { "notice" } else { "error" };
    command(
        out,
        level,
        None,
        &view.assignment,
        &format!("{}: {}", view.submission, prose::result(view)),
    );
}

fn command(
    out: &mut String,
    level: &str,
    place: Option<(String, u32)>,
    title: &str,
    message: &str,
) {
    let place = place.map_or(String::new(), |(file, line)| {
        format!("file={},line={line},", property(&file))
    });
    out.push_str(&format!(
        "::{level} {place}title={}::{}\n",
        property(title),
        data(message)
    ));
}

/// Escaped as the toolkit escapes a command's message.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace("##[", "## [")
}

/// Escaped as the toolkit escapes a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The innermost place that a traceback names in a file of the submission or the tests.
fn place(test: &TestVerdict) -> Option<(String, u32)> {
    let Some(Failure {
        traceback: Some(traceback),
        ..
    }) = &test.failure
    else {
        return None;
    };
    traceback.lines().rev().find_map(|line| {
        let (file, rest) = line
            .trim()
            .strip_prefix("File \"")?
            .split_once("\", line ")?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let file = file.strip_prefix("/home/user/").unwrap_or(file);
        (!file.starts_with(['/', '<'])).then_some((file.to_owned(), digits.parse().ok()?))
    })
}

/// The step summary, for `$GITHUB_STEP_SUMMARY`.
#[must_use]
pub fn summary(views: &[View]) -> String {
    views
        .iter()
        .map(markdown::single)
        .collect::<Vec<_>>()
        .join("\n")
}
