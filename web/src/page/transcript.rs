//! Interactive sessions as documentation prints them, split into what was typed and what was answered.

use serde::Serialize;

/// One input of a transcript and the output printed below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The input: prompts stripped, no newline at its end.
    pub source: String,
    /// The printed output, every line ended; empty if none is printed.
    pub expected: String,
    /// Code that stands above the first prompt, without prompts of its own. It may hold several statements, so it runs
    /// as a notebook's cell does, not in `single` mode. Left out of the JSON when false.
    #[serde(skip_serializing_if = "is_false")]
    pub plain: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Splits a transcript into its entries.
///
/// A line that begins with the primary prompt begins an entry; `...` lines straight below continue it; everything else
/// up to the next prompt is its output. Blank lines at the end of input or output are dropped, for they only separate. A bare
/// prompt is no entry. An input that sets `sys.ps1` or `sys.ps2` changes the prompts below it, as it does at a real one.
pub fn split_transcript(text: &str) -> Vec<Entry> {
    let mut splitter = Splitter::default();
    let indent = indent_of_first_prompt(text);
    for line in text.lines() {
        splitter.line(dedent(line, indent));
    }
    splitter.finish()
}

/// Whether `text` holds a primary prompt at the start of a line.
pub(crate) fn has_prompt(text: &str) -> bool {
    text.lines().any(|line| input_after(line, ">>>").is_some())
}

/// Plain code as a cell: without blank lines around it, and without the indentation that all of it shares.
pub(crate) fn trim_block(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let Some(start) = lines.iter().position(|line| !line.trim().is_empty()) else {
        return String::new();
    };
    let lines = without_blank_end(&lines[start..]);
    let indent = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| indent_of(line))
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = lines.iter().map(|line| dedent(line, indent)).collect();
    lines.join("\n")
}

struct Splitter {
    prompts: [String; 2],
    /// Lines above the first prompt.
    leading: Vec<String>,
    current: Option<(Vec<String>, Vec<String>)>,
    done: Vec<Entry>,
}

impl Default for Splitter {
    fn default() -> Self {
        Self {
            prompts: [">>>".to_owned(), "...".to_owned()],
            leading: Vec::new(),
            current: None,
            done: Vec::new(),
        }
    }
}

impl Splitter {
    fn line(&mut self, line: &str) {
        if let Some(input) = input_after(line, &self.prompts[0]) {
            self.end_entry();
            self.current = Some((vec![input.to_owned()], Vec::new()));
            self.adopt_new_prompt(input);
            return;
        }
        match &mut self.current {
            None => self.leading.push(line.to_owned()),
            Some((source, output)) => match input_after(line, &self.prompts[1]) {
                Some(input) if output.is_empty() => source.push(input.to_owned()),
                _ => output.push(line.to_owned()),
            },
        }
    }

    fn adopt_new_prompt(&mut self, input: &str) {
        if let Some((which, prompt)) = new_prompt(input) {
            self.prompts[which] = prompt;
        }
    }

    fn end_entry(&mut self) {
        if let Some((source, output)) = self.current.take() {
            let source = without_blank_end(&source).join("\n");
            if !source.trim().is_empty() {
                let mut expected = without_blank_end(&output).join("\n");
                if !expected.is_empty() {
                    expected.push('\n');
                }
                self.push(source, expected, false);
            }
        } else if let Some(source) = code_above_the_prompt(&std::mem::take(&mut self.leading)) {
            self.push(source, String::new(), true);
        }
    }

    fn push(&mut self, source: String, expected: String, plain: bool) {
        self.done.push(Entry {
            source,
            expected,
            plain,
        });
    }

    fn finish(mut self) -> Vec<Entry> {
        self.end_entry();
        self.done
    }
}

/// What is typed after `prompt` on this line; `None` if the line does not begin with it.
fn input_after<'a>(line: &'a str, prompt: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(prompt)?;
    let last = prompt.chars().next_back()?;
    if rest.starts_with(last) {
        // `>>>>` and `....` are output, not prompts.
        return None;
    }
    Some(rest.strip_prefix([' ', '\t']).unwrap_or(rest))
}

/// `sys.ps1 = 'C> '` → `(0, "C>")`.
fn new_prompt(source: &str) -> Option<(usize, String)> {
    let (name, value) = source.trim().split_once('=')?;
    let which = match name.trim() {
        "sys.ps1" => 0,
        "sys.ps2" => 1,
        _ => return None,
    };
    let value = value.trim();
    let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let text = value.strip_prefix(quote)?.strip_suffix(quote)?.trim_end();
    (!text.is_empty() && !text.contains([quote, '\\'])).then(|| (which, text.to_owned()))
}

/// The lines above the first prompt as code, unless they are a shell's or the interpreter's greeting.
fn code_above_the_prompt(lines: &[String]) -> Option<String> {
    let start = lines.iter().position(|line| !line.trim().is_empty())?;
    let lines = without_blank_end(&lines[start..]);
    let first = lines.first()?;
    let shell = ["$", "%", "C:\\", "Python ", "("]
        .iter()
        .any(|mark| first.starts_with(mark));
    (!shell).then(|| lines.join("\n"))
}

fn without_blank_end(lines: &[String]) -> &[String] {
    let blank = lines
        .iter()
        .rev()
        .take_while(|line| line.trim().is_empty())
        .count();
    &lines[..lines.len() - blank]
}

fn indent_of_first_prompt(text: &str) -> usize {
    let first = text.lines().find(|line| !line.trim().is_empty());
    first
        .filter(|line| line.trim_start().starts_with(">>>"))
        .map_or(0, indent_of)
}

/// Takes away up to `indent` bytes of white space.
fn dedent(line: &str, indent: usize) -> &str {
    &line[indent_of(line).min(indent)..]
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

#[cfg(test)]
mod tests;
