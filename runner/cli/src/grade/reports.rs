//! Reports on their way to files and to stdout.

use std::io::{self, IsTerminal as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use croquant_grade::batch::Graded;
use croquant_grade::report::{Format, terminal};
use croquant_grade::{Release, View};

use super::plan::Wanted;
use crate::exit::{Exit, Failure, say};

/// How often files hold what there is so far.
const INTERVAL: Duration = Duration::from_secs(2);

/// What stands for a submission's name in the name of a file.
const EACH: &str = "{}";

/// What is known so far, and where it is wanted.
pub(super) struct Reports {
    wanted: Vec<Wanted>,
    release: Release,
    names: Vec<String>,
    views: Vec<Option<View>>,
    written: Instant,
}

impl Reports {
    /// None yet, of submissions called `labels`.
    ///
    /// # Errors
    /// A format for one submission, and several of these.
    pub(super) fn new(
        wanted: Vec<Wanted>,
        release: Release,
        labels: &[String],
    ) -> Result<Self, Failure> {
        for report in &wanted {
            let (format, many) = (report.format, labels.len() != 1);
            if many && !format.is_batch() && !report.is_each() {
                return Err(Failure::new(
                    Exit::Ungraded,
                    format!(
                        "`{format}` holds one submission, and there are {}",
                        labels.len()
                    ),
                    format!("write one for each, as in `--report {format}=reports/{{}}.{format}`"),
                ));
            }
        }
        Ok(Self {
            wanted,
            release,
            names: names(labels),
            views: labels.iter().map(|_| None).collect(),
            written: Instant::now(),
        })
    }

    /// Takes a result. In a long run, files are written every few seconds, so that what is done is there whatever happens.
    pub(super) fn done(&mut self, index: usize, graded: &Graded) {
        let Ok(verdict) = graded else { return };
        self.views[index] = Some(View::new(verdict, self.release));
        if self.written.elapsed() >= INTERVAL {
            if let Err(failure) = self.write_files() {
                say("warning", &failure.message);
            }
            self.written = Instant::now();
        }
    }

    /// Writes all of them.
    pub(super) fn write(&self) -> Result<(), Failure> {
        self.write_files()?;
        for wanted in self.wanted.iter().filter(|wanted| wanted.file.is_none()) {
            let views: Vec<View> = self.views.iter().flatten().cloned().collect();
            if views.is_empty() {
                continue;
            }
            let report = render(wanted.format, &views)?;
            let mut stdout = io::stdout().lock();
            let written = stdout.write_all(&report).and_then(|()| stdout.flush());
            written.map_err(|error| cannot_write("stdout", &error))?;
        }
        Ok(())
    }

    fn write_files(&self) -> Result<(), Failure> {
        for wanted in &self.wanted {
            let Some(path) = &wanted.file else { continue };
            if !wanted.is_each() {
                let views: Vec<View> = self.views.iter().flatten().cloned().collect();
                if wanted.format.is_batch() || views.len() == 1 {
                    write_whole(path, &render(wanted.format, &views)?)?;
                }
                continue;
            }
            for (name, view) in self.names.iter().zip(&self.views) {
                if let Some(view) = view {
                    let path = path.to_string_lossy().replace(EACH, name);
                    let report = render(wanted.format, std::slice::from_ref(view))?;
                    write_whole(Path::new(&path), &report)?;
                }
            }
        }
        Ok(())
    }
}

impl Wanted {
    /// Whether each submission has a file of its own.
    fn is_each(&self) -> bool {
        let name = self.file.as_ref().map(|path| path.to_string_lossy());
        name.is_some_and(|name| name.contains(EACH))
    }
}

fn render(format: Format, views: &[View]) -> Result<Vec<u8>, Failure> {
    if format == Format::Terminal {
        let style = terminal::Style {
            colour: colour(),
            ..terminal::Style::default()
        };
        return Ok(terminal::render(views, style).into_bytes());
    }
    format.render(views).map_err(Failure::host)
}

/// Whether a terminal shows colours.
fn colour() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Names for files, each another: the submissions' own, without what no file's name may have.
fn names(labels: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(labels.len());
    for label in labels {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let plain: String = label
            .trim_matches(['.', '/'])
            .chars()
            .map(|c| if fits(c) { c } else { '-' })
            .collect();
        let mut name = plain.clone();
        let mut number = 1;
        while names.contains(&name) || name.is_empty() {
            number += 1;
            name = format!("{plain}-{number}");
        }
        names.push(name);
    }
    names
}

/// Replaces a file by one that is whole: a reader finds the one or the other.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.map_or_else(|| PathBuf::from("."), Path::to_owned);
        std::fs::create_dir_all(&folder)?;
        let permissions = std::fs::Permissions::from_mode(0o644);
        if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            // A pipe or a device: it cannot be replaced, and nobody reads it halfway.
            return std::fs::write(path, bytes);
        }
        let mut file = tempfile::Builder::new()
            .permissions(permissions)
            .tempfile_in(&folder)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| cannot_write(&path.display().to_string(), &error))
}

fn cannot_write(name: &str, error: &io::Error) -> Failure {
    Failure::new(
        Exit::Ungraded,
        format!("the report cannot be written to `{name}`: {error}"),
        "choose another file, as in `--report json=FILE`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_submission_has_a_name_of_its_own() {
        let labels = ["a/leap.py", "a-leap.py", "../x", "é@HEAD", "/"].map(str::to_owned);
        assert_eq!(
            names(&labels),
            ["a-leap.py", "a-leap.py-2", "x", "é-HEAD", "-2"]
        );
    }
}
