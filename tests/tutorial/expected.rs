//! The list of blocks that are not reproduced, each with its reason.

use crate::Page;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// `expected.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    #[serde(default)]
    block: Vec<Entry>,
}

/// Blocks of a page that differ for one reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    page: String,
    /// Their numbers among the page's `>>>` blocks, from 0.
    blocks: Vec<usize>,
    kind: Listed,
    #[serde(rename = "reason")]
    _reason: String,
}

/// Why a block differs.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Listed {
    /// The page shows a time, a random number, an address, a machine or a version of Python: the block works, and a right
    /// answer looks different. It counts as reproduced.
    Varies,
    /// The block uses what no earlier block made, or what a sandbox does not have. It does not count.
    Incomplete,
}

impl Expected {
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file)
            .with_context(|| format!("cannot read `{}`", file.display()))?;
        toml::from_str(&text).with_context(|| format!("`{}`", file.display()))
    }

    pub(crate) fn get(&self, page: &str, number: usize) -> Option<Listed> {
        let mut entries = self.block.iter();
        entries
            .find(|entry| entry.page == page && entry.blocks.contains(&number))
            .map(|entry| entry.kind)
    }

    /// Entries that name no block.
    pub(crate) fn unused(&self, pages: &[Page]) -> Vec<String> {
        let exists = |name: &str, number: usize| {
            pages
                .iter()
                .any(|page| page.name == name && number < page.blocks.len())
        };
        let listed = self
            .block
            .iter()
            .flat_map(|entry| entry.blocks.iter().map(|number| (&entry.page, *number)));
        let unused = listed.filter(|(page, number)| !exists(page, *number));
        unused
            .map(|(page, number)| {
                format!("{page} has no block {number}\nhint: take it off the list")
            })
            .collect()
    }
}
