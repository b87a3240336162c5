//! `croquant run`: a program, as `python` runs it.

use croquant_sandbox::{Limits, Mode, Mount, Program, Report};

use crate::ctrl_c::CtrlC;
use crate::exit::{Exit, Failure};
use crate::plan::{RunPlan, Source};
use crate::report::Sink;
use crate::script::Shown;
use crate::streams::{StdStreams, Tail};
use crate::watch::Watch;
use crate::{absent, confinement, hints, outcome, overseer, packages, script, session};

/// Runs the program to its end.
///
/// # Errors
/// What keeps it from starting, and each limit that stops it.
pub(crate) fn run(mut plan: RunPlan) -> Result<Exit, Failure> {
    let prepared = Prepared::new(&mut plan)?;
    let sink = plan.report.as_ref().map(Sink::open).transpose()?;
    let watch = Watch::open(&plan.granted.watch, &plan.granted.mounts)?;
    let (streams, tail) = StdStreams::new();
    let runtime = session::runtime()?;
    let report = runtime.block_on(execute(&plan, &watch, prepared, streams))?;
    // As with the session's memory: the process ends now.
    std::mem::forget(runtime);
    let limits = &plan.granted.limits;
    let conclusion = outcome::conclude(&report, limits);
    let died = conclusion == Ok(Exit::Program(1));
    watch.finish(died.then(|| tail.last_line()).as_deref())?;
    if died && !watch.explains() {
        explain(&plan, &tail);
    }
    if let Some(sink) = sink {
        if let Err(failure) = &conclusion {
            // The report comes last, and is the last line.
            failure.print();
        }
        sink.write(&report, limits, code(&conclusion))?;
        return conclusion.or_else(|failure| Ok(failure.exit));
    }
    conclusion
}

async fn execute(
    plan: &RunPlan,
    watch: &Watch,
    prepared: Prepared,
    streams: StdStreams,
) -> Result<Report, Failure> {
    let granted = &plan.granted;
    let mut ctrl_c = CtrlC::listen_here(&granted.limits).map_err(Failure::host)?;
    let Prepared {
        args,
        files,
        program,
    } = prepared;
    let engine = session::engine()?;
    overseer::start(&engine)?;
    confinement::program(granted)?;
    let mut session =
        session::start(&engine, granted, watch, args, files, Mode::Program, streams).await?;
    let interrupter = session.interrupter();
    let running = watch.beside(session.run(&program));
    let report = ctrl_c.watch(&interrupter, running).await;
    // The process ends now. Giving its memory back in an orderly way first would cost a tenth of its whole time.
    std::mem::forget((session, engine));
    report.map_err(Failure::host)
}

/// What the session needs to know of the program.
struct Prepared {
    args: Vec<String>,
    files: Vec<(String, Vec<u8>)>,
    program: Program,
}

impl Prepared {
    /// Reads the script, if it is one; a folder that is the program is granted, and packages that are asked for.
    fn new(plan: &mut RunPlan) -> Result<Self, Failure> {
        session::take_over(&mut plan.granted.env)?;
        let mounts = &mut plan.granted.mounts;
        script::check_mounts(mounts)?;
        let mut files = Vec::new();
        let mut text = None;
        let (mut name, mut program) = match &plan.program {
            Source::Script { typed, guest } => {
                let mut guest = guest.clone();
                let Limits { memory_bytes, .. } = plan.granted.limits;
                match script::find(typed, &guest, mounts, memory_bytes)? {
                    Shown::File(path, content) => {
                        guest.clone_from(&path);
                        files.push((path, content));
                    }
                    Shown::Folder(mount) => mounts.push(Mount {
                        rules: plan.granted.hidden.clone(),
                        ..mount
                    }),
                    Shown::Granted => text = script::content(typed, memory_bytes).ok(),
                }
                (typed.as_str(), Program::File(guest))
            }
            Source::Command(code) => ("-c", Program::Command(code.clone())),
            Source::Module(module) => ("-m", Program::Module(module.clone())),
            Source::Stdin => ("-", Program::Stdin),
        };
        let text = text.as_ref().or(files.first().map(|(_, content)| content));
        packages::prepare(&mut plan.granted, text.map(|text| (name, text.as_slice())))?;
        if let Source::Module(module) = &plan.program {
            absent::check(module, &plan.granted.mounts)?;
        }
        if let Source::Module(module) = &plan.program
            && let Some(script) = packages::entry_point(module, &plan.granted.mounts)
        {
            (name, program) = (module, script);
        }
        let mut args = vec![name.to_owned()];
        args.extend_from_slice(&plan.args);
        Ok(Self {
            args,
            files,
            program,
        })
    }
}

/// Says so if the program failed for want of a file that it has on the host.
fn explain(plan: &RunPlan, tail: &Tail) {
    let script = match &plan.program {
        Source::Script { typed, .. } => Some(typed.as_str()),
        Source::Command(_) | Source::Module(_) | Source::Stdin => None,
    };
    if let Some(hint) = hints::missing_folder(&tail.last_line(), script) {
        crate::exit::say("hint", &hint);
    }
}

fn code(conclusion: &Result<Exit, Failure>) -> u8 {
    match conclusion {
        Ok(exit) => exit.code(),
        Err(failure) => failure.exit.code(),
    }
}
