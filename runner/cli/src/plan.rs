//! The second step: what was typed, checked and made into what will be done. Pure: no file is touched, nothing is read
//! from the environment.

use std::net::SocketAddr;
use std::path::PathBuf;

use croquant_sandbox::{Limits, Mount};

use crate::exit::{Exit, Failure};
use crate::flags::{CommandFlags, Flags, GrantFlags, LimitFlags, ReplFlags, RunFlags, ServeFlags};
use crate::grants::{self, GrantError};

/// The largest linear memory that a 32-bit guest can have, in MiB.
const MEMORY_MAX_MIB: u64 = 4096;
/// Below this the interpreter itself has no room.
const MEMORY_MIN_MIB: u64 = 64;
/// A year: far past any use, and small enough for every clock.
const DEADLINE_MAX_SECONDS: f64 = 365.0 * 86_400.0;

/// What will be done.
#[derive(Debug, PartialEq)]
pub(crate) enum Plan {
    /// Run a program.
    Run(RunPlan),
    /// Open a prompt.
    Repl(Granted),
    /// Serve pages.
    Serve(ServePlan),
    /// Print the version.
    Version,
    /// Print the licences.
    Licences,
}

/// A program and what it gets.
#[derive(Debug, PartialEq)]
pub(crate) struct RunPlan {
    /// What to run.
    pub(crate) program: Source,
    /// Its arguments, `sys.argv[1:]`.
    pub(crate) args: Vec<String>,
    /// What it is granted.
    pub(crate) granted: Granted,
    /// Where to write what it used.
    pub(crate) report: Option<PathBuf>,
}

/// Where a program comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file of the host.
    Script {
        /// As typed: `sys.argv[0]`.
        typed: String,
        /// Where it is in the guest.
        guest: String,
    },
    /// `-c`.
    Command(String),
    /// `-m`.
    Module(String),
    /// Standard input.
    Stdin,
}

/// What a session may see and use.
#[derive(Debug, PartialEq)]
pub(crate) struct Granted {
    /// Folders of the host.
    pub(crate) mounts: Vec<Mount>,
    /// Environment variables.
    pub(crate) env: Vec<(String, String)>,
    /// Its limits.
    pub(crate) limits: Limits,
}

/// A server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServePlan {
    /// The folder of pages, or the example tutorial.
    pub(crate) path: Option<PathBuf>,
    /// Where to listen.
    pub(crate) address: SocketAddr,
    /// Further names under which browsers may reach it.
    pub(crate) allow_hosts: Vec<String>,
}

/// Makes the plan.
pub(crate) fn plan(flags: Flags) -> Result<Plan, Failure> {
    match flags.command {
        _ if flags.version => Ok(Plan::Version),
        Some(CommandFlags::Run(run)) => plan_run(run).map(Plan::Run),
        Some(CommandFlags::Repl(ReplFlags { grants, limits })) => {
            grant(&grants, &limits).map(Plan::Repl)
        }
        Some(CommandFlags::Serve(serve)) => Ok(Plan::Serve(plan_serve(serve))),
        Some(CommandFlags::Licences) => Ok(Plan::Licences),
        None => Err(usage("no command is given", "see `croquant --help`")),
    }
}

fn plan_run(flags: RunFlags) -> Result<RunPlan, Failure> {
    let granted = grant(&flags.grants, &flags.limits)?;
    let first = |words: Vec<std::ffi::OsString>| -> Result<(String, Vec<String>), Failure> {
        let mut words = words
            .iter()
            .map(|word| grants::utf8(word).map(str::to_owned).map_err(usage_of));
        let head = words.next().transpose()?.unwrap_or_default();
        Ok((head, words.collect::<Result<_, _>>()?))
    };
    let (program, args) = match (flags.code, flags.module) {
        (Some(words), _) => {
            let (code, args) = first(words)?;
            (Source::Command(code), args)
        }
        (None, Some(words)) => {
            let (module, args) = first(words)?;
            (Source::Module(module), args)
        }
        (None, None) if flags.program.is_empty() => {
            return Err(usage(
                "no program is given",
                "name a script, or use `-c CODE`, `-m MODULE` or `-` for standard input; `croquant repl` opens a prompt",
            ));
        }
        (None, None) => {
            let (typed, args) = first(flags.program)?;
            (script_or_stdin(typed)?, args)
        }
    };
    Ok(RunPlan {
        program,
        args,
        granted,
        report: flags.report.map(PathBuf::from),
    })
}

