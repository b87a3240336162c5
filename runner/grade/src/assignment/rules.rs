//! What an assignment says of its tests.

use serde::{Deserialize, Serialize};

use crate::Visibility;

/// Settings for the collected tests whose ids match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestRule {
    /// Patterns of ids: `test_leap.py::*`, `*::test_year_1996`, or an id as it is. `*` matches any characters.
    pub patterns: Vec<String>,
    /// What holds for these tests.
    pub settings: Settings,
}

/// What can be said of a test. `None` leaves it to an earlier rule, then the test's own mark, then the defaults.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Settings {
    /// Points for each of the tests. Default 1. In a group with points of its own: its share of them.
    pub points: Option<f64>,
    /// A factor on the points. Default 1.
    pub weight: Option<f64>,
    /// Who may see it. Default: everyone.
    pub visibility: Option<Visibility>,
    /// The group that it belongs to, by name. Default: none.
    pub group: Option<String>,
    /// Ids, or patterns of ids, of tests, cases and construct checks that have to pass before. Default: none.
    pub needs: Option<Vec<String>>,
    /// Whether a test that passed in part earns a part. Default: yes.
    pub partial: Option<bool>,
    /// Changes to the limits.
    pub limits: LimitChanges,
    /// What work costs. Default: nothing.
    pub fuel: Option<FuelRule>,
    /// The line of the file that says so, from 1, for messages.
    pub line: usize,
}

/// Limits on what one test may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestLimits {
    /// Work, in units of fuel.
    pub fuel: u64,
    /// Wall clock, in milliseconds.
    pub deadline_ms: u64,
    /// Linear memory, in bytes.
    pub memory_bytes: u64,
    /// What the submission may print, in bytes.
    pub output_bytes: u64,
}

impl Default for TestLimits {
    /// Those of a graded session: 50 billion units of fuel, 10 seconds, 256 MiB of memory, 256 KiB of output.
    fn default() -> Self {
        Self {
            fuel: 50_000_000_000,
            deadline_ms: 10_000,
            memory_bytes: 256 << 20,
            output_bytes: 256 << 10,
        }
    }
}

/// Limits that a rule changes; the others stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LimitChanges {
    /// See [`TestLimits::fuel`].
    pub fuel: Option<u64>,
    /// See [`TestLimits::deadline_ms`].
    pub deadline_ms: Option<u64>,
    /// See [`TestLimits::memory_bytes`].
    pub memory_bytes: Option<u64>,
    /// See [`TestLimits::output_bytes`].
    pub output_bytes: Option<u64>,
}

/// What the work of a passed test costs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum FuelRule {
    /// Nothing, within the limit.
    #[default]
    Free,
    /// With more than this many units, it does not pass.
    AtMost(u64),
    /// With at most so many units, it earns this fraction: budgets rise, fractions fall. With more than the last, it does not pass.
    Steps(Vec<(u64, f64)>),
}

/// Tests that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its name, by which tests refer to it, and which reports show.
    pub name: String,
    /// Points for the whole group, which its tests share by their own points. `None`: the sum of those.
    pub points: Option<f64>,
    /// Whether its tests earn nothing unless all of them pass.
    pub all_or_nothing: bool,
    /// What has to pass before any of its tests is run.
    pub needs: Vec<String>,
    /// The line of the file that it begins in, from 1, for messages.
    pub line: usize,
}

/// One run of a program: its input, and what is expected of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its identity: `cases::` and its name.
    pub id: String,
    /// Its name, shown in reports.
    pub name: String,
    /// The file that is run, as the main module. `None`: the submission's first expected file.
    pub program: Option<String>,
    /// `sys.argv[1:]`.
    pub args: Vec<String>,
    /// Standard input.
    pub stdin: Vec<u8>,
    /// Files that are put into the working folder for this run.
    pub given: Vec<(String, Vec<u8>)>,
    /// What it has to print. `None`: anything.
    pub stdout: Option<String>,
    /// The exit code that it has to end with. Default 0.
    pub exit: i32,
    /// Files that it has to have written, and their content.
    pub writes: Vec<(String, String)>,
    /// How output and files are compared.
    pub compare: Comparison,
    /// What it is worth, as for other tests.
    pub settings: Settings,
}

/// When output is as expected.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub enum Comparison {
    /// Character for character.
    Exact,
    /// But for white space at the ends of lines, and empty lines at the end. `\r\n` ends a line as `\n` does.
    #[default]
    Trailing,
    /// The same words in the same order, whatever the white space between them.
    Tokens,
    /// As tokens, where two numbers are the same if they differ by at most either tolerance.
    Numbers {
        /// The difference allowed.
        absolute: f64,
        /// The difference allowed, as a fraction of the expected number.
        relative: f64,
    },
}

/// A check of the source, decided on its syntax tree in the checker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Constructs {
    /// Its identity: `constructs::` and its name.
    pub id: String,
    /// Its name, shown in reports.
    pub name: String,
    /// The submission's files that are looked at. Empty: all its Python files.
    pub files: Vec<String>,
    /// What must not be there.
    pub forbid: Vec<Wanted>,
    /// What has to be there.
    pub require: Vec<Wanted>,
    /// Which modules may be imported.
    pub imports: Imports,
    /// The most lines that each file may have.
    pub max_lines: Option<u32>,
    /// Whether no other test is run until it passes. Then it is worth no points.
    pub gate: bool,
    /// What it is worth, unless it is a gate.
    pub settings: Settings,
}

/// A construct, and where: as the checker is asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The construct in words: `for`, `recursion`, `call eval`, `import os`.
    pub what: String,
    /// The function in which it is looked for. `None`: the whole file.
    #[serde(rename = "in")]
    pub within: Option<String>,
}

/// Which modules a submission may import. A package's name stands for all its modules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Imports {
    /// Any.
    #[default]
    All,
    /// None but these, and the submission's own.
    Only(Vec<String>),
    /// All but these.
    AllBut(Vec<String>),
}
