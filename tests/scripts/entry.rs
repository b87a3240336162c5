//! What a list of programs says of each.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

/// One program. What is not stated is empty: no input, no file, exit code 0, nothing that may differ.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// What follows `python3`: a command line on each line, its words quoted as in a shell. They run one after the other in the same folder.
    /// `$CPYTHON` stands for CPython's unpacked sources.
    pub(crate) run: String,
    /// Standard input of each.
    #[serde(default)]
    pub(crate) stdin: String,
    /// Files that are there before: name, content.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
    /// Files and folders of CPython's sources that are there before: name, path below the sources.
    #[serde(default)]
    pub(crate) copies: BTreeMap<String, String>,
    /// Packages of `packages.txt` that are there before, in the folder.
    #[serde(default)]
    pub(crate) packages: Vec<String>,
    /// The exit code of the last command; those before it end with 0.
    #[serde(default)]
    pub(crate) code: i32,
    /// What may differ, by its name in `vary.rs`.
    #[serde(default)]
    pub(crate) vary: Vec<String>,
}

impl Entry {
    /// The command lines, in words.
    pub(crate) fn commands(&self, cpython: &Path) -> Result<Vec<Vec<String>>> {
        let text = self.run.replace("$CPYTHON", &cpython.display().to_string());
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(|line| shlex::split(line).with_context(|| format!("`{line}` has an open quote")))
            .collect()
    }
}

/// Every entry of every list: the list's name, the entry's, and what it says.
pub(crate) fn read_all(folder: &Path) -> Result<Vec<(String, String, Entry)>> {
    let mut entries = Vec::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if path.extension().is_none_or(|suffix| suffix != "toml") {
            continue;
        }
        let list = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&path)?;
        let read: BTreeMap<String, Entry> =
            toml::from_str(&text).with_context(|| format!("in `{}`", path.display()))?;
        entries.extend(
            read.into_iter()
                .map(|(name, entry)| (list.clone(), name, entry)),
        );
    }
    ensure!(!entries.is_empty(), "`{}` has no list", folder.display());
    entries.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
    Ok(entries)
}