fn script_or_stdin(typed: String) -> Result<Source, Failure> {
    if typed == "-" {
        return Ok(Source::Stdin);
    }
    if typed.is_empty() {
        return Err(usage("the script's name is empty", "name a script"));
    }
    let guest = grants::guest_path(typed.as_ref()).map_err(usage_of)?;
    Ok(Source::Script { typed, guest })
}

fn plan_serve(flags: ServeFlags) -> ServePlan {
    ServePlan {
        path: flags.path.map(PathBuf::from),
        address: SocketAddr::new(flags.bind, flags.port),
        allow_hosts: flags.allow_hosts,
    }
}

fn grant(grants: &GrantFlags, limits: &LimitFlags) -> Result<Granted, Failure> {
    Ok(Granted {
        mounts: grants::mounts(&grants.dirs).map_err(usage_of)?,
        env: grants
            .env
            .iter()
            .map(|text| grants::variable(text))
            .collect::<Result<_, _>>()
            .map_err(usage_of)?,
        limits: limit(limits)?,
    })
}

fn limit(flags: &LimitFlags) -> Result<Limits, Failure> {
    if flags.fuel == 0 {
        return Err(usage("`--fuel 0` lets nothing run", "give at least 1"));
    }
    if !(flags.deadline > 0.0 && flags.deadline <= DEADLINE_MAX_SECONDS) {
        return Err(usage(
            format!("`--deadline {}` is no time to run", flags.deadline),
            format!("give seconds, more than 0 and at most {DEADLINE_MAX_SECONDS}"),
        ));
    }
    if !(MEMORY_MIN_MIB..=MEMORY_MAX_MIB).contains(&flags.memory) {
        return Err(usage(
            format!("`--memory {}` is out of range", flags.memory),
            format!("give between {MEMORY_MIN_MIB} and {MEMORY_MAX_MIB} MiB"),
        ));
    }
    let Some(output_bytes) = flags.output.checked_mul(1 << 20) else {
        return Err(usage(
            format!("`--output {}` is out of range", flags.output),
            "give MiB, as in `--output 64`",
        ));
    };
    Ok(Limits {
        fuel: flags.fuel,
        deadline_ms: (flags.deadline * 1000.0).ceil() as u64,
        memory_bytes: (flags.memory as usize) << 20,
        output_bytes,
        ..Limits::script()
    })
}

fn usage(message: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure::new(Exit::Failed, message, hint)
}

