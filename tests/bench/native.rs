//! Native CPython, and any other process that is measured.

use crate::stats::children_cpu;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The native CPython that the recipe built from the same sources as the guest.
pub(crate) struct Python {
    path: PathBuf,
}

impl Python {
    pub(crate) fn of_the_recipe() -> Result<Self> {
        let path = croquant_tests::Recipe::ask()?.native_python;
        Ok(Self { path })
    }

    pub(crate) fn version(&self) -> Result<String> {
        let code = "import sys; print(sys.version.split()[0], 'by', sys.version.split('[')[1].rstrip(']'))";
        Ok(output(self.bare().args(["-c", code]))?.trim().to_owned())
    }

    /// `python3 -I -S`: no environment, no site packages, the quickest start that it has.
    pub(crate) fn bare(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(["-I", "-S"]);
        command
    }

    /// `python3` as people start it.
    pub(crate) fn plain(&self) -> Command {
        Command::new(&self.path)
    }

    /// `python3 -m unittest` in this folder.
    pub(crate) fn unittest(&self, folder: &Path) -> Command {
        let mut command = self.plain();
        command
            .args(["-m", "unittest", "-q", "test_leap"])
            .current_dir(folder);
        command
    }

    /// Runs a program, and returns what it printed and the processor time of its whole process.
    pub(crate) fn run(&self, program: &Path, rounds: u32) -> Result<(String, Duration)> {
        let before = children_cpu();
        let printed = output(self.bare().arg(program).arg(rounds.to_string()))?;
        Ok((printed, children_cpu() - before))
    }

    /// The processor time of a process that does nothing.
    pub(crate) fn startup_cpu(&self) -> Result<Duration> {
        let before = children_cpu();
        output(self.bare().args(["-c", "pass"]))?;
        Ok(children_cpu() - before)
    }
}

/// Runs a process to its end and returns what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run `{}`", command.get_program().display()))?;
    ensure!(
        done.status.success(),
        "`{}` ended with {}: {}",
        command.get_program().display(),
        done.status,
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(String::from_utf8(done.stdout)?)
}
