//! Keys that treat a newline and its mark as one, indent, and decide what Enter does.

use rustyline::{
    Cmd, ConditionalEventHandler, Event, EventContext, KeyCode, KeyEvent, Modifiers, Movement,
    RepeatCount,
};

use super::editor::Guest;
use super::prompt_text::{MARK, TAB_STOP, mark, unmark};

/// Characters in a newline with its mark.
const BREAK_CHARS: usize = 3;

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
    Up,
    Down,
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
            (plain(KeyCode::Up), Self::Up),
            (KeyEvent::ctrl('P'), Self::Up),
            (plain(KeyCode::Down), Self::Down),
            (KeyEvent::ctrl('N'), Self::Down),
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
        Some(indent) => {
            if line.contains('\n') && mark(&unmark(line)) != line {
                // Pasted lines get their prompts.
                return Cmd::Replace(
                    Movement::WholeBuffer,
                    Some(mark(&format!("{}\n{indent}", unmark(line)))),
                );
            }
            Cmd::Insert(1, mark(&format!("\n{indent}")))
        }
    }
}

/// What a key does here, or nothing for its usual meaning.
fn command(key: Key, line: &str, position: usize) -> Option<Cmd> {
    let (before, after) = line.split_at(position);
    let at_start = before.ends_with(MARK);
    let at_end = after.starts_with('\n') && after[1..].starts_with(MARK);
    match key {
        Key::Backspace if at_start => Some(Cmd::Kill(back(BREAK_CHARS))),
        Key::Backspace => {
            let indent = indentation(before)?;
            let surplus = (indent - 1) % TAB_STOP + 1;
            Some(Cmd::Kill(back(surplus)))
        }
        Key::Delete | Key::Eof if at_end => Some(Cmd::Kill(forward(BREAK_CHARS))),
        Key::Left if at_start => Some(Cmd::Move(back(BREAK_CHARS))),
        Key::Right if at_end => Some(Cmd::Move(forward(BREAK_CHARS))),
        Key::Home => {
            let start = before.rfind(MARK)? + MARK.len();
            Some(Cmd::Move(back(before[start..].chars().count())))
        }
        Key::Up => up(before),
        Key::Down => down(before, after),
        Key::Tab => blank(before).then(|| Cmd::Insert(1, " ".repeat(TAB_STOP))),
        Key::Enter | Key::Delete | Key::Eof | Key::Left | Key::Right => None,
    }
}

/// To the same column of the line above, if there is one.
fn up(before: &str) -> Option<Cmd> {
    let (above, current) = before.rsplit_once('\n')?;
    let column = text(current).chars().count();
    let above = above.rsplit('\n').next().unwrap_or(above);
    let width = text(above).chars().count();
    let chars = current.chars().count() + 1 + width.saturating_sub(column);
    Some(Cmd::Move(back(chars)))
}

/// To the same column of the line below, if there is one.
fn down(before: &str, after: &str) -> Option<Cmd> {
    let (rest, below) = after.split_once('\n')?;
    let current = before.rsplit('\n').next().unwrap_or(before);
    let column = text(current).chars().count();
    let below = below.split('\n').next().unwrap_or(below);
    let marked = below.chars().count() - text(below).chars().count();
    let chars = rest.chars().count() + 1 + marked + column.min(text(below).chars().count());
    Some(Cmd::Move(forward(chars)))
}

/// A line without its mark.
fn text(line: &str) -> &str {
    line.strip_prefix(MARK).unwrap_or(line)
}

/// How many spaces, and nothing else, stand before the cursor in its line; none if there are none.
fn indentation(before: &str) -> Option<usize> {
    let current = text(before.rsplit('\n').next()?);
    (!current.is_empty() && current.bytes().all(|byte| byte == b' ')).then_some(current.len())
}

/// Whether nothing but spaces stands before the cursor in its line.
fn blank(before: &str) -> bool {
    text(before.rsplit('\n').next().unwrap_or(before))
        .trim_matches(' ')
        .is_empty()
}

fn back(chars: usize) -> Movement {
    Movement::BackwardChar(RepeatCount::try_from(chars).unwrap_or(RepeatCount::MAX))
}

fn forward(chars: usize) -> Movement {
    Movement::ForwardChar(RepeatCount::try_from(chars).unwrap_or(RepeatCount::MAX))
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

    fn goes_back(n: usize) -> Option<Cmd> {
        Some(Cmd::Move(back(n)))
    }

    fn goes_forward(n: usize) -> Option<Cmd> {
        Some(Cmd::Move(forward(n)))
    }

    fn kills_back(n: usize) -> Option<Cmd> {
        Some(Cmd::Kill(back(n)))
    }

    #[test]
    fn backspace_takes_a_break_or_an_indentation() {
        check(Key::Backspace, "a\n|b", kills_back(3));
        check(Key::Backspace, "a\n    |b", kills_back(4));
        check(Key::Backspace, "a\n      |b", kills_back(2));
        check(Key::Backspace, "a\n  x|b", None);
        check(Key::Backspace, "a|", None);
        check(Key::Backspace, "|", None);
    }

    #[test]
    fn motions_skip_the_mark() {
        check(Key::Left, "a\n|b", goes_back(3));
        check(Key::Left, "a\nb|", None);
        check(Key::Right, "a|\nb", goes_forward(3));
        check(Key::Right, "|a\nb", None);
        check(Key::Home, "a\nbcd|", goes_back(3));
        check(Key::Home, "abc|", None);
        check(Key::Eof, "a|\nb", Some(Cmd::Kill(forward(3))));
        check(Key::Eof, "|", None);
    }

    #[test]
    fn up_and_down_keep_the_column() {
        check(Key::Up, "abcd\nxy|", goes_back(2 + 2 + 1 + 2));
        check(Key::Up, "a\nxyz|", goes_back(3 + 2 + 1));
        check(Key::Up, "abc|", None);
        check(Key::Down, "ab|cd\nxyz", goes_forward(2 + 1 + 2 + 2));
        check(Key::Down, "abcd|\nx", goes_forward(1 + 2 + 1));
        check(Key::Down, "abc|", None);
    }

    #[test]
    fn tab_indents_a_blank_line() {
        check(Key::Tab, "a\n|", Some(Cmd::Insert(1, "    ".into())));
        check(Key::Tab, "|", Some(Cmd::Insert(1, "    ".into())));
        check(Key::Tab, "os.|", None);
    }
}
