//! `croquant grade`: submissions in, reports out.

mod flags;
mod plan;
mod progress;
mod queue;
mod reports;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use croquant_grade::assignment::Seed;
use croquant_grade::batch::{self, Graded, Journal, Source, Step};
use croquant_grade::queue::Queue;
use croquant_grade::submission::Handed;
use croquant_grade::{
    Assignment, Audience, Crew, Due, HiddenPoints, Release, Status, Task, Verdict,
};
use sha2::{Digest as _, Sha256};

use crate::exit::{Exit, Failure};
use crate::state;
pub(crate) use flags::GradeFlags;
pub(crate) use plan::{GradePlan, plan};
use progress::Progress;
use reports::Reports;

/// Grades, and reports.
///
/// # Errors
/// An assignment that cannot be used, or a report that cannot be written: nothing, or not everything, was graded.
pub(crate) fn grade(plan: GradePlan) -> Result<Exit, Failure> {
    carry_out(plan).map_err(|failure| Failure {
        exit: Exit::Ungraded,
        ..failure
    })
}

fn carry_out(plan: GradePlan) -> Result<Exit, Failure> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = plan.jobs.unwrap_or(processors);
    let graders = match plan.queue {
        Some(_) => jobs,
        None => jobs.min(plan.submissions.len()),
    };
    let crew = match plan.resume {
        // There may be nothing left to grade.
        true => Crew::on_call(graders),
        // They start while the assignment is read.
        false => Crew::call(graders),
    };
    let assignment = Assignment::open(&plan.assignment).map_err(Failure::host)?;
    let mut journal = match plan.queue {
        Some(_) => None,
        None => journal(&plan, plan.submissions.len())?,
    };
    let seed = seed(&plan, &assignment, journal.as_ref())?;
    let task = Task::new(&assignment, seed, plan.practice).map_err(Failure::host)?;
    let release = release(&plan, &assignment);
    if let Some((url, name)) = plan.queue {
        let queue = Queue { url, name };
        return queue::serve(&queue, &task, crew, release);
    }
    let typed: Vec<_> = plan
        .submissions
        .iter()
        .map(|typed| Typed::new(typed))
        .collect();
    let labels: Vec<_> = typed.iter().map(|typed| typed.label.clone()).collect();
    let mut reports = Reports::new(plan.reports, release, &labels)?;
    let mut progress = Progress::new(typed.len());
    let mut watch = |step: Step<'_>| {
        progress.step(&step);
        if let Step::Done { index, graded } = step {
            reports.done(index, graded);
        }
    };
    let graded = batch::run(&task, &typed, crew, journal.as_mut(), &mut watch)
        .map_err(|error| Failure::host(format!("the journal cannot be written: {error}")))?;
    progress.finish();
    reports.write()?;
    Ok(end(&graded))
}

/// The seed of both sessions. A run that goes on keeps the one that it had.
fn seed(
    plan: &GradePlan,
    assignment: &Assignment,
    journal: Option<&Journal>,
) -> Result<u64, Failure> {
    Ok(match (plan.seed, assignment.seed) {
        (Some(seed), _) | (None, Seed::Fixed(seed)) => seed,
        (None, Seed::PerRun) => match journal.and_then(Journal::seed) {
            Some(seed) => seed,
            None => getrandom::u64().map_err(Failure::host)?,
        },
    })
}

/// To whom the reports are shown.
fn release(plan: &GradePlan, assignment: &Assignment) -> Release {
    if plan.audience == Audience::Teacher {
        return Release::teacher();
    }
    let hidden_points = if plan.withhold {
        HiddenPoints::Withheld
    } else {
        HiddenPoints::Counted
    };
    Release {
        hidden_points,
        ..Release::student(Due::at(jiff::Timestamp::now(), assignment.due))
    }
}

/// A submission as it was named.
struct Typed {
    label: String,
}

impl Typed {
    fn new(typed: &OsStr) -> Self {
        Self {
            label: typed.to_string_lossy().into_owned(),
        }
    }
}

impl Source for Typed {
    fn label(&self) -> &str {
        &self.label
    }

    fn read(&self) -> Result<Handed, String> {
        Handed::read(&self.label).map_err(|problem| problem.message)
    }
}

/// The journal of a run over several submissions. One is not worth it, unless it was asked for.
fn journal(plan: &GradePlan, submissions: usize) -> Result<Option<Journal>, Failure> {
    let named = plan.journal.clone();
    if named.is_none() && !plan.resume && submissions < 2 {
        return Ok(None);
    }
    let path = match named {
        Some(path) => path,
        None => usual_journal(&plan.assignment)?,
    };
    let opened = Journal::open(&path, plan.resume);
    opened.map(Some).map_err(|error| {
        Failure::new(
            Exit::Ungraded,
            format!("`{}` cannot be the journal: {error}", path.display()),
            "choose another file with `--journal`",
        )
    })
}

/// In the user's state folder: one for each assignment.
fn usual_journal(assignment: &Path) -> Result<PathBuf, Failure> {
    let folder = state::folder().map_err(Failure::host)?.join("grade");
    state::make_private(&folder).map_err(Failure::host)?;
    let whole = assignment.canonicalize().map_err(Failure::host)?;
    let hash = Sha256::digest(whole.as_os_str().as_encoded_bytes());
    let name: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(folder.join(format!("{name}.jsonl")))
}

/// How the command ends.
fn end(graded: &[Graded]) -> Exit {
    let mut ungraded = graded
        .iter()
        .filter_map(|graded| graded.as_ref().err())
        .peekable();
    if ungraded.peek().is_some() {
        let mut told: Vec<&String> = Vec::new();
        for message in ungraded {
            // One reason is often that of all.
            if !told.contains(&message) {
                told.push(message);
                let failure = Failure::host(message);
                failure.print();
            }
        }
        return Exit::Ungraded;
    }
    if graded.iter().flatten().all(passed) {
        Exit::Program(0)
    } else {
        Exit::Program(1)
    }
}

/// Whether a submission passed: every test that counts, and there was one.
fn passed(verdict: &Verdict) -> bool {
    let counts = |status: Status| status != Status::Skipped;
    let mut tests = verdict
        .tests
        .iter()
        .filter(|test| counts(test.status))
        .peekable();
    verdict.problem.is_none()
        && tests.peek().is_some()
        && tests.all(|test| test.status == Status::Passed)
}
