//! Making foreign text harmless: what a submission prints may steer a terminal, reverse the order of letters or break XML.

use unicode_width::UnicodeWidthChar;

/// `text` with every character made visible that is not: controls as their pictures (`␛`), directional and invisible ones and those
/// that XML cannot hold as `\u{202e}`. Newlines and tabs stay.
pub fn clean(text: &str) -> String {
    // As nearly all text is.
    let is_plain = |byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    if text.bytes().all(is_plain) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for char in text.replace("\r\n", "\n").chars() {
        match char {
            '\n' | '\t' => out.push(char),
            '\0'..='\u{1f}' => {
                out.push(char::from_u32(0x2400 + u32::from(char)).unwrap_or('\u{fffd}'));
            }
            '\u{7f}' => out.push('␡'),
            char if invisible(char) => out.push_str(&format!("\\u{{{:x}}}", u32::from(char))),
            char => out.push(char),
        }
    }
    out
}

/// C1 controls, directional marks, line separators, zero-width characters, tags and non-characters.
fn invisible(char: char) -> bool {
    matches!(char,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
        || u32::from(char) & 0xfffe == 0xfffe
        || ('\u{fdd0}'..='\u{fdef}').contains(&char)
}

/// The first and the last part of `text`, if it has more than `max` characters, with a mark between them that says how many are gone.
pub fn bound(text: &str, max: usize) -> String {
    let count = text.chars().count();
    if count <= max {
        return text.to_owned();
    }
    let head: String = text.chars().take(max / 2).collect();
    let tail: String = text.chars().skip(count - max / 2).collect();
    format!(
        "{head}\n[… {} characters left out …]\n{tail}",
        count - 2 * (max / 2)
    )
}

/// `text` cleaned and on one line, of at most `max` characters.
pub fn line(text: &str, max: usize) -> String {
    let text = clean(text).replace('\n', "␊").replace('\t', "␉");
    if text.chars().count() <= max {
        return text;
    }
    let mut short: String = text.chars().take(max - 1).collect();
    short.push('…');
    short
}

/// The first line of `text` that is not empty.
pub fn first_line(text: &str) -> &str {
    text.lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("")
}

/// One line with its whitespace visible where it is easily overlooked: tabs, spaces at either end, runs of spaces.
pub fn visible(line: &str) -> String {
    let (body, newline) = line
        .strip_suffix('\n')
        .map_or((line, ""), |body| (body, "⏎"));
    let chars: Vec<char> = body.chars().collect();
    let space = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_none_or(|&c| c == ' ');
    let mut out = String::new();
    for (at, &char) in chars.iter().enumerate() {
        match char {
            '\t' => out.push('⇥'),
            ' ' if space(at.checked_sub(1)) || space(Some(at + 1)) => out.push('·'),
            '\u{a0}' => out.push('⍽'),
            char => out.push(char),
        }
    }
    out + newline
}

/// How many columns `text` takes in a terminal.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// `text` in lines of at most `columns` columns, broken anywhere, for its whitespace matters.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.lines() {
        let (mut part, mut used) = (String::new(), 0);
        for char in line.chars() {
            let wide = char.width().unwrap_or(0);
            if used + wide > columns.max(8) {
                lines.push(std::mem::take(&mut part));
                used = 0;
            }
            part.push(char);
            used += wide;
        }
        lines.push(part);
    }
    lines
}

/// A number of points: `2`, `2.5`, at most three places.
pub fn points(points: f64) -> String {
    let text = format!("{points:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_visible_becomes_visible() {
        assert_eq!(
            clean("a\u{1b}[31mb\0\u{202e}c\r\n\u{ffff}"),
            "a␛[31mb␀\\u{202e}c\n\\u{ffff}"
        );
        assert_eq!(clean("é 中 🙂\n\t"), "é 中 🙂\n\t");
    }

    #[test]
    fn long_text_keeps_both_ends() {
        assert_eq!(bound("abcdefgh", 8), "abcdefgh");
        assert_eq!(bound("abcdefghi", 4), "ab\n[… 5 characters left out …]\nhi");
    }

    #[test]
    fn whitespace_that_is_overlooked_shows() {
        assert_eq!(visible(" a b  c\t \n"), "·a b··c⇥·⏎");
        assert_eq!(visible("a b"), "a b");
    }

    #[test]
    fn points_are_short() {
        assert_eq!(
            [points(2.0), points(0.5), points(1.0 / 3.0)],
            ["2", "0.5", "0.333"]
        );
    }
}
