//! Runs of a program with given input: no checker is needed, the host compares what comes out.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use croquant_sandbox::{
    Answer, BoxFuture, Console, Exchanged, Message, Outcome, Program, Recorder, Recording, Session,
    Stream,
};

use super::found::{Found, because, found, not_passed};
use super::talk::failure_of;
use super::{ExamError, Examiner, room};
use crate::assignment::{Bound, Case};
use crate::submission::Submission;
use crate::{Failure, Reason, Status};

/// Runs a program as `python` does, and at its very end sends what is in the files named in its arguments before `--`.
const WITH_FILES: &str = r#"
import atexit, json, runpy, sys
import _croquant_host
def send(host=_croquant_host, dumps=json.dumps, open=open, names=sys.argv[1:sys.argv.index("--")]):
    found = {}
    for name in names:
        try:
            with open(name, encoding="utf-8", errors="replace") as file:
                found[name] = file.read()
        except OSError:
            pass
    try:
        host.exchange(dumps(found).encode())
    except EOFError:
        pass
atexit.register(send)
sys.argv[:] = sys.argv[sys.argv.index("--") + 1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"#;

/// The console of a program: what it prints is kept, and so is the message that [`WITH_FILES`] sends.
struct Kept {
    recorder: Recorder,
    files: Arc<Mutex<Vec<u8>>>,
}

impl Examiner {
    /// Runs the case at `index` of the assignment's.
    pub(super) async fn run_case(
        &self,
        index: usize,
        bound: &Bound,
        submission: &Submission,
    ) -> Result<Found, ExamError> {
        let Some(case) = self.assignment.cases.get(index) else {
            return Err(ExamError::Rules("there is no such case".into()));
        };
        let Some(program) = self.program_of(case, submission) else {
            return Ok(no_program(case));
        };
        let mut policy = room::submission_policy(&self.assignment, &submission.files, self.seed);
        let path = |name: &str| format!("{}/{name}", room::FOLDER);
        let given = case.given.iter();
        policy
            .files
            .extend(given.map(|(name, content)| (path(name), content.clone())));
        let how = if case.writes.is_empty() {
            policy.args = vec![program.clone()];
            Program::File(path(&program))
        } else {
            let names = case.writes.iter().map(|(name, _)| path(name));
            policy.args = ["-c".to_owned()]
                .into_iter()
                .chain(names)
                .chain(["--".to_owned(), path(&program)])
                .collect();
            Program::Command(WITH_FILES.to_owned())
        };
        policy.args.extend(case.args.iter().cloned());
        let limits = room::submission_limits(&bound.limits);
        let recorder = Recorder::new().with_stdin(&case.stdin);
        let files = Arc::<Mutex<Vec<u8>>>::default();
        let console = Kept {
            recorder: recorder.clone(),
            files: Arc::clone(&files),
        };
        let mut session = Session::start(&self.engine, &policy, &limits, Box::new(console)).await?;
        let report = session.run(&how).await?;
        let recording = recorder.take();
        let written = files.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let failure = judge(
            case,
            &report.outcome,
            bound.limits.fuel,
            &recording,
            &written,
        );
        let status = match &failure {
            None => Status::Passed,
            Some(failure) if failure.reason == Reason::Output => Status::Failed,
            Some(_) => Status::Error,
        };
        let mut found = found(status, failure, report.fuel);
        (found.stdout, found.stderr) = (recording.stdout_text(), recording.stderr_text());
        Ok(found)
    }

    /// The file that the case runs: named, or the one that is expected, or the only one.
    fn program_of(&self, case: &Case, submission: &Submission) -> Option<String> {
        let has = |name: &String| submission.files.iter().any(|(path, _)| path == name);
        let named = case.program.as_ref().or(self.assignment.expected.first());
        if let Some(named) = named {
            return has(named).then(|| named.clone());
        }
        let mut programs = submission.files.iter().map(|(path, _)| path);
        programs.find(|path| path.ends_with(".py")).cloned()
    }
}

/// Why the case did not pass, if it did not.
fn judge(
    case: &Case,
    outcome: &Outcome,
    fuel_limit: u64,
    recording: &Recording,
    written: &[u8],
) -> Option<Failure> {
    let Outcome::Exited(code) = outcome else {
        return failure_of(outcome, fuel_limit, false);
    };
    let stdout = recording.stdout_text();
    if i32::from(*code) != case.exit {
        let stderr = recording.stderr_text();
        return Some(Failure {
            traceback: (!stderr.is_empty()).then_some(stderr),
            ..because(
                Reason::Exception,
                format!(
                    "the program ended with exit code {code} instead of {}",
                    case.exit
                ),
            )
        });
    }
    if let Some(expected) = &case.stdout
        && !case.compare.holds(expected, &stdout)
    {
        return Some(Failure {
            expected: Some(expected.clone()),
            actual: Some(stdout),
            ..because(Reason::Output, "the program printed something else")
        });
    }
    let files: serde_json::Value = serde_json::from_slice(written).unwrap_or_default();
    let wrong = case.writes.iter().find_map(|(name, expected)| {
        let path = format!("{}/{name}", room::FOLDER);
        let actual = files.get(&path).and_then(|content| content.as_str());
        match actual {
            Some(actual) if case.compare.holds(expected, actual) => None,
            actual => Some((name, expected, actual.map(str::to_owned))),
        }
    });
    wrong.map(|(name, expected, actual)| {
        let message = match actual {
            Some(_) => format!("the program wrote something else to `{name}`"),
            None => format!("the program has not written the file `{name}`"),
        };
        Failure {
            expected: Some(expected.clone()),
            actual,
            ..because(Reason::Output, message)
        }
    })
}

fn no_program(case: &Case) -> Found {
    let message = match &case.program {
        Some(program) => format!("the submission has no file `{program}`"),
        None => "the submission has no program to run".to_owned(),
    };
    not_passed(Status::Error, because(Reason::Import, message), 0)
}

impl Console for Kept {
    fn write<'a>(&'a mut self, stream: Stream, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        self.recorder.write(stream, bytes)
    }

    fn read(&mut self, max: usize) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        self.recorder.read(max)
    }

    fn input(&mut self, prompt: String, password: bool) -> BoxFuture<'_, Answer> {
        self.recorder.input(prompt, password)
    }

    fn emit(&mut self, message: Message) -> BoxFuture<'_, ()> {
        self.recorder.emit(message)
    }

    fn exchange(&mut self, message: Vec<u8>) -> BoxFuture<'_, Exchanged> {
        *self.files.lock().unwrap_or_else(PoisonError::into_inner) = message;
        Box::pin(std::future::ready(Exchanged::End))
    }
}
