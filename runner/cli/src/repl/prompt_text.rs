//! Continuation prompts inside the edited text.
//!
//! The line editor knows one prompt, at the start. So that a block shows `... ` before each further line and the whole block
//! can still be edited, the edited text has marks in it. Each further line begins with a tab, which the editor counts as four columns
//! (its tab stop), and a [`JOINER`], which has no width and which nobody types. Another joiner stands before each step of a line's
//! indentation, for Backspace to find. Shown, the tab is `... `; in what is run, there are no marks.

use std::borrow::Cow;

/// A word joiner: says that its line has been marked.
pub(crate) const JOINER: char = '\u{2060}';
/// What follows a newline.
pub(crate) const MARK: &str = "\t\u{2060}";
/// The prompt of a first line.
pub(crate) const PROMPT: &str = ">>> ";
/// The prompt of a continuation line, as wide as [`TAB_STOP`].
const CONTINUATION: &str = "... ";
/// The editor's tab stop, and the width of an indentation.
pub(crate) const TAB_STOP: usize = 4;

/// The text with its marks.
pub(crate) fn mark(plain: &str) -> String {
    let mut lines = plain.split('\n');
    let mut marked = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let text = line.trim_start_matches(' ');
        marked.push('\n');
        marked.push_str(MARK);
        marked.push_str(&indent(line.len() - text.len()));
        marked.push_str(text);
    }
    marked
}

/// Spaces at the beginning of a line, with a joiner before each whole step.
pub(crate) fn indent(spaces: usize) -> String {
    let step = format!("{JOINER}{}", " ".repeat(TAB_STOP));
    step.repeat(spaces / TAB_STOP) + &" ".repeat(spaces % TAB_STOP)
}

/// The text without its marks, wherever editing has put them.
pub(crate) fn unmark(marked: &str) -> String {
    let lines: Vec<String> = marked.split('\n').map(unmark_line).collect();
    lines.join("\n")
}

fn unmark_line(line: &str) -> String {
    let mut plain = line.replace(JOINER, "");
    if let Some(tab) = mark_of(line) {
        plain.remove(tab);
    }
    plain
}

/// Where the tab of a line's mark is: the last one before the first joiner, as text may have been typed around it.
fn mark_of(line: &str) -> Option<usize> {
    line[..line.find(JOINER)?].rfind('\t')
}

/// The text as it is shown. Tabs are made spaces, as wide as the editor believes them to be.
pub(crate) fn show(marked: &str) -> Cow<'_, str> {
    if !marked.contains(['\t', JOINER]) {
        return Cow::Borrowed(marked);
    }
    let lines: Vec<String> = marked.split('\n').map(show_line).collect();
    Cow::Owned(lines.join("\n"))
}

fn show_line(line: &str) -> String {
    let mut shown = String::with_capacity(line.len() + TAB_STOP);
    for (at, c) in line.char_indices() {
        match c {
            JOINER => {}
            '\t' if mark_of(line) == Some(at) && shown.is_empty() => shown.push_str(CONTINUATION),
            '\t' => {
                let width = TAB_STOP - shown.chars().count() % TAB_STOP;
                shown.extend(std::iter::repeat_n(' ', width));
            }
            other => shown.push(other),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(plain: &str, shown: &str) {
        let marked = mark(plain);
        assert_eq!(unmark(&marked), plain);
        assert_eq!(show(&marked), shown);
    }

    #[test]
    fn blocks_are_shown_with_prompts() {
        check("1 + 1", "1 + 1");
        check("if x:\n    y\n", "if x:\n...     y\n... ");
        check("if x:\n\ty", "if x:\n...     y");
        check("a\tb", "a   b");
    }

    #[test]
    fn pasted_lines_have_no_prompt() {
        assert_eq!(show("if x:\n    y"), "if x:\n    y");
        assert_eq!(unmark("if x:\n\ty"), "if x:\n\ty");
    }

    #[test]
    fn text_typed_around_a_mark_is_kept() {
        assert_eq!(unmark("a\n\tb\u{2060}c"), "a\nbc");
        assert_eq!(unmark("a\nb\t\u{2060}c"), "a\nbc");
        assert_eq!(unmark("a\u{2060}b"), "ab");
    }
}
