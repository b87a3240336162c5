//! One of the two that run a program: native CPython, or the guest.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, ensure};
use croquant_tests::Recipe;

use crate::entry::Entry;
use crate::packages;

/// Far longer than any program takes.
const PATIENCE: Duration = Duration::from_secs(180);
/// The guest's working folder, its executable and its library.
const HOME: &str = "/home/user";
const EXECUTABLE: &str = "/usr/bin/python3";
const LIBRARY: &str = "/usr/lib/python3.13";
/// Variables of the host that `croquant` itself needs, to find its unpacked image.
const KEPT: [&str; 4] = ["PATH", "HOME", "XDG_CACHE_HOME", "CROQUANT_CACHE"];

/// Who runs a program, and where.
pub(crate) struct Side<'a> {
    recipe: &'a Recipe,
    /// The folder that the program works in.
    folder: PathBuf,
    /// Where its streams are kept.
    streams: PathBuf,
    /// A command that lacks the program's arguments.
    command: Box<dyn Fn() -> Command + 'a>,
    /// Texts of this side that stand for others in the guest.
    names: Vec<(String, &'static str)>,
}

/// How the commands of an entry ended, and what they left.
pub(crate) struct Ended {
    pub(crate) runs: Vec<Run>,
    pub(crate) before: BTreeMap<String, Vec<u8>>,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// How one command ended.
pub(crate) struct Run {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) status: ExitStatus,
}

impl<'a> Side<'a> {
    /// The recipe's CPython, under the name that the guest's has.
    pub(crate) fn native(place: &Path, recipe: &'a Recipe) -> Self {
        let folder = place.join("native");
        let executable = place.join("python3");
        let prefix = recipe.native_python.ancestors().nth(2).unwrap_or(place);
        let names = vec![
            (folder.display().to_string(), HOME),
            (executable.display().to_string(), EXECUTABLE),
            (prefix.join("lib/python3.13").display().to_string(), LIBRARY),
        ];
        let command = {
            let folder = folder.clone();
            move || {
                let _ = std::os::unix::fs::symlink(&recipe.native_python, &executable);
                let mut command = Command::new(&executable);
                command
                    .env_clear()
                    // What the guest has by itself: UTF-8, hashes that are always the same, no compiled files beside the sources.
                    .env("LC_ALL", "C.UTF-8")
                    .env("PYTHONHASHSEED", "0")
                    .env("PYTHONDONTWRITEBYTECODE", "1")
                    .env("HOME", &folder);
                command
            }
        };
        Self {
            recipe,
            streams: place.join("native-streams"),
            folder,
            command: Box::new(command),
            names,
        }
    }

    /// `croquant run`, with the program's folder for its home and CPython's sources at their own place.
    pub(crate) fn guest(place: &Path, recipe: &'a Recipe) -> Self {
        let folder = place.join("guest");
        let command = {
            let home = format!("{}:{HOME}:rw", folder.display());
            move || {
                let mut command = Command::new(env!("CARGO_BIN_EXE_croquant"));
                command.env_clear();
                command.envs(
                    KEPT.iter()
                        .filter_map(|name| Some((name, std::env::var_os(name)?))),
                );
                command.args(["run", "--dir", &home, "--dir"]);
                command.arg(&recipe.cpython_source);
                command
            }
        };
        Self {
            recipe,
            streams: place.join("guest-streams"),
            folder,
            command: Box::new(command),
            names: Vec::new(),
        }
    }

    /// Runs the entry's commands in a new folder.
    pub(crate) fn run(&self, entry: &Entry) -> Result<Ended> {
        self.prepare(entry)?;
        let before = croquant_tests::tree(&self.folder)?;
        let commands = entry.commands(&self.recipe.cpython_source)?;
        ensure!(!commands.is_empty(), "the entry runs nothing");
        let mut runs = Vec::new();
        for words in commands {
            let run = self.run_one(&words, &entry.stdin);
            runs.push(run.with_context(|| format!("`{}`", words.join(" ")))?);
        }
        let mut files = croquant_tests::tree(&self.folder)?;
        for content in files.values_mut() {
            *content = self.rename(content);
        }
        Ok(Ended {
            runs,
            before,
            files,
        })
    }

    fn prepare(&self, entry: &Entry) -> Result<()> {
        fs::create_dir(&self.folder)?;
        fs::create_dir(&self.streams)?;
        for (name, content) in &entry.files {
            let path = self.folder.join(name);
            fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
            fs::write(path, content)?;
        }
        for (name, source) in &entry.copies {
            let source = self.recipe.cpython_source.join(source);
            let path = self.folder.join(name);
            if source.is_dir() {
                croquant_tests::copy(&source, &path)?;
            } else {
                fs::copy(&source, path).with_context(|| format!("`{}`", source.display()))?;
            }
        }
        packages::unpack(&entry.packages, &self.folder, &self.recipe.native_python)?;
        // Archives name the time of a file.
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
        for name in croquant_tests::tree(&self.folder)?.keys().rev() {
            File::open(self.folder.join(name))?.set_modified(then)?;
        }
        Ok(())
    }

    fn run_one(&self, words: &[String], stdin: &str) -> Result<Run> {
        let stream = |name| self.streams.join(name);
        fs::write(stream("stdin"), stdin)?;
        let mut child = (self.command)()
            .args(words)
            .current_dir(&self.folder)
            .stdin(File::open(stream("stdin"))?)
            .stdout(File::create(stream("stdout"))?)
            .stderr(File::create(stream("stderr"))?)
            .spawn()?;
        let status = croquant_tests::wait(&mut child, PATIENCE)?;
        let read = |name| -> Result<Vec<u8>> { Ok(self.rename(&fs::read(stream(name))?)) };
        Ok(Run {
            stdout: read("stdout")?,
            stderr: read("stderr")?,
            status,
        })
    }

    /// With this side's names for places in the guest's words.
    fn rename(&self, bytes: &[u8]) -> Vec<u8> {
        let Ok(mut text) = String::from_utf8(bytes.to_vec()) else {
            return bytes.to_vec();
        };
        for (own, name) in &self.names {
            text = text.replace(own, name);
        }
        text.into_bytes()
    }
}
