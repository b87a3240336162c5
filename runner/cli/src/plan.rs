//! The second step: what was typed, checked and made into what will be done. Pure: no file is touched, nothing is read
//! from the environment.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use croquant_sandbox::{Imports, Limits, Mount, MountRules};

use crate::exit::{Exit, Failure};
use crate::flags::{
    CommandFlags, Flags, GrantFlags, LimitFlags, PackageFlags, Profile, ReplFlags, RunFlags,
    ServeFlags, WatchFlags, WorldFlags,
};
use crate::grade::{self, GradePlan};
use crate::grants::{self, GrantError, Variable};
use crate::packages::{self, Wanted};
use crate::report;
use crate::units;
use crate::watch::WatchPlan;
use crate::world::{self, World};

/// The largest linear memory that a 32-bit guest can have, in bytes.
const MEMORY_MAX: u64 = 4 << 30;
/// Below this the interpreter itself has no room.
const MEMORY_MIN: u64 = 64 << 20;
/// A year: far past any use, and small enough for every clock.
const TIME_MAX: Duration = Duration::from_secs(365 * 86_400);

/// What will be done.
#[derive(Debug, PartialEq)]
pub(crate) enum Plan {
    /// Run a program.
    Run(RunPlan),
    /// Open a prompt.
    Repl(Granted),
    /// Serve pages.
    Serve(ServePlan),
    /// Grade submissions.
    Grade(GradePlan),
    /// Tell what this machine has to offer.
    Doctor {
        /// As JSON.
        json: bool,
    },
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
    pub(crate) report: Option<report::Wanted>,
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
    /// What is hidden in all of them.
    pub(crate) hidden: MountRules,
    /// Environment variables.
    pub(crate) env: Vec<Variable>,
    /// Modules that it may import.
    pub(crate) imports: Imports,
    /// What it knows of time and chance.
    pub(crate) world: World,
    /// Who sees and rules on what it asks of the host.
    pub(crate) watch: WatchPlan,
    /// Packages that it may import.
    pub(crate) packages: Wanted,
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
    /// Where sessions sleep.
    pub(crate) store: StorePlan,
    /// How many processes run the sessions; one for each processor if it is not said.
    pub(crate) workers: Option<u16>,
}

/// Where a server's sessions sleep.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum StorePlan {
    /// In the user's state folder.
    Usual,
    /// In this folder.
    In(PathBuf),
    /// Nowhere: they end with the server.
    None,
}

/// Makes the plan.
pub(crate) fn plan(flags: Flags) -> Result<Plan, Failure> {
    match flags.command {
        _ if flags.version => Ok(Plan::Version),
        Some(CommandFlags::Run(run)) => plan_run(run).map(Plan::Run),
        Some(CommandFlags::Repl(ReplFlags {
            grants,
            world,
            watch,
            packages,
            limits,
        })) => grant(&grants, &world, &watch, &packages, &limits).map(Plan::Repl),
        Some(CommandFlags::Serve(serve)) => Ok(Plan::Serve(plan_serve(serve))),
        Some(CommandFlags::Grade(flags)) => grade::plan(flags).map(Plan::Grade),
        Some(CommandFlags::Doctor(doctor)) => Ok(Plan::Doctor { json: doctor.json }),
        Some(CommandFlags::Licences) => Ok(Plan::Licences),
        None => Err(usage("no command is given", "see `croquant --help`")),
    }
}

fn plan_run(flags: RunFlags) -> Result<RunPlan, Failure> {
    let granted = grant(
        &flags.grants,
        &flags.world,
        &flags.watch,
        &flags.packages,
        &flags.limits,
    )?;
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
        report: flags.report.map(report::Wanted::of),
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
        store: match flags.store {
            Some(folder) => StorePlan::In(PathBuf::from(folder)),
            None if flags.no_store => StorePlan::None,
            None => StorePlan::Usual,
        },
        workers: flags.workers,
    }
}

fn grant(
    grants: &GrantFlags,
    world: &WorldFlags,
    watch: &WatchFlags,
    packages: &PackageFlags,
    limits: &LimitFlags,
) -> Result<Granted, Failure> {
    let hidden = MountRules {
        hide_dotfiles: grants.hide_dotfiles,
        exclude: grants.exclude.clone(),
        ..MountRules::default()
    };
    Ok(Granted {
        mounts: grants::mounts(&grants.dirs, &hidden).map_err(usage_of)?,
        hidden,
        env: grants
            .env
            .iter()
            .map(|text| grants::variable(text))
            .collect::<Result<_, _>>()
            .map_err(usage_of)?,
        imports: Imports {
            allow: (!grants.allow_import.is_empty()).then(|| grants.allow_import.clone()),
            deny: grants.deny_import.clone(),
        },
        world: world::world(world)?,
        watch: WatchPlan {
            policy: watch.policy.clone().map(PathBuf::from),
            trace: watch.trace.clone().map(PathBuf::from),
            trace_bytes: watch.trace_limit,
            explain: watch.explain,
        },
        packages: packages::wanted(packages).map_err(usage_of)?,
        limits: limit(limits)?,
    })
}

