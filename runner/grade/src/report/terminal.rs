//! For people, in a terminal, in the manner of check50: a word and a sign for each test, so that colour is never the only signal.

use super::diff::{Side, diff};
use super::github::without_commands;
use super::prose;
use super::text::{points, visible, width, wrap};
use crate::{Failure, Status, TestVerdict, View};

/// How a terminal shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal. Default: 80.
    pub width: usize,
    /// Whether to colour signs and diffs. Default: no.
    pub colour: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            width: 80,
            colour: false,
        }
    }
}

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";

/// The report on `views`, one after the other.
#[must_use]
pub fn render(views: &[View], style: Style) -> String {
    let reports: Vec<_> = views.iter().map(|view| one(view, style)).collect();
    without_commands(&reports.join("\n"))
}

fn one(view: &View, style: Style) -> String {
    let mut out = format!("{}: {}\n", view.assignment, view.submission);
    if let Some((kind, message)) = view.obstacle() {
        let label = paint(style, RED, &format!("✗ {kind}"));
        out.push_str(&format!("{label}\n"));
        indent(&mut out, style, 4, message);
    }
    for test in &view.tests {
        entry(&mut out, style, test);
    }
    out.push('\n');
    if let Some(hidden) = view.hidden_line() {
        let sum = view.hidden.sum.map_or(String::new(), |sum| {
            format!(
                " ({} of {} points)",
                points(sum.points),
                points(sum.max_points)
            )
        });
        out.push_str(&format!("{hidden}{sum}\n"));
    }
    for note in &view.notes {
        indent(&mut out, style, 0, &format!("note: {note}"));
    }
    if !view.tamper_evident {
        indent(&mut out, style, 0, prose::IN_PROCESS);
    }
    if let Some(seed) = view.seed {
        out.push_str(&format!("seed {seed}, fuel {}\n", view.fuel));
    } else {
        out.push_str(&format!("fuel {}\n", view.fuel));
    }
    let colour = if view.passed { GREEN } else { RED };
    out.push_str(&paint(style, colour, &prose::result(view)));
    out.push('\n');
    out
}

fn entry(out: &mut String, style: Style, test: &TestVerdict) {
    let (sign, colour) = match test.status {
        Status::Passed => ("✓ passed ", GREEN),
        Status::Failed => ("✗ failed ", RED),
        Status::Error => ("✗ error  ", RED),
        Status::Skipped => ("- skipped", YELLOW),
        Status::Blocked => ("- blocked", YELLOW),
    };
    let earned = if test.max_points > 0.0 {
        format!("{}/{}", points(test.points), points(test.max_points))
    } else {
        String::new()
    };
    let line = format!("{sign}  {}", test.name);
    let space = style.width.saturating_sub(width(&line) + width(&earned));
    let line = line.replacen(sign, &paint(style, colour, sign), 1);
    if earned.is_empty() {
        out.push_str(&format!("{line}\n"));
    } else {
        out.push_str(&format!("{line}{}{earned}\n", " ".repeat(space.max(2))));
    }
    let Some(failure) = &test.failure else { return };
    indent(out, style, 4, &failure.message);
    comparison(out, style, failure);
    if let Some(max) = test.max_fuel.filter(|&max| test.fuel > max) {
        indent(
            out,
            style,
            4,
            &format!("fuel {}, at most {max} allowed", test.fuel),
        );
    }
    if let Some(traceback) = &failure.traceback {
        indent(out, style, 4, traceback);
    }
    let printed = prose::printed(test);
    if !printed.is_empty() {
        indent(out, style, 4, "printed:");
        indent(out, style, 6, &printed);
    }
}

fn comparison(out: &mut String, style: Style, failure: &Failure) {
    if let (Some(expected), Some(actual)) = (&failure.expected, &failure.actual) {
        let lines = diff(expected, actual);
        if !lines.is_empty() {
            indent(out, style, 4, "difference (- expected, + actual):");
            for (side, line) in lines {
                let colour = match side {
                    Side::Expected => RED,
                    Side::Actual => GREEN,
                    Side::Both => "",
                };
                for part in wrap(
                    &format!("{} {line}", side.sign()),
                    style.width.saturating_sub(6),
                ) {
                    out.push_str(&format!("      {}\n", paint(style, colour, &part)));
                }
            }
            return;
        }
    }
    for (label, value) in [("expected", &failure.expected), ("actual", &failure.actual)] {
        if let Some(value) = value {
            let shown: Vec<_> = value.split_inclusive('\n').map(visible).collect();
            indent(
                out,
                style,
                4,
                &format!("{label:8}: {}", shown.join("\n          ")),
            );
        }
    }
}

fn indent(out: &mut String, style: Style, by: usize, text: &str) {
    for line in wrap(text, style.width.saturating_sub(by)) {
        out.push_str(" ".repeat(by).as_str());
        out.push_str(&line);
        out.push('\n');
    }
}

fn paint(style: Style, colour: &str, text: &str) -> String {
    if style.colour && !colour.is_empty() {
        format!("\u{1b}[{colour}m{text}\u{1b}[0m")
    } else {
        text.into()
    }
}
