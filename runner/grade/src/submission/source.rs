//! What can be wrong with a source before Python reads it.

use super::{problem, unreadable};
use crate::{Problem, ProblemKind};

/// Whether the file can be Python at all. A byte order mark, `\r\n` and tabs are left to Python, which takes them.
pub(super) fn check(path: &str, content: &[u8]) -> Result<(), Problem> {
    if content.iter().all(u8::is_ascii_whitespace) && !path.ends_with("__init__.py") {
        return Err(unreadable(
            format!("`{path}` is empty"),
            "save your solution in it, and hand it in again",
        ));
    }
    if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
        return Err(encoding(format!("`{path}` is in UTF-16")));
    }
    if let Some(at) = content.iter().position(|byte| *byte == 0) {
        return Err(encoding(format!(
            "`{path}`, line {}, has a zero byte: it is no text",
            line(content, at)
        )));
    }
    let error = match std::str::from_utf8(content) {
        Err(error) if !names_an_encoding(content) => error,
        _ => return Ok(()),
    };
    let at = error.valid_up_to();
    // As the encoding of the west of Europe has it, in which most such files are.
    let likely = char::from(content[at]);
    Err(encoding(format!(
        "`{path}`, line {}, is not in UTF-8: the byte 0x{:02x}, perhaps `{likely}`",
        line(content, at),
        content[at]
    )))
}

fn encoding(message: String) -> Problem {
    problem(
        ProblemKind::Syntax,
        message,
        "save the file in the encoding UTF-8",
    )
}

fn line(content: &[u8], at: usize) -> usize {
    content[..at].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Whether one of the first two lines is a comment with `coding:` or `coding=`. (PEP 263)
fn names_an_encoding(content: &[u8]) -> bool {
    content.split(|byte| *byte == b'\n').take(2).any(|line| {
        let line = String::from_utf8_lossy(line);
        let comment = line.trim_start();
        comment.starts_with('#') && (comment.contains("coding:") || comment.contains("coding="))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(content: &[u8], expected: &str) {
        let problem = check("leap.py", content).unwrap_err();
        assert!(problem.message.starts_with(expected), "{}", problem.message);
    }

    #[test]
    fn what_python_takes_is_taken() {
        for content in [
            &b"x = 1\n"[..],
            b"\xef\xbb\xbfx = 1\r\n",
            b"if x:\n\ty\n",
            "x = 'é'".as_bytes(),
            b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
            b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\nx = '\xe9'\n",
        ] {
            assert_eq!(check("leap.py", content), Ok(()));
        }
        assert_eq!(check("shapes/__init__.py", b""), Ok(()));
    }

    #[test]
    fn what_it_does_not_take_is_said() {
        refused(b"", "`leap.py` is empty");
        refused(b" \r\n", "`leap.py` is empty");
        refused(b"\xff\xfex\0", "`leap.py` is in UTF-16");
        refused(b"x\n\0", "`leap.py`, line 2, has a zero byte");
        refused(
            b"x\ny = '\xe9'",
            "`leap.py`, line 2, is not in UTF-8: the byte 0xe9, perhaps `é`",
        );
        refused(b"x\ny\n# coding: latin-1\n'\xe9'", "`leap.py`, line 4");
    }
}
