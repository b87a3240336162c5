//! How a cell ended, as the reader is told.

use croquant_sandbox::{Limits, Outcome, Report};

use super::messages::ErrorContent;

/// What is shown of a cell's end.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ending {
    /// The error to show and to reply with.
    pub(crate) error: Option<ErrorContent>,
    /// What else the reader must know.
    pub(crate) notice: Option<String>,
}

impl Ending {
    /// `reported` is the exception that the guest reported.
    pub(crate) fn of(report: &Report, reported: Option<ErrorContent>, limits: &Limits) -> Self {
        let error = match &report.outcome {
            Outcome::Trapped(_) if report.restored => Some(ErrorContent::new(
                "PythonFailed",
                "Python itself failed in this cell\nhint: leave out what it did last",
            )),
            Outcome::Completed | Outcome::Exited(_) => None,
            Outcome::Raised
            | Outcome::Interrupted
            | Outcome::OutOfMemory
            | Outcome::OpenFiles
            | Outcome::Files
                if reported.is_some() =>
            {
                reported
            }
            outcome => {
                let (name, text) = explain(outcome, report, limits);
                Some(with_place(ErrorContent::new(name, text), reported))
            }
        };
        Self {
            error,
            notice: notice(report, limits),
        }
    }
}

fn explain(outcome: &Outcome, report: &Report, limits: &Limits) -> (&'static str, String) {
    let seconds = |ms: u64| ms.div_ceil(1_000);
    match outcome {
        Outcome::Completed | Outcome::Exited(_) => ("Done", String::new()),
        Outcome::Raised => ("Exception", "the cell raised an exception that it did not report".into()),
        Outcome::Interrupted => ("KeyboardInterrupt", "the cell did not stop by itself".into()),
        Outcome::Killed => ("Stopped", "the cell was stopped".into()),
        Outcome::OutOfFuel => (
            "OutOfFuel",
            "the cell did more work than a cell may do\nhint: look for a loop that does not end, or split the work over \
             several cells"
                .into(),
        ),
        // One call that did not let others run has less time than a cell.
        Outcome::Deadline if report.wall_us < limits.deadline_ms.saturating_mul(1_000) => (
            "DeadlineExceeded",
            "one call in the cell kept others waiting for too long\nhint: give it less to work on at once".into(),
        ),
        Outcome::Deadline => (
            "DeadlineExceeded",
            format!(
                "the cell ran for more than {} s\nhint: look for a loop that does not end, or split the work over several cells",
                seconds(limits.deadline_ms)
            ),
        ),
        Outcome::InputIdle => (
            "InputTimeout",
            format!(
                "nobody answered for {} s\nhint: run the cell again and answer its question",
                seconds(limits.input_idle_ms)
            ),
        ),
        Outcome::OpenFiles => (
            "TooManyOpenFiles",
            format!(
                "the session may have {} files open at once\nhint: close files that are done with, best by `with open(…)`",
                limits.open_files
            ),
        ),
        Outcome::Files => (
            "TooManyFiles",
            format!(
                "the session may have {} files\nhint: remove files that are done with",
                limits.files
            ),
        ),
        Outcome::HostMemory => (
            "MessageTooLarge",
            format!(
                "the cell sent or was sent more than {} MiB at once\nhint: show it in smaller pieces",
                limits.host_bytes >> 20
            ),
        ),
        Outcome::OutOfMemory => (
            "MemoryError",
            format!(
                "the session may use {} MiB of memory\nhint: delete what is not needed any more, or restart",
                limits.memory_bytes >> 20
            ),
        ),
        Outcome::OutputLimit => (
            "OutputLimit",
            format!(
                "the cell wrote more than {} KiB\nhint: print less, or look for a loop that does not end",
                limits.output_bytes >> 10
            ),
        ),
        Outcome::StackOverflow => (
            "StackOverflow",
            "the cell recursed deeper than the stack\nhint: look for a recursion that does not end".into(),
        ),
        Outcome::Trapped(_) => (
            "SessionLost",
            "the session failed inside Python itself\nhint: run the cells above again".into(),
        ),
    }
}

/// Keeps the frames of the guest's own traceback: they show where it was stopped.
fn with_place(mut error: ErrorContent, reported: Option<ErrorContent>) -> ErrorContent {
    if let Some(mut reported) = reported
        && reported.traceback.len() > 1
    {
        reported.traceback.pop();
        reported.traceback.append(&mut error.traceback);
        error.traceback = reported.traceback;
    }
    error
}

fn notice(report: &Report, limits: &Limits) -> Option<String> {
    let mut notice = String::new();
    if report.dropped_bytes > 0 && report.outcome != Outcome::OutputLimit {
        notice.push_str(&if report.dropped_lines > 0 {
            format!(
                "[{} lines of output, faster than {} a second, are not shown]\n",
                report.dropped_lines, limits.output_lines
            )
        } else {
            format!(
                "[{} bytes of output past the limit of {} KiB are not shown]\n",
                report.dropped_bytes,
                limits.output_bytes >> 10
            )
        });
    }
    if report.restored {
        notice.push_str("[stopped for good: the variables are as they were before this cell]\n");
    }
    if !report.alive {
        let reason = match &report.outcome {
            Outcome::Exited(code) => format!("the program ended with exit code {code}: "),
            Outcome::Killed => String::new(),
            _ if report.checkpoint_bytes.is_none() && limits.checkpoint_bytes > 0 => format!(
                "the session held more than the {} MiB that can be kept to go back to: ",
                limits.checkpoint_bytes >> 20
            ),
            _ => String::new(),
        };
        notice.push_str(&format!(
            "[{reason}the session was restarted, its variables are gone]\n"
        ));
    }
    (!notice.is_empty()).then_some(notice)
}

