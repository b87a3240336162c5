//! Trees of git's, read through the `git` executable: objects are listed and printed, nothing is checked out, and nothing that a
//! repository's configuration names is run.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::pile::{MAX_BYTES, MAX_FILES, is_litter, too_large, too_many};
use super::{Found, problem, unreadable};
use crate::{Problem, ProblemKind};

/// A tree in a repository.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tree<'r> {
    repository: &'r str,
    commit: &'r str,
    path: &'r str,
}

/// A file of a tree.
struct Entry {
    object: String,
    path: String,
    size: usize,
}

impl<'r> Tree<'r> {
    /// `REPOSITORY@REF` or `git:REF`, and perhaps `:PATH`. `None` if it is neither.
    pub(super) fn parse(reference: &'r str) -> Option<Self> {
        let (repository, rest) = match reference.strip_prefix("git:") {
            Some(rest) => (".", rest),
            None => reference
                .match_indices('@')
                .map(|(at, _)| (&reference[..at], &reference[at + 1..]))
                .find(|(repository, _)| Path::new(repository).is_dir())?,
        };
        let (commit, path) = rest.split_once(':').unwrap_or((rest, ""));
        Some(Self {
            repository,
            commit,
            path: path.trim_matches('/'),
        })
        .filter(|tree| !tree.commit.is_empty())
    }

    /// Its files, and what was left out.
    pub(super) fn read(&self) -> Result<Found, Problem> {
        let object = self.object()?;
        if self.kind(&object)? == "blob" {
            let name = self.path.rsplit('/').next().unwrap_or(self.path);
            let entry = Entry {
                path: name.to_owned(),
                size: self.size(&object)?,
                object,
            };
            return Ok((self.contents(vec![entry])?, Vec::new()));
        }
        let (entries, notes) = self.list(&object)?;
        Ok((self.contents(entries)?, notes))
    }

