//! The official Python tutorial: every `>>>` block of its pages, a page's blocks in one session, and each block's printed
//! output beside what the session shows.
//!
//! A block that differs is an error unless `expected.toml` lists it with its reason, and so is a listed block that does
//! not differ. Native CPython runs the same blocks, so that a difference is known to be the page's or ours.

mod expected;
mod native;
mod recording;
mod session;

use anyhow::{Context, Result, ensure};
use croquant_web::page::{BlockKind, Entry, compare, rewrite_html};
use expected::{Expected, Listed};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The share of blocks, in percent, that must be reproduced or differ for a reason that no session could help.
const AT_LEAST: f64 = 85.0;

/// One page's `>>>` blocks.
struct Page {
    name: String,
    /// The number of the block among the page's `>>>` blocks is its place here.
    blocks: Vec<Vec<Entry>>,
    answers: Vec<String>,
}

/// What was shown for each entry of each block.
type Shown = Vec<Vec<String>>;

#[derive(Default)]
struct Tally {
    blocks: usize,
    natively: usize,
    reproduced: usize,
    varying: usize,
    faults: Vec<String>,
}

fn main() -> Result<ExitCode> {
    // `cargo test … -- classes` runs that page alone; flags are libtest's and mean nothing here.
    let filter = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tutorial");
    let expected = Expected::read(&here.join("expected.toml"))?;
    let pages = pages(&here.join("answers.toml"))?;
    let engine = session::engine()?;
    let python = native::Python::of_the_recipe(here.join("native.py"))?;

    println!(
        "{:<24}{:>8}{:>10}{:>12}{:>10}{:>8}",
        "", "blocks", "natively", "reproduced", "varying", "share"
    );
    let mut all = Tally::default();
    for page in pages
        .iter()
        .filter(|page| filter.as_ref().is_none_or(|part| page.name.contains(part)))
    {
        let tally = judge(
            page,
            &expected,
            &python.run(page)?,
            &session::run(&engine, page)?,
        );
        print(&page.name, &tally);
        all.add(tally);
    }
    print("all", &all);
    if filter.is_none() {
        all.faults.extend(expected.unused(&pages));
        if all.share() < AT_LEAST {
            all.faults.push(format!(
                "the share is {:.1} %, and {AT_LEAST} % is the least",
                all.share()
            ));
        }
    }
    for fault in &all.faults {
        println!("\n{fault}");
    }
    Ok(if all.faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The pages of Debian's `python3-doc`, unedited.
fn pages(answers: &Path) -> Result<Vec<Page>> {
    let answers: BTreeMap<String, Vec<String>> = toml::from_str(&fs::read_to_string(answers)?)?;
    let folder = tutorial()?;
    let mut files = fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "html")
    });
    files.sort();
    ensure!(
        files.len() == 17,
        "`{}` has {} pages, not 17",
        folder.display(),
        files.len()
    );
    files.iter().map(|file| page(file, &answers)).collect()
}

/// Where the package put its pages: `python3-doc` links to the documentation of Debian's own version.
fn tutorial() -> Result<PathBuf> {
    let listing = Command::new("dpkg")
        .args(["--listfiles", "python3-doc"])
        .output()?;
    let listing = String::from_utf8(listing.stdout)?;
    let folders = listing
        .lines()
        .filter(|line| line.ends_with("/html"))
        .map(|line| Path::new(line).join("tutorial"));
    let mut pages = folders.filter(|folder| folder.join("index.html").is_file());
    pages.next().context(
        "the Python tutorial is not here\nhint: install it with `apt-get install python3-doc`",
    )
}

fn page(file: &Path, answers: &BTreeMap<String, Vec<String>>) -> Result<Page> {
    let name = file
        .file_name()
        .context("a page has a name")?
        .to_string_lossy()
        .into_owned();
    let rewritten = rewrite_html(&fs::read(file)?)?;
    let transcripts = rewritten
        .page
        .blocks
        .into_iter()
        .filter_map(|block| match block.kind {
            BlockKind::Transcript { entries } => Some(entries),
            _ => None,
        });
    Ok(Page {
        blocks: transcripts.collect(),
        answers: answers.get(&name).cloned().unwrap_or_default(),
        name,
    })
}

/// Holds what was shown against what is printed and what is listed.
fn judge(page: &Page, expected: &Expected, natively: &Shown, here: &Shown) -> Tally {
    let mut tally = Tally {
        blocks: page.blocks.len(),
        ..Tally::default()
    };
    for (number, block) in page.blocks.iter().enumerate() {
        let differs = |shown: &Shown| difference(block, &shown[number]);
        tally.natively += usize::from(differs(natively).is_none());
        let id = format!("{} block {number}", page.name);
        match (differs(here), expected.get(&page.name, number)) {
            (None, None) => tally.reproduced += 1,
            (None, Some(_)) => tally
                .faults
                .push(format!("{id} is reproduced\nhint: take it off the list")),
            (Some(_), Some(Listed::Varies)) => tally.varying += 1,
            (Some(_), Some(Listed::Incomplete)) => {}
            (Some(difference), None) => {
                let native = if differs(natively).is_some() {
                    "natively, too"
                } else {
                    "natively it does not"
                };
                tally
                    .faults
                    .push(format!("{id} differs ({native})\n{difference}"));
            }
        }
    }
    tally
}

/// The first entry that shows something else than the page prints.
fn difference(block: &[Entry], shown: &[String]) -> Option<String> {
    let (entry, shown) = block
        .iter()
        .zip(shown)
        .find(|(entry, shown)| !compare(&entry.expected, shown).is_reproduced())?;
    Some(format!(
        ">>> {}\nprinted:\n{}shown:\n{shown}",
        entry.source, entry.expected
    ))
}

impl Tally {
    fn share(&self) -> f64 {
        100.0 * (self.reproduced + self.varying) as f64 / self.blocks as f64
    }

    fn add(&mut self, other: Self) {
        self.blocks += other.blocks;
        self.natively += other.natively;
        self.reproduced += other.reproduced;
        self.varying += other.varying;
        self.faults.extend(other.faults);
    }
}

fn print(name: &str, tally: &Tally) {
    if tally.blocks > 0 {
        let Tally {
            blocks,
            natively,
            reproduced,
            varying,
            ..
        } = tally;
        println!(
            "{name:<24}{blocks:>8}{natively:>10}{reproduced:>12}{varying:>10}{:>7.1}%",
            tally.share()
        );
    }
}
