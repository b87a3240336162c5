//! `--report`: what a run used, for programs to read.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use croquant_sandbox::Report;
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::{outcome, script};

/// The file that the report goes to, made before the program starts so that a wrong path costs no run.
pub(crate) struct ReportFile {
    file: File,
    shown: String,
}

impl ReportFile {
    /// Creates the file.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        match File::create(path) {
            Ok(file) => Ok(Self { file, shown }),
            Err(error) => Err(cannot_write(&shown, &error)),
        }
    }

    /// Writes the report.
    pub(crate) fn write(mut self, report: &Report, exit_code: u8) -> Result<(), Failure> {
        let text = json!({
            "outcome": outcome::name(&report.outcome),
            "exit_code": exit_code,
            "fuel": report.fuel,
            "wall_us": report.wall_us,
            "waited_us": report.waited_us,
            "memory_bytes": report.memory_bytes,
            "memory_refused": report.memory_refused,
            "output_bytes": report.output_bytes,
            "dropped_bytes": report.dropped_bytes,
        });
        writeln!(self.file, "{text}").map_err(|error| cannot_write(&self.shown, &error))
    }
}

fn cannot_write(shown: &str, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Failed,
        format!(
            "report `{shown}` cannot be written: {}",
            script::reason(error)
        ),
        "give `--report` a file in a folder that you may write to",
    )
}
