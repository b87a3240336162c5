//! What is IPython's and not Python's in a cell: lines that begin with `%` or `!`.

/// Cells of these magics are Python, run in a special way; those of others are another language.
const PYTHON: [&str; 5] = ["time", "timeit", "capture", "prun", "python3"];

/// The cell's code, with `pass` in place of magics. A line that goes on with a string or a bracket is none.
pub(super) fn out(cell: &str) -> String {
    let first = cell.lines().find(|line| !line.trim().is_empty());
    let magic = first.and_then(|line| line.strip_prefix("%%"));
    let word = magic.map(|magic| magic.split_whitespace().next().unwrap_or(""));
    if word.is_some_and(|word| !PYTHON.contains(&word)) {
        return cell.lines().map(|line| format!("# {line}\n")).collect();
    }
    let mut code = String::new();
    let mut state = State::default();
    for line in cell.lines() {
        let text = line.trim_start();
        if state.begins() && text.starts_with(['%', '!']) {
            let indent = &line[..line.len() - text.len()];
            code.push_str(&format!("{indent}pass  # {text}\n"));
            continue;
        }
        state.pass(line);
        code.push_str(line);
        code.push('\n');
    }
    code
}

/// Where in a statement the scan is.
#[derive(Default)]
struct State {
    /// The triple quotes of an open string.
    quotes: Option<&'static str>,
    /// Brackets that are open.
    depth: usize,
    /// Whether the line before ended with a backslash.
    goes_on: bool,
}

impl State {
    /// Whether the next line begins a statement.
    fn begins(&self) -> bool {
        self.quotes.is_none() && self.depth == 0 && !self.goes_on
    }

    fn pass(&mut self, line: &str) {
        self.goes_on = false;
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            if let Some(quotes) = self.quotes {
                if let Some(after) = rest.strip_prefix(quotes) {
                    self.quotes = None;
                    rest = after;
                    continue;
                }
            } else if let Some(quotes) = ["\"\"\"", "'''"].iter().find(|q| rest.starts_with(**q)) {
                self.quotes = Some(quotes);
                rest = &rest[3..];
                continue;
            } else if c == '#' {
                return;
            } else if c == '"' || c == '\'' {
                rest = after_string(&rest[1..], c);
                continue;
            }
            let skipped = if c == '\\' { 2 } else { 1 };
            self.goes_on = c == '\\' && rest.len() == 1;
            if self.quotes.is_none() {
                match c {
                    '(' | '[' | '{' => self.depth += 1,
                    ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
            }
            let mut chars = rest.chars();
            chars.by_ref().take(skipped).for_each(drop);
            rest = chars.as_str();
        }
    }
}

/// What follows a string of one line.
fn after_string(text: &str, quote: char) -> &str {
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == quote {
            break;
        }
        if c == '\\' {
            chars.next();
        }
    }
    chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cell: &str, expected: &str) {
        assert_eq!(out(cell), expected);
    }

    #[test]
    fn magics_become_pass() {
        check(
            "!ls\nif x:\n    %time y()\n",
            "pass  # !ls\nif x:\n    pass  # %time y()\n",
        );
        check("%%time\nx = 1", "pass  # %%time\nx = 1\n");
        check("x = 1 # (\n!ls", "x = 1 # (\npass  # !ls\n");
        check("x = '(\\'['\n!ls", "x = '(\\'['\npass  # !ls\n");
        check("\"\"\"'\"\"\"\n!ls", "\"\"\"'\"\"\"\npass  # !ls\n");
    }

    #[test]
    fn other_languages_become_comments() {
        check("%%bash\nls\n", "# %%bash\n# ls\n");
    }

    #[test]
    fn what_goes_on_is_no_magic() {
        for cell in [
            "print('%d'\n  % 3)\n",
            "x = '''\n%d\n'''\n",
            "x = 7 \\\n% 3\n",
            "x = [ # ]\n% 3\n]\n",
        ] {
            check(cell, cell);
        }
    }
}
