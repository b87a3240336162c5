//! The first pass: the text of each `<pre>` and what is known of its language.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use lol_html::errors::RewritingError;
use lol_html::html_content::{Element, TextChunk};
use lol_html::{HtmlRewriter, Settings, element, text};

use super::super::transcript::{has_prompt, split_transcript, trim_block};
use super::super::{BlockKind, Page};

/// What a page's markup says of a `<pre>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Language {
    /// Nothing, or that the highlighter should guess: a block only if it begins with a prompt.
    Unknown,
    /// An interactive session.
    Session,
    /// Python, as a session or as plain code.
    Python,
}

/// The markup of Sphinx, MkDocs, Markdown renderers (`language-…`) and pandoc.
const MARKS: &[(&str, Language)] = &[
    (".highlight-python pre", Language::Python),
    (".highlight-python3 pre", Language::Python),
    (".highlight-pycon pre", Language::Session),
    (".highlight-pycon3 pre", Language::Session),
    (".language-python pre", Language::Python),
    (".language-py pre", Language::Python),
    (".language-pycon pre", Language::Session),
    ("pre.language-python", Language::Python),
    ("pre.language-py", Language::Python),
    ("pre.language-pycon", Language::Session),
    ("pre.sourceCode.python", Language::Python),
];

/// The same, where the mark is on the `<code>` inside.
const CODE_MARKS: &[(&str, Language)] = &[
    ("pre > code.language-python", Language::Python),
    ("pre > code.language-py", Language::Python),
    ("pre > code.language-pycon", Language::Session),
];

/// What the first pass found. Elements and text are known by their offset in the page.
#[derive(Default)]
pub(super) struct Candidates {
    /// Each `<pre>`, with its language.
    pres: BTreeMap<usize, Language>,
    /// Text inside a `<pre>`: where it stands, as written, and whether its text node ends here.
    texts: BTreeMap<usize, (String, bool)>,
    /// Text that a highlighter added: line numbers.
    added: BTreeSet<usize>,
    title: String,
}

impl Candidates {
    pub(super) fn collect(html: &[u8]) -> Result<Self, RewritingError> {
        let found = RefCell::new(Self::default());
        let mut settings = Settings::new()
            .with_strict(false)
            .with_adjust_charset_on_meta_tag(true)
            .append_element_content_handler(element!("pre", |pre| {
                found.borrow_mut().mark(start(pre), Language::Unknown);
                Ok(())
            }))
            .append_element_content_handler(text!("pre", |chunk| {
                found.borrow_mut().add_text(chunk);
                Ok(())
            }))
            .append_element_content_handler(element!("pre br", |br| {
                let text = ("\n".to_owned(), true);
                found.borrow_mut().texts.insert(start(br), text);
                Ok(())
            }))
            .append_element_content_handler(text!(".linenos, .linenodiv", |chunk| {
                let place = chunk.source_location().bytes().start;
                found.borrow_mut().added.insert(place);
                Ok(())
            }))
            .append_element_content_handler(text!("head > title", |chunk| {
                found.borrow_mut().title.push_str(chunk.as_str());
                Ok(())
            }));
        for (selector, language) in MARKS {
            settings = settings.append_element_content_handler(element!(selector, |pre| {
                found.borrow_mut().mark(start(pre), *language);
                Ok(())
            }));
        }
        for (selector, language) in CODE_MARKS {
            settings = settings.append_element_content_handler(element!(selector, |code| {
                found.borrow_mut().mark_around(start(code), *language);
                Ok(())
            }));
        }
        let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
        rewriter.write(html)?;
        rewriter.end()?;
        Ok(found.into_inner())
    }

    /// The page's title, its entities decoded and its white space collapsed.
    pub(super) fn title(&self) -> String {
        let title = html_escape::decode_html_entities(&self.title);
        title.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Those that are blocks, in the page's order, each with its place.
    pub(super) fn into_blocks(self) -> impl Iterator<Item = (usize, BlockKind)> {
        let mut texts: BTreeMap<usize, Text> = BTreeMap::new();
        for (place, (raw, ends)) in &self.texts {
            if self.added.contains(place) {
                continue;
            }
            if let Some((pre, _)) = self.pres.range(..place).next_back() {
                texts.entry(*pre).or_default().push(raw, *ends);
            }
        }
        self.pres.into_iter().filter_map(move |(place, language)| {
            let text = texts.remove(&place)?.finish();
            Some((place, block(&text, language)?))
        })
    }

    fn mark(&mut self, place: usize, language: Language) {
        let known = self.pres.entry(place).or_insert(language);
        *known = language.max(*known);
    }

    /// Marks the `<pre>` around the element at `place`.
    fn mark_around(&mut self, place: usize, language: Language) {
        if let Some((_, known)) = self.pres.range_mut(..place).next_back() {
            *known = language.max(*known);
        }
    }

    fn add_text(&mut self, chunk: &TextChunk<'_>) {
        let place = chunk.source_location().bytes().start;
        let known = self.texts.entry(place).or_default();
        known.0.push_str(chunk.as_str());
        known.1 |= chunk.last_in_text_node();
    }
}

fn start(element: &Element<'_, '_>) -> usize {
    element.source_location().bytes().start
}

/// A `<pre>`'s text, put together from its text nodes.
#[derive(Default)]
struct Text {
    decoded: String,
    /// The text node so far: an entity may be cut between two chunks of one node.
    node: String,
}

impl Text {
    fn push(&mut self, raw: &str, ends: bool) {
        self.node.push_str(raw);
        if ends {
            self.end_node();
        }
    }

    fn end_node(&mut self) {
        html_escape::decode_html_entities_to_string(&self.node, &mut self.decoded);
        self.node.clear();
    }

    /// No-break spaces, which some generators indent with, are no white space to Python.
    fn finish(mut self) -> String {
        self.end_node();
        self.decoded.replace('\u{a0}', " ").replace("\r\n", "\n")
    }
}

/// The block that a `<pre>` with this text is, if it is one.
fn block(text: &str, language: Language) -> Option<BlockKind> {
    let is_session = match language {
        Language::Unknown => text.trim_start().starts_with(">>> "),
        Language::Session | Language::Python => {
            text.trim_start().starts_with(">>>") || has_prompt(text)
        }
    };
    if is_session {
        let entries = split_transcript(text);
        return (!entries.is_empty()).then_some(BlockKind::Transcript { entries });
    }
    let source = trim_block(text);
    (language == Language::Python && !source.is_empty()).then_some(BlockKind::Cell { source })
}

impl Page {
    /// The model as the page's script finds it: JSON that no HTML parser can mistake for markup, in ASCII, so that
    /// it is the same in every encoding.
    pub(super) fn embedded_json(&self) -> String {
        let json = serde_json::to_string(self).expect("a page is always JSON");
        let mut safe = String::with_capacity(json.len());
        for char in json.chars() {
            match char {
                '<' | '>' | '&' | '\u{7f}'.. => {
                    for unit in char.encode_utf16(&mut [0; 2]) {
                        safe.push_str(&format!("\\u{unit:04x}"));
                    }
                }
                _ => safe.push(char),
            }
        }
        safe
    }
}
