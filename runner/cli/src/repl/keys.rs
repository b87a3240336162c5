//! Keys that treat a newline and its mark as one, indent, and decide what Enter does.
//!
//! The line editor overwrites the counts of a bound command with the count that was typed, so that motions are told by what they
//! lead to, never by how far.

use rustyline::{
    CharSearch, Cmd, ConditionalEventHandler, Event, EventContext, KeyCode, KeyEvent, Modifiers,
    Movement, RepeatCount,
};

use super::editor::Guest;
use super::prompt_text::{JOINER, MARK, TAB_STOP, indent, mark, unmark};

/// A key with a meaning of its own at this prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Enter,
    Backspace,
    Delete,
    /// Ctrl-D: deletes, and leaves when nothing is typed.
    Eof,
    Left,
    Right,
    Home,
    Tab,
}

impl Key {
    /// Every key with the events that stand for it.
    pub(crate) fn all() -> Vec<(KeyEvent, Self)> {
        let plain = |code| KeyEvent(code, Modifiers::NONE);
        vec![
            (plain(KeyCode::Enter), Self::Enter),
            (plain(KeyCode::Backspace), Self::Backspace),
            (KeyEvent::ctrl('H'), Self::Backspace),
            (plain(KeyCode::Delete), Self::Delete),
            (KeyEvent::ctrl('D'), Self::Eof),
            (plain(KeyCode::Left), Self::Left),
            (KeyEvent::ctrl('B'), Self::Left),
            (plain(KeyCode::Right), Self::Right),
            (KeyEvent::ctrl('F'), Self::Right),
            (plain(KeyCode::Home), Self::Home),
            (KeyEvent::ctrl('A'), Self::Home),
            (plain(KeyCode::Tab), Self::Tab),
        ]
    }
}

/// A key bound to the guest that knows Python.
pub(crate) struct Binding {
    pub(crate) key: Key,
    pub(crate) guest: Guest,
}

impl ConditionalEventHandler for Binding {
    fn handle(
        &self,
        _: &Event,
        count: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let (line, position) = (context.line(), context.pos());
        if self.key == Key::Enter {
            return Some(enter(&self.guest, line));
        }
        (count == 1)
            .then(|| command(self.key, line, position))
            .flatten()
    }
}

/// Enter runs what is complete (or hopeless), and otherwise opens a further line, indented as Python expects.
fn enter(guest: &Guest, line: &str) -> Cmd {
    match guest.next_indent(&unmark(line)) {
        None => Cmd::AcceptLine,
        Some(indent) => Cmd::Insert(1, mark(&format!("\n{indent}"))),
    }
}

/// What a key does here, or nothing for its usual meaning.
fn command(key: Key, line: &str, position: usize) -> Option<Cmd> {
    let (before, after) = line.split_at(position);
    let current = before.rsplit('\n').next().unwrap_or(before);
    let is_continuation = before.contains('\n');
    // Either side of the joiner is the start of a line.
    let at_start =
        is_continuation && (current == MARK || current == "\t" && after.starts_with(JOINER));
    let at_end = after.starts_with('\n') && after[1..].starts_with(MARK);
    match key {
        Key::Backspace if at_start => Some(Cmd::Kill(to(CharSearch::Backward('\n')))),
        Key::Backspace if is_continuation && ends_with_step(current) => {
            Some(Cmd::Kill(to(CharSearch::Backward(JOINER))))
        }
        Key::Delete | Key::Eof if at_end => Some(Cmd::Kill(to(CharSearch::Forward(JOINER)))),
        Key::Left if at_start => Some(Cmd::Move(to(CharSearch::Backward('\n')))),
        Key::Right if at_end => Some(Cmd::Move(to(CharSearch::Forward(JOINER)))),
        Key::Home if current.contains(JOINER) => Some(Cmd::Move(to(CharSearch::Backward(JOINER)))),
        Key::Tab
            if current
                .chars()
                .all(|c| c == ' ' || c == '\t' || c == JOINER) =>
        {
            Some(Cmd::Insert(1, indent(TAB_STOP)))
        }
        _ => None,
    }
}

/// Whether the cursor stands after a step of indentation, and nothing but indentation before it.
fn ends_with_step(current: &str) -> bool {
    current.starts_with(MARK)
        && current.ends_with(&indent(TAB_STOP))
        && current[MARK.len()..]
            .chars()
            .all(|c| c == ' ' || c == JOINER)
}

fn to(target: CharSearch) -> Movement {
    Movement::ViCharSearch(1, target)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` is the cursor.
    #[track_caller]
    fn check(key: Key, plain: &str, expected: Option<Cmd>) {
        let marked = mark(plain);
        let position = marked.find('|').expect("a cursor");
        assert_eq!(command(key, &marked.replace('|', ""), position), expected);
    }

    #[test]
    fn backspace_takes_a_break_or_an_indentation() {
        let step = Some(Cmd::Kill(to(CharSearch::Backward(JOINER))));
        let break_ = Some(Cmd::Kill(to(CharSearch::Backward('\n'))));
        check(Key::Backspace, "a\n|b", break_);
        check(Key::Backspace, "a\n    |b", step.clone());
        check(Key::Backspace, "a\n        |b", step);
        check(Key::Backspace, "a\n      |b", None);
        check(Key::Backspace, "a\n  x|b", None);
        check(Key::Backspace, "    |a", None);
        check(Key::Backspace, "|", None);
    }

    #[test]
    fn motions_skip_the_mark() {
        check(
            Key::Left,
            "a\n|b",
            Some(Cmd::Move(to(CharSearch::Backward('\n')))),
        );
        check(Key::Left, "a\nb|", None);
        check(
            Key::Right,
            "a|\nb",
            Some(Cmd::Move(to(CharSearch::Forward(JOINER)))),
        );
        check(Key::Right, "|a\nb", None);
        check(
            Key::Home,
            "a\nbcd|",
            Some(Cmd::Move(to(CharSearch::Backward(JOINER)))),
        );
        check(Key::Home, "abc|", None);
        check(
            Key::Eof,
            "a|\nb",
            Some(Cmd::Kill(to(CharSearch::Forward(JOINER)))),
        );
        check(Key::Eof, "|", None);
    }

    #[test]
    fn tab_indents_a_blank_line() {
        check(Key::Tab, "a\n|", Some(Cmd::Insert(1, indent(4))));
        check(Key::Tab, "|", Some(Cmd::Insert(1, indent(4))));
        check(Key::Tab, "os.|", None);
    }
}