fn usage_of(error: GrantError) -> Failure {
    usage(error.to_string(), error.hint())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn parse(args: &[&str]) -> Result<Plan, String> {
        let words = std::iter::once("croquant").chain(args.iter().copied());
        let flags = Flags::try_parse_from(words).map_err(|error| error.to_string())?;
        plan(flags).map_err(|failure| failure.message)
    }

    #[track_caller]
    fn check(args: &[&str], program: Source, rest: &[&str]) {
        match parse(args) {
            Ok(Plan::Run(run)) => {
                assert_eq!(run.program, program);
                assert_eq!(run.args, rest);
            }
            other => panic!("{args:?} gave {other:?}"),
        }
    }

    #[track_caller]
    fn check_error(args: &[&str], expected: &str) {
        match parse(args) {
            Err(message) => assert!(message.contains(expected), "{message}"),
            Ok(plan) => panic!("{args:?} gave {plan:?}"),
        }
    }

    fn script(typed: &str, guest: &str) -> Source {
        Source::Script {
            typed: typed.to_owned(),
            guest: guest.to_owned(),
        }
    }

    #[test]
    fn options_after_the_program_are_its_own() {
        check(
            &["run", "--fuel", "9", "a.py", "--fuel", "3", "-x"],
            script("a.py", "/home/user/a.py"),
            &["--fuel", "3", "-x"],
        );
        check(
            &["run", "-c", "code", "--fuel", "3"],
            Source::Command("code".into()),
            &["--fuel", "3"],
        );
        check(
            &["run", "-m", "mod", "-h", "--version"],
            Source::Module("mod".into()),
            &["-h", "--version"],
        );
        check(&["run", "-", "-c", "x"], Source::Stdin, &["-c", "x"]);
    }

    #[test]
    fn double_dashes_reach_the_program() {
        check(
            &["run", "a.py", "--", "x"],
            script("a.py", "/home/user/a.py"),
            &["--", "x"],
        );
        check(
            &["run", "-c", "code", "--", "x"],
            Source::Command("code".into()),
            &["--", "x"],
        );
        check(
            &["run", "a.py", "x", "--", "y"],
            script("a.py", "/home/user/a.py"),
            &["x", "--", "y"],
        );
    }

    #[test]
    fn code_may_look_like_an_option() {
        check(&["run", "-c", "-1"], Source::Command("-1".into()), &[]);
        check(
            &["run", "-cprint(1)"],
            Source::Command("print(1)".into()),
            &[],
        );
        check(&["run", "-c", ""], Source::Command("".into()), &[]);
        check(&["run", "-c", "x", ""], Source::Command("x".into()), &[""]);
        check(
            &["run", "-c", "x", "-c", "y"],
            Source::Command("x".into()),
            &["-c", "y"],
        );
    }

    #[test]
    fn scripts_keep_their_place() {
        check(&["run", "/srv/a.py"], script("/srv/a.py", "/srv/a.py"), &[]);
        check(
            &["run", "./d/a.py"],
            script("./d/a.py", "/home/user/d/a.py"),
            &[],
        );
        check(&["run", "../a.py"], script("../a.py", "/home/a.py"), &[]);
        check(
            &["run", "../../../a.py"],
            script("../../../a.py", "/a.py"),
            &[],
        );
    }

    #[test]
    fn a_program_is_needed() {
        check_error(&["run"], "no program is given");
        check_error(&["run", "--fuel", "3"], "no program is given");
        check_error(&["run", ""], "the script's name is empty");
        check_error(&["run", "-c"], "a value is required");
        check_error(
            &["run", "--fule", "3", "a.py"],
            "unexpected argument '--fule'",
        );
    }

    #[test]
    fn limits_are_checked() {
        check_error(&["run", "--fuel", "0", "a.py"], "`--fuel 0`");
        check_error(&["run", "--deadline", "0", "a.py"], "`--deadline 0`");
        check_error(&["run", "--deadline", "NaN", "a.py"], "`--deadline NaN`");
        check_error(&["run", "--memory", "1", "a.py"], "`--memory 1`");
        check_error(&["run", "--memory", "4097", "a.py"], "`--memory 4097`");
        check_error(&["run", "--output", "99999999999999", "a.py"], "`--output");
        check_error(&["run", "--fuel", "much", "a.py"], "invalid value 'much'");
    }

    #[test]
    fn limits_are_taken() {
        let Ok(Plan::Run(run)) = parse(&[
            "run",
            "--fuel",
            "7",
            "--deadline",
            "0.25",
            "--memory",
            "128",
            "--output",
            "2",
            "a.py",
        ]) else {
            panic!("no plan");
        };
        let limits = run.granted.limits;
        assert_eq!(limits.fuel, 7);
        assert_eq!(limits.deadline_ms, 250);
        assert_eq!(limits.memory_bytes, 128 << 20);
        assert_eq!(limits.output_bytes, 2 << 20);
    }

    #[test]
    fn the_defaults_are_those_of_a_script() {
        let Ok(Plan::Repl(granted)) = parse(&["repl"]) else {
            panic!("no plan");
        };
        assert_eq!(granted.limits, Limits::script());
        assert!(granted.mounts.is_empty() && granted.env.is_empty());
    }

    #[test]
    fn a_server_listens_to_this_machine_only() {
        let expected = ServePlan {
            path: None,
            address: ([127, 0, 0, 1], 8000).into(),
            allow_hosts: vec![],
        };
        assert_eq!(parse(&["serve"]), Ok(Plan::Serve(expected)));
        check_error(&["serve", "--port", "70000"], "invalid value '70000'");
        check_error(
            &["serve", "--bind", "example.org"],
            "invalid value 'example.org'",
        );
    }
}
