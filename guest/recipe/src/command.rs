//! Commands whose output goes to a stage's log, and what is shown of it when one fails.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Lines of the log that a failure shows: enough for a compiler's first error and make's last words.
const TAIL_LINES: usize = 25;

/// Characters of each: compilers repeat whole command lines.
const LINE_CHARS: usize = 300;

/// The day on which CPython 3.13.5 was released, in seconds since 1970.
const BUILD_TIME: &str = "1749600000";

/// The log of one stage.
pub(crate) struct Log {
    path: PathBuf,
}

impl Log {
    /// An empty log at `path`.
    pub(crate) fn create(path: PathBuf) -> Result<Log> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        File::create(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(Log { path })
    }

    /// Runs `command` to its end; its output is appended.
    pub(crate) fn run(&self, command: &mut Command) -> Result<()> {
        let log = OpenOptions::new().append(true).open(&self.path)?;
        use std::io::Write;
        writeln!(&log, "+ {}", shown(command))?;
        let status = command
            // One locale and one hash order, whatever the user's.
            .env("LC_ALL", "C")
            .env("PYTHONHASHSEED", "0")
            // The time of the build shows in `sys.version`: one time, so that one input makes one image.
            .env("SOURCE_DATE_EPOCH", BUILD_TIME)
            .env("TZ", "UTC")
            .env_remove("PYTHONPATH")
            .env_remove("PYTHONHOME")
            .env_remove("CFLAGS")
            .env_remove("MAKEFLAGS")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .status()
            .with_context(|| format!("cannot start `{}`", command.get_program().display()))?;
        if !status.success() {
            let name = Path::new(command.get_program())
                .file_name()
                .unwrap_or_default()
                .display()
                .to_string();
            bail!(
                "`{name}` failed ({status})\n{}\nhint: the whole log is `{}`",
                self.tail(),
                self.path.display()
            );
        }
        Ok(())
    }

    /// The last lines that commands wrote; the commands themselves are long, and in the log.
    fn tail(&self) -> String {
        let text = fs::read(&self.path).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().filter(|line| !line.starts_with("+ "));
        let lines: Vec<String> = lines
            .map(|line| line.chars().take(LINE_CHARS).collect())
            .collect();
        lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
    }
}

/// How many commands to run at once.
pub(crate) fn jobs() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.display().to_string())
        .collect::<Vec<_>>()
        .join(" ")
}
