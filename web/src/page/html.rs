//! The reader for HTML pages: finds the blocks and marks them, and leaves every other byte as it is.
//!
//! Two passes over the same bytes: the first collects the text of every `<pre>`, the second marks those that turned
//! out to be blocks. An element is known by its place in the page, so nothing depends on the order of handlers.

mod candidates;
mod inject;

use super::{Block, Page};
use candidates::Candidates;
use inject::Injection;
use lol_html::errors::RewritingError;

/// A page that is alive: its model and its HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// The blocks that were found.
    pub page: Page,
    /// The page with its blocks marked, the model and our script and style in it; the same bytes as before if it
    /// has no blocks.
    pub html: Vec<u8>,
}

/// A page that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the page cannot be read as HTML: {0}")]
pub struct HtmlError(#[from] RewritingError);

/// Makes an HTML page live.
///
/// Blocks are: any `<pre>` that begins with `>>> `; the code blocks that Sphinx, MkDocs, Markdown renderers and pandoc
/// mark as Python. Each gets `data-croquant-block="N"`; the model goes into `<script id="croquant-page">`.
///
/// # Errors
/// [`HtmlError`] if the rewriter gives up.
pub fn rewrite_html(html: &[u8]) -> Result<Rewritten, HtmlError> {
    let candidates = Candidates::collect(html)?;
    let title = candidates.title();
    let mut blocks = Vec::new();
    let mut places = Vec::new();
    for (place, kind) in candidates.into_blocks() {
        let id = u32::try_from(blocks.len()).expect("a page has fewer blocks than bytes");
        blocks.push(Block { id, kind });
        places.push((place, id));
    }
    let page = Page { title, blocks };
    let html = if places.is_empty() {
        html.to_vec()
    } else {
        Injection::new(&page, places).apply(html)?
    };
    Ok(Rewritten { page, html })
}

#[cfg(test)]
mod tests;
