//! The same blocks at the prompt of native CPython.

use crate::{Page, Shown};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The native CPython that the recipe built from the guest's sources.
pub(crate) struct Python {
    path: PathBuf,
    runner: PathBuf,
}

impl Python {
    pub(crate) fn of_the_recipe(runner: PathBuf) -> Result<Self> {
        Ok(Self {
            path: croquant_tests::Recipe::ask()?.native_python,
            runner,
        })
    }

    /// Runs a page in an empty folder.
    pub(crate) fn run(&self, page: &Page) -> Result<Shown> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tutorial");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let entries = |block: &Vec<croquant_web::page::Entry>| {
            block
                .iter()
                .map(|entry| json!({"source": entry.source, "plain": entry.plain}))
                .collect::<Vec<_>>()
        };
        let blocks: Vec<_> = page.blocks.iter().map(entries).collect();
        let mut child = Command::new(&self.path)
            .arg("-I")
            .arg(&self.runner)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run the native CPython")?;
        let mut stdin = child
            .stdin
            .take()
            .context("the process has a standard input")?;
        stdin.write_all(
            json!({"blocks": blocks, "answers": page.answers})
                .to_string()
                .as_bytes(),
        )?;
        drop(stdin);
        let done = child.wait_with_output()?;
        ensure!(
            done.status.success(),
            "native CPython ended with {} in {}",
            done.status,
            page.name
        );
        Ok(serde_json::from_slice(&done.stdout)?)
    }
}
