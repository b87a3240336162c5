//! Where submissions are read: a file, a folder, or a tree of git's. Links are not followed, but for the path that was given.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::pile::{MAX_BYTES, MAX_FILES, is_litter, too_large, too_many};
use super::{Content, Found, Handed, archive, git, problem, unreadable};
use crate::{Problem, ProblemKind, Submission};

/// How deep folders lie in each other.
const MAX_DEPTH: usize = 32;

impl Submission {
    /// Reads a submission and takes it apart: see [`Handed::read`] and [`Handed::unpack`].
    ///
    /// # Errors
    ///
    /// Why it is none, for its author.
    pub fn read(reference: &str) -> Result<Self, Problem> {
        Handed::read(reference)?.unpack()
    }
}

impl Handed {
    /// Reads a file, a folder, a zip archive or a notebook by its path, or a tree of git's: `REPOSITORY@REF`, or `git:REF` for the
    /// repository of the current folder, and either with `:PATH` for a part of the tree. A path that exists is a path.
    ///
    /// # Errors
    ///
    /// Why there is nothing to read, for its author.
    pub fn read(reference: &str) -> Result<Self, Problem> {
        let path = Path::new(reference);
        let (content, notes) = match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => whole(folder(path)?),
            Ok(metadata) if metadata.is_file() => (file(path)?, Vec::new()),
            Ok(_) => {
                let message = format!("`{reference}` is neither a file nor a folder");
                return Err(unreadable(
                    message,
                    "hand in a file, a folder or an archive",
                ));
            }
            Err(error) => match git::Tree::parse(reference) {
                Some(tree) => whole(tree.read()?),
                None => {
                    let message = format!("`{reference}` cannot be read: {}", error.kind());
                    let hint =
                        "give a file, a folder, a zip archive, a notebook, or `REPOSITORY@REF`";
                    return Err(problem(ProblemKind::MissingFile, message, hint));
                }
            },
        };
        Ok(Self {
            label: reference.to_owned(),
            content,
            notes,
        })
    }
}

/// A folder with nothing but an archive is that archive.
fn whole((mut files, notes): Found) -> (Content, Vec<String>) {
    match files.as_mut_slice() {
        [(path, content)] if path.ends_with(".zip") && archive::is_zip(content) => {
            (Content::Zip(std::mem::take(content)), notes)
        }
        _ => (Content::Files(files), notes),
    }
}

fn file(path: &Path) -> Result<Content, Problem> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let content = load(path, &name, MAX_BYTES)?;
    let lower = name.to_ascii_lowercase();
    if archive::is_zip(&content) || lower.ends_with(".zip") {
        return Ok(Content::Zip(content));
    }
    if archive::is_archive(&content) {
        return Err(unreadable(
            format!("`{name}` is an archive of another kind than zip"),
            "hand in a zip archive, or the files themselves",
        ));
    }
    if lower.ends_with(".ipynb") {
        return Ok(Content::Notebook {
            name,
            json: content,
        });
    }
    Ok(Content::Files(vec![(name, content)]))
}

