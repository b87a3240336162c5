//! Pages: one model, and a reader for each dialect that fills it.
//!
//! **Invariant:** no dialect's rules leak past its reader. What the rest of the server and the browser see is [`Page`].

mod compare;
mod html;
mod transcript;

use serde::Serialize;

pub use compare::{Match, compare};
pub use html::{HtmlError, Rewritten, rewrite_html};
pub use transcript::{Entry, split_transcript};

/// A page, as far as it can be made live: its title and its blocks, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    /// The page's title, empty if it has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The blocks, numbered from 0 in the page's order.
    pub blocks: Vec<Block>,
}

/// One block of a page. The number is the one in its element's `data-croquant-block`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Its number in the page.
    pub id: u32,
    /// What it is.
    #[serde(flatten)]
    pub kind: BlockKind,
}

/// What a block is. Exercises, setup code, printed output and prose will be further kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum BlockKind {
    /// An interactive session: `>>>` prompts and what they printed.
    Transcript {
        /// The inputs, in order, each with its printed output.
        entries: Vec<Entry>,
    },
    /// Python code without prompts.
    Cell {
        /// The code, without a newline at its end.
        source: String,
    },
}