#[cfg(test)]
mod tests {
    use croquant_sandbox::{Limits, Outcome, Report};

    use super::{Ending, ErrorContent};

    fn report(outcome: Outcome, alive: bool) -> Report {
        Report {
            outcome,
            fuel: 1,
            wall_us: 60_000_000,
            waited_us: 0,
            cpu_us: 1,
            host_calls: 0,
            input_bytes: 0,
            output_bytes: 0,
            dropped_bytes: 0,
            dropped_lines: 0,
            memory_bytes: 0,
            memory_refused: false,
            alive,
            restored: false,
            checkpoint_bytes: Some(0),
        }
    }

    #[track_caller]
    fn check(outcome: Outcome, alive: bool, name: Option<&str>, has_notice: bool) {
        let ending = Ending::of(&report(outcome, alive), None, &Limits::tutorial());
        let error = ending.error;
        assert_eq!(error.as_ref().map(|error| error.ename.as_str()), name);
        assert_eq!(ending.notice.is_some(), has_notice);
    }

    #[test]
    fn each_outcome_has_its_own_name() {
        check(Outcome::Completed, true, None, false);
        check(Outcome::Exited(3), false, None, true);
        check(Outcome::Interrupted, true, Some("KeyboardInterrupt"), false);
        check(Outcome::OutOfFuel, true, Some("OutOfFuel"), false);
        check(Outcome::OutOfFuel, false, Some("OutOfFuel"), true);
        check(Outcome::Deadline, false, Some("DeadlineExceeded"), true);
        check(Outcome::InputIdle, true, Some("InputTimeout"), false);
        check(Outcome::OutOfMemory, true, Some("MemoryError"), false);
        check(Outcome::OpenFiles, true, Some("TooManyOpenFiles"), false);
        check(Outcome::Files, true, Some("TooManyFiles"), false);
        check(Outcome::HostMemory, true, Some("MessageTooLarge"), false);
        check(Outcome::OutputLimit, true, Some("OutputLimit"), false);
        check(Outcome::StackOverflow, false, Some("StackOverflow"), true);
        check(Outcome::Killed, false, Some("Stopped"), true);
        check(
            Outcome::Trapped("x".into()),
            false,
            Some("SessionLost"),
            true,
        );
    }

    #[test]
    fn a_cell_that_was_undone_says_so() {
        let restored = |outcome| Report {
            restored: true,
            ..report(outcome, true)
        };
        let limits = Limits::tutorial();
        for (outcome, name) in [
            (Outcome::Trapped("x".into()), "PythonFailed"),
            (Outcome::Deadline, "DeadlineExceeded"),
            (Outcome::Interrupted, "KeyboardInterrupt"),
        ] {
            let ending = Ending::of(&restored(outcome), None, &limits);
            assert_eq!(ending.error.unwrap().ename, name);
            let notice = ending.notice.unwrap();
            assert!(notice.contains("as they were before this cell"), "{notice}");
            assert!(!notice.contains("gone"), "{notice}");
        }
    }

    #[test]
    fn a_session_too_large_to_keep_says_why_it_is_gone() {
        let lost = Report {
            checkpoint_bytes: None,
            ..report(Outcome::Deadline, false)
        };
        let notice = |report: &Report| Ending::of(report, None, &Limits::tutorial()).notice;
        let notice_of_lost = notice(&lost).unwrap();
        assert!(
            notice_of_lost.contains("more than the 64 MiB"),
            "{notice_of_lost}"
        );
        assert!(
            notice_of_lost.contains("variables are gone"),
            "{notice_of_lost}"
        );
        let exited = notice(&report(Outcome::Exited(3), false)).unwrap();
        assert!(!exited.contains("MiB"), "{exited}");
    }

    #[test]
    fn a_deadline_that_came_early_says_why() {
        let text = |wall_us| {
            let report = Report {
                wall_us,
                ..report(Outcome::Deadline, true)
            };
            Ending::of(&report, None, &Limits::tutorial())
                .error
                .unwrap()
                .evalue
        };
        assert!(text(5_000_000).contains("kept others waiting"));
        assert!(text(30_000_000).contains("more than 30 s"));
    }

    #[test]
    fn what_the_guest_reported_is_shown() {
        let reported = ErrorContent {
            ename: "ValueError".into(),
            evalue: "x".into(),
            traceback: vec!["frame".into(), "ValueError: x".into()],
        };
        let limits = Limits::tutorial();
        let ending = Ending::of(
            &report(Outcome::Raised, true),
            Some(reported.clone()),
            &limits,
        );
        assert_eq!(ending.error, Some(reported.clone()));
        let ending = Ending::of(&report(Outcome::Deadline, true), Some(reported), &limits);
        let error = ending.error.unwrap();
        assert_eq!(error.ename, "DeadlineExceeded");
        assert_eq!(error.traceback[0], "frame");
        assert!(error.traceback[1].starts_with("DeadlineExceeded: "));
        assert!(error.evalue.contains("hint: "));
    }
}
