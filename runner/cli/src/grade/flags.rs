//! `croquant grade` as typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

/// Submissions, and the tests that they are put to.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct GradeFlags {
    /// The assignment: a folder with an `assignment.toml`, a folder of tests, an exercise as exercism lays it out, or the file itself
    #[arg(value_name = "ASSIGNMENT")]
    pub(crate) assignment: PathBuf,
    /// What was handed in: a file, a folder, a zip archive, a notebook, or `REPOSITORY@REF` for what git has there
    #[arg(value_name = "SUBMISSION", required_unless_present = "serve_queue")]
    pub(crate) submissions: Vec<OsString>,
    /// Write a report, as in `--report junit=results.xml`; without a file it goes to stdout. In the name of a file, `{}` stands for the
    /// submission: each has its own. May be repeated. Formats: terminal, json, junit, gradescope, exercism, prairielearn, ctrf, tap, github,
    /// github-summary, github-classroom, markdown, html, csv [default: terminal]
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub(crate) report: Vec<OsString>,
    /// Who reads the reports: students learn nothing of hidden tests but how many there are
    #[arg(long, value_name = "WHO", value_enum, default_value_t = Audience::Student)]
    pub(crate) audience: Audience,
    /// In students' reports, leave the points of hidden tests out of the totals, which tell how these went as a whole
    #[arg(long)]
    pub(crate) withhold_hidden_points: bool,
    /// How many graders work at once; without it, one for each processor
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// The seed of random numbers in tests and submissions [default: what the assignment says]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// For practice: run tests and submission in one session. The submission could forge its result, and every report says so
    #[arg(long)]
    pub(crate) in_process: bool,
    /// Go on with the run that was interrupted: what it has graded, of the same content, is not graded again
    #[arg(long)]
    pub(crate) resume: bool,
    /// The file that a run is resumed from; without it, one in the user's state folder
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// Take submissions from a queue instead, until Ctrl-C or SIGTERM: NATS JetStream at this address, as in `nats://localhost:4222`
    #[arg(
        long,
        value_name = "URL",
        conflicts_with_all = ["submissions", "report", "resume", "journal"]
    )]
    pub(crate) serve_queue: Option<String>,
    /// The queue's name, with which its subjects and streams begin
    #[arg(
        long,
        value_name = "NAME",
        default_value = "croquant-grade",
        requires = "serve_queue"
    )]
    pub(crate) queue: String,
}

/// Who reads a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Audience {
    /// Whoever handed in
    Student,
    /// Whoever set the assignment
    Teacher,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    graded, and every submission passed every test
  1    graded, and not every test passed
  2    something could not be graded: it is said what and why
  125  the command line is wrong";
