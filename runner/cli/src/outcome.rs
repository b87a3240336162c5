//! How a run ended, as an exit code and a sentence.

use croquant_sandbox::{Limits, Outcome, Report};

use crate::exit::{Exit, Failure};
use crate::units::show_size;

/// The exit of a program that ended by itself or was interrupted; a failure, with what to say, for one that was stopped.
pub(crate) fn conclude(report: &Report, limits: &Limits) -> Result<Exit, Failure> {
    match &report.outcome {
        Outcome::Completed if report.dropped_bytes == 0 => Ok(Exit::Program(0)),
        Outcome::Raised if report.dropped_bytes == 0 => Ok(Exit::Program(1)),
        Outcome::Exited(code) if report.dropped_bytes == 0 => Ok(Exit::Program(*code)),
        Outcome::Completed | Outcome::Raised | Outcome::Exited(_) | Outcome::OutputLimit => {
            Err(too_much_output(report, limits))
        }
        // Python has shown its traceback.
        Outcome::Interrupted => Ok(Exit::Interrupted),
        Outcome::Killed => Err(Failure {
            exit: Exit::Interrupted,
            message: "stopped; the program did not heed the first interrupt".to_owned(),
            hint: None,
        }),
        Outcome::OutOfFuel => Err(Failure::new(
            Exit::Fuel,
            format!("the program used up its `{}` units of fuel", limits.fuel),
            "raise the limit with `--fuel`",
        )),
        Outcome::Deadline => Err(Failure::new(
            Exit::Deadline,
            format!(
                "the program ran longer than `{}` s",
                limits.deadline_ms as f64 / 1000.0
            ),
            "raise the limit with `--deadline`",
        )),
        Outcome::InputIdle => Err(Failure::new(
            Exit::Idle,
            format!(
                "the program waited for input longer than `{}` s",
                limits.input_idle_ms as f64 / 1000.0
            ),
            "give it its input, end its input with Ctrl-D, or raise the limit with `--input-idle`",
        )),
        Outcome::OpenFiles => Err(Failure::new(
            Exit::OpenFiles,
            format!(
                "the program may have `{}` files open at once",
                limits.open_files
            ),
            "close files that are done with, or raise the limit with `--open-files`",
        )),
        Outcome::Files => Err(Failure::new(
            Exit::Files,
            format!(
                "the program may have `{}` files in its memory filesystem",
                limits.files
            ),
            "remove files that are done with, write them to a `--dir` that is `rw`, or raise the limit with `--files`",
        )),
        Outcome::HostMemory => Err(Failure::new(
            Exit::HostMemory,
            format!(
                "the program sent or was sent more than {} at once",
                show_size(limits.host_bytes as u64)
            ),
            "send it in pieces, or raise the limit with `--host-memory`",
        )),
        Outcome::OutOfMemory => Err(Failure::new(
            Exit::Memory,
            format!(
                "the program needs more than its {} of memory",
                show_size(limits.memory_bytes as u64)
            ),
            "raise the limit with `--memory`",
        )),
        Outcome::StackOverflow => Err(Failure::new(
            Exit::Stack,
            "the program ran out of stack",
            "look for a recursion without an end",
        )),
        Outcome::Trapped(reason) => Err(Failure::new(
            Exit::Trapped,
            format!("the guest failed: {reason}"),
            "this is a defect of croquant; please report the program that does it",
        )),
    }
}

/// What is said of output that was dropped.
fn too_much_output(report: &Report, limits: &Limits) -> Failure {
    let too_fast = report.output_bytes + report.dropped_bytes <= limits.output_bytes;
    let (message, hint) = if too_fast {
        (
            format!(
                "the program wrote more than `{}` lines a second, and `{}` were dropped",
                limits.output_lines, report.dropped_lines
            ),
            "print less, or raise the limit with `--output-lines`",
        )
    } else {
        (
            format!(
                "the program wrote more than {}, and the rest was dropped",
                show_size(limits.output_bytes)
            ),
            "raise the limit with `--output`",
        )
    };
    Failure::new(Exit::Output, message, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(outcome: Outcome, dropped_bytes: u64) -> Report {
        Report {
            outcome,
            fuel: 1,
            wall_us: 1,
            waited_us: 0,
            cpu_us: 1,
            host_calls: 0,
            input_bytes: 0,
            output_bytes: 0,
            dropped_bytes,
            dropped_lines: 0,
            memory_bytes: 0,
            memory_refused: false,
            alive: false,
            restored: false,
            checkpoint_bytes: None,
        }
    }

    #[track_caller]
    fn check(outcome: Outcome, dropped_bytes: u64, expected: u8) {
        let report = report(outcome, dropped_bytes);
        let exit = match conclude(&report, &Limits::script()) {
            Ok(exit) => exit,
            Err(failure) => failure.exit,
        };
        assert_eq!(exit.code(), expected);
    }

    #[test]
    fn each_end_has_its_code() {
        check(Outcome::Completed, 0, 0);
        check(Outcome::Raised, 0, 1);
        check(Outcome::Exited(7), 0, 7);
        check(Outcome::Interrupted, 0, 130);
        check(Outcome::Killed, 0, 130);
        check(Outcome::OutOfFuel, 0, 152);
        check(Outcome::Deadline, 0, 124);
        check(Outcome::InputIdle, 0, 142);
        check(Outcome::OpenFiles, 0, 144);
        check(Outcome::HostMemory, 0, 145);
        check(Outcome::Files, 0, 146);
        check(Outcome::OutOfMemory, 0, 137);
        check(Outcome::OutputLimit, 9, 153);
        check(Outcome::StackOverflow, 0, 139);
        check(Outcome::Trapped("x".into()), 0, 134);
    }

    #[test]
    fn lost_output_is_no_success() {
        check(Outcome::Exited(0), 1, 153);
        check(Outcome::Completed, 1, 153);
    }
}
