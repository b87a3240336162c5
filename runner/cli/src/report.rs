//! `--report`: what a run used, for programs and for people.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use croquant_sandbox::{Limits, Report};
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::units::show_size;
use crate::{image, script};

/// The version of the report's shape. Names are added without a new one; it rises when one changes its meaning or goes.
const SCHEMA: u32 = 1;

/// Where a report goes, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// One line of JSON at the end of stderr.
    Json,
    /// Lines for people at the end of stderr.
    Text,
    /// One line of JSON in this file.
    File(PathBuf),
}

impl Wanted {
    /// What `--report` was given.
    pub(crate) fn of(text: std::ffi::OsString) -> Self {
        match text.to_str() {
            Some("json") => Self::Json,
            Some("text") => Self::Text,
            _ => Self::File(text.into()),
        }
    }
}

/// Where a report goes, ready to be written.
pub(crate) enum Sink {
    Json,
    Text,
    /// Made before the program starts, so that a wrong path costs no run.
    File {
        file: File,
        shown: String,
    },
}

impl Sink {
    /// Creates the file, if it is one.
    pub(crate) fn open(wanted: &Wanted) -> Result<Self, Failure> {
        let path = match wanted {
            Wanted::Json => return Ok(Self::Json),
            Wanted::Text => return Ok(Self::Text),
            Wanted::File(path) => path,
        };
        let shown = path.display().to_string();
        match File::create(path) {
            Ok(file) => Ok(Self::File { file, shown }),
            Err(error) => Err(cannot_write(&shown, &error)),
        }
    }

    /// Writes the report.
    pub(crate) fn write(
        self,
        report: &Report,
        limits: &Limits,
        exit_code: u8,
    ) -> Result<(), Failure> {
        match self {
            // A stderr that is gone has nobody to tell.
            Self::Json => {
                let _ = writeln!(std::io::stderr(), "{}", to_json(report, limits, exit_code));
                Ok(())
            }
            Self::Text => {
                let _ = std::io::stderr().write_all(to_text(report, limits, exit_code).as_bytes());
                Ok(())
            }
            Self::File { mut file, shown } => {
                writeln!(file, "{}", to_json(report, limits, exit_code))
                    .map_err(|error| cannot_write(&shown, &error))
            }
        }
    }
}

/// The report as `report.md` has it.
fn to_json(report: &Report, limits: &Limits, exit_code: u8) -> Value {
    json!({
        "schema": SCHEMA,
        "image": image::HASH,
        "outcome": report.outcome.name(),
        "exit_code": exit_code,
        "fuel": report.fuel,
        "cpu_us": report.cpu_us,
        "wall_us": report.wall_us,
        "waited_us": report.waited_us,
        "peak_memory_bytes": report.memory_bytes,
        "memory_refused": report.memory_refused,
        "host_calls": report.host_calls,
        "input_bytes": report.input_bytes,
        "output_bytes": report.output_bytes,
        "dropped_bytes": report.dropped_bytes,
        "dropped_lines": report.dropped_lines,
        "restored": report.restored,
        "checkpoint_bytes": report.checkpoint_bytes,
        "limits": {
            "fuel": limits.fuel,
            "deadline_ms": limits.deadline_ms,
            "input_idle_ms": limits.input_idle_ms,
            "grace_ms": limits.grace_ms,
            "memory_bytes": limits.memory_bytes,
            "output_bytes": limits.output_bytes,
            "output_lines": limits.output_lines,
            "host_bytes": limits.host_bytes,
            "open_files": limits.open_files,
            "files": limits.files,
            "checkpoint_bytes": limits.checkpoint_bytes,
        },
    })
}

fn to_text(report: &Report, limits: &Limits, exit_code: u8) -> String {
    let share = |part: u64, whole: u64| 100.0 * part as f64 / whole.max(1) as f64;
    let ms = |us: u64| us as f64 / 1000.0;
    let memory = report.memory_bytes as u64;
    let mut text = format!(
        "\
outcome  {} (exit code {exit_code})
fuel     {} units, {:.1} % of the limit
time     {:.1} ms, of that {:.1} ms processor, {:.1} ms waiting for input
memory   {:.1} MiB at most, {:.1} % of the limit
traffic  {} bytes in, {} bytes out, {} calls of the host
",
        report.outcome.name(),
        report.fuel,
        share(report.fuel, limits.fuel),
        ms(report.wall_us),
        ms(report.cpu_us),
        ms(report.waited_us),
        memory as f64 / (1 << 20) as f64,
        share(memory, limits.memory_bytes as u64),
        report.input_bytes,
        report.output_bytes,
        report.host_calls,
    );
    if report.dropped_bytes > 0 {
        text += &format!("dropped  {} of output\n", show_size(report.dropped_bytes));
    }
    text
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

#[cfg(test)]
mod tests {
    use super::*;
    use croquant_sandbox::Outcome;

    #[test]
    fn every_field_is_in_the_table_and_no_other() {
        let report = Report {
            outcome: Outcome::Exited(0),
            fuel: 1,
            wall_us: 1,
            waited_us: 0,
            cpu_us: 1,
            host_calls: 0,
            input_bytes: 0,
            output_bytes: 0,
            dropped_bytes: 0,
            dropped_lines: 0,
            memory_bytes: 0,
            memory_refused: false,
            alive: false,
            restored: false,
            checkpoint_bytes: None,
        };
        let json = to_json(&report, &Limits::script(), 0);
        let names = |value: &Value| -> Vec<String> {
            let fields = value.as_object().expect("an object");
            fields.keys().cloned().collect()
        };
        let table = include_str!("../report.md");
        let quoted = |text: &str| -> Vec<String> {
            let parts = text.split('`').skip(1).step_by(2);
            parts.map(str::to_owned).collect()
        };
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
        let mut listed: Vec<String> = rows
            .filter_map(|row| Some(row.split_once('`')?.0.to_owned()))
            .collect();
        listed.sort();
        let mut fields = names(&json);
        fields.sort();
        assert_eq!(listed, fields);
        let limits = table.split_once("that applied:").expect("the limits").1;
        let (mut listed, mut fields) = (quoted(limits), names(&json["limits"]));
        listed.sort();
        fields.sort();
        assert_eq!(listed, fields);
    }
}
