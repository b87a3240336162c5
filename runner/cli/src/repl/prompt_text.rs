//! Continuation prompts inside the edited text.
//!
//! The line editor knows one prompt, at the start. So that a block shows `... ` before each further line and the whole block
//! can still be edited, each newline of the edited text is followed by a [`MARK`]: a tab, which the editor counts as four columns (its tab
//! stop), and a word joiner, which it counts as none and nobody types. Shown, the mark is `... `; in what is run, it is nothing.

use std::borrow::Cow;

/// Stands for the prompt of a continuation line.
pub(crate) const MARK: &str = "\t\u{2060}";
/// The prompt of a first line.
pub(crate) const PROMPT: &str = ">>> ";
/// The prompt of a continuation line, as wide as [`TAB_STOP`].
pub(crate) const CONTINUATION: &str = "... ";
/// The editor's tab stop, and the width of an indentation.
pub(crate) const TAB_STOP: usize = 4;

/// The text with a mark after each newline.
pub(crate) fn mark(plain: &str) -> String {
    plain.replace('\n', &format!("\n{MARK}"))
}

/// The text without marks.
pub(crate) fn unmark(marked: &str) -> String {
    marked.replace(MARK, "")
}

/// The text as it is shown. Tabs are made spaces, as wide as the editor believes them to be.
pub(crate) fn show(marked: &str) -> Cow<'_, str> {
    if !marked.contains('\t') {
        return Cow::Borrowed(marked);
    }
    let mut shown = String::with_capacity(marked.len() + 16);
    for (number, line) in marked.split('\n').enumerate() {
        let mut line = line;
        if number > 0 {
            shown.push('\n');
            if let Some(rest) = line.strip_prefix(MARK) {
                shown.push_str(CONTINUATION);
                line = rest;
            }
        }
        for (index, part) in line.split('\t').enumerate() {
            if index > 0 {
                let column = shown.len() - shown.rfind('\n').map_or(0, |newline| newline + 1);
                let width = TAB_STOP - column % TAB_STOP;
                shown.extend(std::iter::repeat_n(' ', width));
            }
            shown.push_str(part);
        }
    }
    Cow::Owned(shown)
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
}
