//! What a `spec.toml` says.

use std::collections::BTreeMap;
use std::path::Path;

use libtest_mimic::Failed;
use serde::Deserialize;

/// One test. What is not stated is empty: no input, no output on either stream, exit code 0, and no file changed on the host.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Spec {
    /// The command line. `$PLACE` stands for the absolute path of the test's folder.
    pub(crate) args: Vec<String>,
    /// Variables of the host's environment.
    pub(crate) env: BTreeMap<String, String>,
    /// Standard input, or its bytes.
    pub(crate) stdin: String,
    pub(crate) stdin_hex: String,
    /// Keep standard input open, as at a terminal where nothing is typed.
    pub(crate) stdin_open: bool,
    /// Standard output, or its bytes. `[WILDCARD]` stands for anything.
    pub(crate) stdout: String,
    pub(crate) stdout_hex: Option<String>,
    /// Standard error, likewise.
    pub(crate) stderr: String,
    /// The exit code.
    pub(crate) code: i32,
    /// The signal that it dies of, instead of an exit code.
    pub(crate) signal: Option<i32>,
    /// Start it with SIGINT ignored.
    pub(crate) ignores_interrupts: bool,
    /// Send SIGINT when this has been written to standard output.
    pub(crate) interrupt_after: Option<String>,
    /// How many times, half a second apart.
    pub(crate) interrupts: u32,
    /// Symbolic links made before the run: name, target.
    pub(crate) links: BTreeMap<String, String>,
    /// Empty folders made before the run.
    pub(crate) folders: Vec<String>,
    /// Files that must be there afterwards, new or changed, with their text.
    pub(crate) after: BTreeMap<String, String>,
    /// Files that must be gone afterwards.
    pub(crate) gone: Vec<String>,
    /// What the report must say.
    pub(crate) report: BTreeMap<String, serde_json::Value>,
    /// Run twice, and compare the fuel.
    pub(crate) same_fuel: bool,
    /// Run twice, in another folder and with input that arrives in other pieces, and compare all but times.
    pub(crate) repeatable: bool,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            args: vec!["run".to_owned(), "main.py".to_owned()],
            env: BTreeMap::new(),
            stdin: String::new(),
            stdin_hex: String::new(),
            stdin_open: false,
            stdout: String::new(),
            stdout_hex: None,
            stderr: String::new(),
            code: 0,
            signal: None,
            ignores_interrupts: false,
            interrupt_after: None,
            interrupts: 1,
            links: BTreeMap::new(),
            folders: Vec::new(),
            after: BTreeMap::new(),
            gone: Vec::new(),
            report: BTreeMap::new(),
            same_fuel: false,
            repeatable: false,
        }
    }
}

impl Spec {
    /// Reads the folder's `spec.toml`.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failed> {
        let path = folder.join("spec.toml");
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("`{}`: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| format!("`{}`: {error}", path.display()).into())
    }

    /// Whether the run must write a report.
    pub(crate) fn wants_report(&self) -> bool {
        self.same_fuel || self.repeatable || !self.report.is_empty()
    }

    /// The bytes of standard input.
    pub(crate) fn input(&self) -> Result<Vec<u8>, Failed> {
        Ok([self.stdin.as_bytes(), &unhex(&self.stdin_hex)?].concat())
    }
}

/// Bytes written as hexadecimal digits, with any white space between them.
pub(crate) fn unhex(text: &str) -> Result<Vec<u8>, Failed> {
    let digits: String = text.split_whitespace().collect();
    (0..digits.len())
        .step_by(2)
        .map(|at| {
            let byte = digits
                .get(at..at + 2)
                .ok_or("an odd number of hexadecimal digits")?;
            Ok(u8::from_str_radix(byte, 16)?)
        })
        .collect()
}