fn limit(flags: &LimitFlags) -> Result<Limits, Failure> {
    let base = match flags.profile {
        Profile::Script => Limits::script(),
        Profile::Tutorial => Limits::tutorial(),
        Profile::Grading => Limits::grading(),
    };
    if flags.fuel == Some(0) {
        return Err(usage("`--fuel 0` lets nothing run", "give at least 1"));
    }
    let memory = flags.memory.unwrap_or(base.memory_bytes as u64);
    if !(MEMORY_MIN..=MEMORY_MAX).contains(&memory) {
        return Err(usage(
            format!("`--memory` cannot be {}", units::show_size(memory)),
            format!(
                "give between {} and {} MiB",
                MEMORY_MIN >> 20,
                MEMORY_MAX >> 20
            ),
        ));
    }
    Ok(Limits {
        fuel: flags.fuel.unwrap_or(base.fuel),
        deadline_ms: time("--deadline", flags.deadline, base.deadline_ms)?,
        input_idle_ms: time("--input-idle", flags.input_idle, base.input_idle_ms)?,
        grace_ms: time("--grace", flags.grace, base.grace_ms)?,
        memory_bytes: memory as usize,
        output_bytes: flags.output.unwrap_or(base.output_bytes),
        output_lines: flags.output_lines.unwrap_or(base.output_lines).max(1),
        host_bytes: flags
            .host_memory
            .map_or(base.host_bytes, |bytes| bytes as usize),
        open_files: flags.open_files.unwrap_or(base.open_files),
        files: flags.files.unwrap_or(base.files),
        checkpoint_bytes: base.checkpoint_bytes,
    })
}

/// A time in milliseconds, more than none and short enough for every clock.
fn time(flag: &str, given: Option<Duration>, default_ms: u64) -> Result<u64, Failure> {
    let Some(given) = given else {
        return Ok(default_ms);
    };
    if given.is_zero() || given > TIME_MAX {
        return Err(usage(
            format!("`{flag}` cannot be `{}` s", given.as_secs_f64()),
            "give more than 0 and at most 365d",
        ));
    }
    Ok(given.as_millis().max(1) as u64)
}

/// A command line that cannot be meant.
pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Failure {
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
        check_error(&["run", "--deadline", "0", "a.py"], "`--deadline`");
        check_error(&["run", "--deadline", "366d", "a.py"], "`--deadline`");
        check_error(&["run", "--deadline", "NaN", "a.py"], "invalid value 'NaN'");
        check_error(&["run", "--memory", "1", "a.py"], "`--memory` cannot be");
        check_error(&["run", "--memory", "4097", "a.py"], "`4097` MiB");
        check_error(&["run", "--output", "99999999T", "a.py"], "invalid value");
        check_error(&["run", "--fuel", "much", "a.py"], "invalid value 'much'");
        check_error(
            &["run", "--profile", "huge", "a.py"],
            "[possible values: script, tutorial, grading]",
        );
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
    fn a_profile_is_where_single_limits_begin() {
        let Ok(Plan::Run(run)) =
            parse(&["run", "--profile", "grading", "--memory", "512M", "a.py"])
        else {
            panic!("no plan");
        };
        let expected = Limits {
            memory_bytes: 512 << 20,
            ..Limits::grading()
        };
        assert_eq!(run.granted.limits, expected);
    }

    #[test]
    fn time_and_chance_are_checked() {
        check_error(&["run", "--clock", "noon", "a.py"], "invalid value 'noon'");
        check_error(&["run", "--random", "dice", "a.py"], "invalid value 'dice'");
        check_error(&["run", "--seed", "1", "a.py"], "--deterministic");
        check_error(
            &["run", "--deterministic", "--clock", "real", "a.py"],
            "the clock cannot run",
        );
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
            store: StorePlan::Usual,
            workers: None,
        };
        assert_eq!(parse(&["serve"]), Ok(Plan::Serve(expected)));
        check_error(&["serve", "--port", "70000"], "invalid value '70000'");
        check_error(
            &["serve", "--bind", "example.org"],
            "invalid value 'example.org'",
        );
    }
}
