//! What was typed after `croquant grade`, checked.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

use croquant_grade::Audience;
use croquant_grade::report::Format;

use super::flags::{self, GradeFlags};
use crate::exit::Failure;
use crate::plan::usage;

/// What will be graded, and what will be said of it.
#[derive(Debug, PartialEq)]
pub(crate) struct GradePlan {
    /// The assignment's folder or file.
    pub(crate) assignment: PathBuf,
    /// As typed.
    pub(crate) submissions: Vec<OsString>,
    /// Which reports go where.
    pub(crate) reports: Vec<Wanted>,
    /// Who reads them.
    pub(crate) audience: Audience,
    /// Whether students' totals leave out the points of hidden tests.
    pub(crate) withhold: bool,
    /// How many graders work at once; one for each processor if it is not said.
    pub(crate) jobs: Option<usize>,
    /// The seed, if it is said.
    pub(crate) seed: Option<u64>,
    /// Tests and submission in one session.
    pub(crate) practice: bool,
    /// Whether a run is resumed.
    pub(crate) resume: bool,
    /// Where from; the user's state folder if it is not said.
    pub(crate) journal: Option<PathBuf>,
    /// The address and the name of a queue that submissions come from instead.
    pub(crate) queue: Option<(String, String)>,
}

/// A report that is wanted.
#[derive(Debug, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) format: Format,
    /// `None`: standard output.
    pub(crate) file: Option<PathBuf>,
}

/// Makes the plan.
pub(crate) fn plan(flags: GradeFlags) -> Result<GradePlan, Failure> {
    let mut reports = flags
        .report
        .iter()
        .map(wanted)
        .collect::<Result<Vec<_>, _>>()?;
    if reports
        .iter()
        .filter(|report| report.file.is_none())
        .count()
        > 1
    {
        return Err(usage(
            "two reports cannot both go to stdout",
            "give each a file, as in `--report junit=results.xml`",
        ));
    }
    if reports.iter().all(|report| report.file.is_some()) {
        // With reports in files, people still want to see what came of it.
        let (format, file) = (Format::Terminal, None);
        reports.push(Wanted { format, file });
    }
    Ok(GradePlan {
        assignment: flags.assignment,
        submissions: flags.submissions,
        reports,
        audience: match flags.audience {
            flags::Audience::Student => Audience::Student,
            flags::Audience::Teacher => Audience::Teacher,
        },
        withhold: flags.withhold_hidden_points,
        jobs: flags.jobs.map(usize::from),
        seed: flags.seed,
        practice: flags.in_process,
        resume: flags.resume,
        journal: flags.journal,
        queue: flags.serve_queue.map(|url| (url, flags.queue)),
    })
}

/// `FORMAT` or `FORMAT=FILE`.
fn wanted(typed: &OsString) -> Result<Wanted, Failure> {
    let bytes = typed.as_bytes();
    let (name, file) = match bytes.iter().position(|byte| *byte == b'=') {
        Some(at) => (&bytes[..at], Some(&bytes[at + 1..])),
        None => (bytes, None),
    };
    let name = String::from_utf8_lossy(name);
    let format = name.parse().map_err(Failure::host)?;
    let file = match file {
        None | Some(b"-") => None,
        Some(b"") => {
            return Err(usage(
                format!("`--report {name}=` names no file"),
                format!("write `--report {name}=FILE`, or `--report {name}` for stdout"),
            ));
        }
        Some(path) => Some(PathBuf::from(OsString::from_vec(path.to_vec()))),
    };
    Ok(Wanted { format, file })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::{CommandFlags, Flags};
    use clap::Parser as _;

    fn parse(args: &[&str]) -> Result<GradePlan, String> {
        let words = ["croquant", "grade", "exercise", "leap.py"];
        let words = words.iter().chain(args).copied();
        let flags = Flags::try_parse_from(words).map_err(|error| error.to_string())?;
        let Some(CommandFlags::Grade(flags)) = flags.command else {
            panic!("another command");
        };
        plan(flags).map_err(|failure| failure.message)
    }

    #[track_caller]
    fn check(args: &[&str], expected: &[(Format, Option<&str>)]) {
        let plan = parse(args).unwrap();
        let reports = plan
            .reports
            .iter()
            .map(|report| (report.format, report.file.clone()));
        let expected = expected
            .iter()
            .map(|(format, file)| (*format, file.map(PathBuf::from)));
        assert!(reports.eq(expected), "{:?}", plan.reports);
    }

    #[test]
    fn reports_go_to_files_and_one_to_stdout() {
        check(&[], &[(Format::Terminal, None)]);
        check(&["--report", "json"], &[(Format::Json, None)]);
        check(&["--report", "json=-"], &[(Format::Json, None)]);
        let junit = (Format::Junit, Some("a=b.xml"));
        check(
            &["--report", "junit=a=b.xml"],
            &[junit, (Format::Terminal, None)],
        );
        let both = parse(&["--report", "json", "--report", "tap"]);
        assert_eq!(both.unwrap_err(), "two reports cannot both go to stdout");
        assert!(parse(&["--report", "xml"]).unwrap_err().contains("`xml`"));
        assert!(
            parse(&["--report", "csv="])
                .unwrap_err()
                .contains("names no file")
        );
    }

    #[test]
    fn submissions_are_needed() {
        let flags = Flags::try_parse_from(["croquant", "grade", "exercise"]);
        assert!(flags.unwrap_err().to_string().contains("SUBMISSION"));
    }
}