    /// The name of its object.
    fn object(&self) -> Result<String, Problem> {
        let named = if self.path.is_empty() {
            format!("{}^{{tree}}", self.commit)
        } else {
            format!("{}:{}", self.commit, self.path)
        };
        let arguments = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &named,
        ];
        match self.run(&arguments) {
            Ok(object) => Ok(String::from_utf8_lossy(&object).trim().to_owned()),
            Err(said) if said.is_empty() => {
                let (commit, repository) = (self.commit, self.repository);
                let message = if self.path.is_empty() {
                    format!("there is no `{commit}` in the repository `{repository}`")
                } else {
                    format!(
                        "there is no `{}` in `{commit}` of the repository `{repository}`",
                        self.path
                    )
                };
                let hint = "name a branch, a tag or a commit that has been fetched";
                Err(problem(ProblemKind::MissingFile, message, hint))
            }
            Err(said) => Err(self.failed(&said)),
        }
    }

    fn kind(&self, object: &str) -> Result<String, Problem> {
        let kind = self
            .run(&["cat-file", "-t", object])
            .map_err(|said| self.failed(&said))?;
        Ok(String::from_utf8_lossy(&kind).trim().to_owned())
    }

    fn size(&self, object: &str) -> Result<usize, Problem> {
        let size = self
            .run(&["cat-file", "-s", object])
            .map_err(|said| self.failed(&said))?;
        let size = String::from_utf8_lossy(&size).trim().parse();
        size.map_err(|_| self.failed("no size"))
    }

    fn list(&self, object: &str) -> Result<(Vec<Entry>, Vec<String>), Problem> {
        let listed = self
            .run(&["ls-tree", "-r", "-z", "-l", "--full-tree", object])
            .map_err(|said| self.failed(&said))?;
        let (mut entries, mut notes) = (Vec::new(), Vec::new());
        // Each: `mode type object size<TAB>path`.
        for line in listed
            .split(|byte| *byte == 0)
            .filter(|line| !line.is_empty())
        {
            let Some((about, path)) = std::str::from_utf8(line)
                .ok()
                .and_then(|line| line.split_once('\t'))
            else {
                let name = String::from_utf8_lossy(line).into_owned();
                let name = name.rsplit('\t').next().unwrap_or("").to_owned();
                notes.push(format!("`{name}` was left out: its name is not in UTF-8"));
                continue;
            };
            if is_litter(path) {
                continue;
            }
            let about: Vec<_> = about.split_whitespace().collect();
            match about.as_slice() {
                ["120000", ..] => notes.push(format!("`{path}` was left out: it is a link")),
                ["160000", ..] => notes.push(format!(
                    "`{path}` was left out: it is a repository of its own"
                )),
                [_, "blob", object, size] => entries.push(Entry {
                    object: (*object).to_owned(),
                    path: path.to_owned(),
                    size: size.parse().map_err(|_| self.failed("no size"))?,
                }),
                _ => return Err(self.failed("a list of files that is none")),
            }
            if entries.len() > MAX_FILES {
                return Err(too_many());
            }
        }
        Ok((entries, notes))
    }

    /// The contents, through one process. The names fit into its pipe, so that it never waits for us while we wait for it.
    fn contents(&self, entries: Vec<Entry>) -> Result<Vec<(String, Vec<u8>)>, Problem> {
        if entries.iter().map(|entry| entry.size).sum::<usize>() > MAX_BYTES {
            return Err(too_large());
        }
        let cannot = |error: std::io::Error| self.failed(&error.to_string());
        let mut child = self
            .git(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|error| missing(&error))?;
        let names: String = entries
            .iter()
            .map(|entry| format!("{}\n", entry.object))
            .collect();
        let stdin = child.stdin.take();
        let sent = stdin.map_or(Ok(()), |mut stdin| stdin.write_all(names.as_bytes()));
        let read = || -> std::io::Result<Vec<(String, Vec<u8>)>> {
            sent?;
            let mut files = Vec::new();
            let Some(stdout) = child.stdout.take() else {
                return Ok(files);
            };
            let mut stdout = BufReader::new(stdout);
            for entry in &entries {
                // `object type size`, a newline, the content, a newline.
                let mut line = String::new();
                stdout.read_line(&mut line)?;
                if !line.trim_end().ends_with(&format!(" blob {}", entry.size)) {
                    return Err(std::io::Error::other(format!(
                        "`{}` is missing",
                        entry.path
                    )));
                }
                let mut content = vec![0; entry.size + 1];
                stdout.read_exact(&mut content)?;
                content.pop();
                files.push((entry.path.clone(), content));
            }
            Ok(files)
        };
        let files = read();
        // What was not read is of no use; the process is gone in any case before this returns.
        let _ = child.kill();
        child.wait().map_err(cannot)?;
        files.map_err(cannot)
    }

    /// What a command prints; an error is what it says.
    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = self
            .git(arguments)
            .output()
            .map_err(|error| missing(&error).message)?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }

    /// A command whose only configuration is the repository's, and which neither fetches nor asks.
    fn git(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(self.repository)
            // Its owner may be another: a checkout in a container is. None of the commands run anything that its configuration names.
            .args(["-c", "safe.directory=*", "-c", "core.fsmonitor=false"])
            .args([
                "-c",
                "core.hooksPath=/dev/null",
                "--no-pager",
                "--no-replace-objects",
            ])
            .args(arguments)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs([
                ("GIT_CONFIG_NOSYSTEM", "1"),
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
                ("GIT_NO_LAZY_FETCH", "1"),
                ("GIT_ALLOW_PROTOCOL", ""),
                ("GIT_OPTIONAL_LOCKS", "0"),
                ("GIT_TERMINAL_PROMPT", "0"),
                ("LC_ALL", "C"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn failed(&self, said: &str) -> Problem {
        let said = said
            .lines()
            .next()
            .unwrap_or("")
            .trim_start_matches("fatal: ");
        let message = format!(
            "the repository `{}` cannot be read: {said}",
            self.repository
        );
        unreadable(
            message,
            "see that it is a repository of git's, and complete",
        )
    }
}

fn missing(error: &std::io::Error) -> Problem {
    unreadable(
        format!("`git` cannot be run: {}", error.kind()),
        "install git, or hand in a folder",
    )
}

#[cfg(test)]
mod tests;