/// All files beneath a folder, but hidden ones, caches and links.
fn folder(root: &Path) -> Result<Found, Problem> {
    let (mut files, mut notes) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    let mut folders = vec![(root.to_owned(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = folders.pop() {
        if depth > MAX_DEPTH {
            return Err(unreadable(
                format!("its folders lie more than {MAX_DEPTH} deep in each other"),
                "hand in the source alone",
            ));
        }
        let cannot = |error: std::io::Error| {
            let message = format!("the folder `{prefix}` cannot be read: {}", error.kind());
            unreadable(message, "see to its permissions")
        };
        for entry in fs::read_dir(&folder).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let Ok(name) = entry.file_name().into_string() else {
                let name = entry.file_name().to_string_lossy().into_owned();
                notes.push(format!(
                    "`{prefix}{name}` was left out: its name is not in UTF-8"
                ));
                continue;
            };
            let path = format!("{prefix}{name}");
            // The entry's own type: that of a link, and not of what it leads to.
            let kind = entry.file_type().map_err(cannot)?;
            if is_litter(&name) {
                continue;
            } else if kind.is_dir() {
                folders.push((entry.path(), format!("{path}/"), depth + 1));
            } else if kind.is_file() {
                let content = load(&entry.path(), &path, MAX_BYTES - bytes)?;
                bytes += content.len();
                files.push((path, content));
            } else {
                let what = if kind.is_symlink() {
                    "a link"
                } else {
                    "no file"
                };
                notes.push(format!("`{path}` was left out: it is {what}"));
            }
            if files.len() + folders.len() > 2 * MAX_FILES || files.len() > MAX_FILES {
                return Err(too_many());
            }
        }
    }
    files.sort();
    notes.sort();
    Ok((files, notes))
}

/// A file's content, read no further than `most`: it may grow while it is read.
fn load(path: &Path, shown: &str, most: usize) -> Result<Vec<u8>, Problem> {
    let cannot = |error: std::io::Error| {
        let message = format!("`{shown}` cannot be read: {}", error.kind());
        unreadable(message, "see to its permissions")
    };
    let mut content = Vec::new();
    let file = File::open(path).map_err(cannot)?;
    let mut file = file.take(most as u64 + 1);
    file.read_to_end(&mut content).map_err(cannot)?;
    if content.len() > most {
        return Err(too_large());
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, files: &[(&str, &[u8])]) {
        for (path, content) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }

    fn read(path: &Path) -> Result<Submission, String> {
        Submission::read(path.to_str().unwrap()).map_err(|problem| problem.message)
    }

    fn paths(submission: &Submission) -> Vec<&str> {
        submission
            .files
            .iter()
            .map(|(path, _)| path.as_str())
            .collect()
    }

    #[test]
    fn folders_are_read_without_litter_and_links() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            &[
                ("leap.py", b"x"),
                ("data/in.txt", b"1"),
                (".git/config", b"?"),
                ("__pycache__/leap.pyc", b"?"),
            ],
        );
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("secret.py")).unwrap();
        std::os::unix::fs::symlink("/etc", folder.path().join("etc")).unwrap();
        let submission = read(folder.path()).unwrap();
        assert_eq!(paths(&submission), ["data/in.txt", "leap.py"]);
        assert_eq!(
            submission.notes,
            [
                "`etc` was left out: it is a link",
                "`secret.py` was left out: it is a link"
            ]
        );
        assert_eq!(submission.label, folder.path().to_str().unwrap());
    }

    #[test]
    fn files_are_read_by_their_kind() {
        let folder = tempfile::tempdir().unwrap();
        let notebook = br#"{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 1"}]}"#;
        write(
            folder.path(),
            &[
                ("leap.py", b"x"),
                ("leap.ipynb", notebook),
                ("leap.tgz", b"\x1f\x8b?"),
                ("leap.zip", b"?"),
            ],
        );
        assert_eq!(
            paths(&read(&folder.path().join("leap.py")).unwrap()),
            ["leap.py"]
        );
        let made = read(&folder.path().join("leap.ipynb")).unwrap();
        assert_eq!(
            made.files,
            [("leap.py".into(), b"# cell 1\nx = 1\n".to_vec())]
        );
        let error = read(&folder.path().join("leap.tgz")).unwrap_err();
        assert!(
            error.contains("an archive of another kind than zip"),
            "{error}"
        );
        let error = read(&folder.path().join("leap.zip")).unwrap_err();
        assert!(error.contains("it is no zip archive"), "{error}");
    }

    #[test]
    fn what_is_not_there_or_too_much_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let error = read(&folder.path().join("leap.py")).unwrap_err();
        assert!(
            error.contains("leap.py` cannot be read: entity not found\nhint: give"),
            "{error}"
        );
        write(folder.path(), &[("big.bin", &vec![0; MAX_BYTES + 1])]);
        let error = read(folder.path()).unwrap_err();
        assert!(error.contains("larger than 16 MiB"), "{error}");
    }
}
