//! Pure-Python programs: processor time in a session, metered as shipped, beside native CPython.

use crate::Promise;
use crate::native::Python;
use crate::stats::{Samples, geometric_mean, ms, thread_cpu};
use anyhow::{Context, Result, ensure};
use croquant_sandbox::{
    Engine, EngineConfig, Limits, Mode, Outcome, Policy, Program, Recorder, Session,
};
use croquant_tests::{block_on, image};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const IN_GUEST: &str = "/tmp/program.py";

/// Runs every program `repeats` times on either side in turns; each side's best time counts, since whatever else the machine
/// does only ever adds.
pub(crate) fn measure(
    python: &Python,
    repeats: u32,
    rounds: u32,
    filter: Option<&str>,
) -> Result<Vec<Promise>> {
    let engine = Engine::new(image()?, &EngineConfig::script())?;
    let programs: Vec<_> = programs()?
        .into_iter()
        .filter(|path| filter.is_none_or(|part| name(path).contains(part)))
        .collect();
    ensure!(
        !programs.is_empty(),
        "no benchmark has `{}` in its name",
        filter.unwrap_or_default()
    );
    let mut startup = Samples::default();
    for _ in 0..10 {
        startup.push(python.startup_cpu()?);
    }

    println!(
        "\n{:<16}{:>12}{:>12}{:>8}{:>16}",
        "", "native ms", "session ms", "ratio", "fuel"
    );
    let mut ratios = Vec::new();
    for program in &programs {
        let (mut native, mut session) = (Samples::default(), Samples::default());
        let mut fuel = 0;
        for _ in 0..repeats {
            let (expected, time) = python.run(program, rounds)?;
            native.push(time.saturating_sub(startup.min()));
            let run = in_session(&engine, program, rounds)?;
            ensure!(
                run.printed == expected,
                "`{}` printed {:?} natively and {:?} here",
                name(program),
                expected,
                run.printed
            );
            session.push(run.time);
            fuel = run.fuel;
        }
        let (native, session) = (native.min(), session.min());
        let ratio = session.as_secs_f64() / native.as_secs_f64();
        println!(
            "{:<16}{:>12.1}{:>12.1}{ratio:>8.2}{fuel:>16}",
            name(program),
            ms(native),
            ms(session)
        );
        ratios.push(ratio);
    }
    let mean = geometric_mean(&ratios);
    println!("{:<16}{mean:>32.2}", "geometric mean");
    if filter.is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![
        Promise {
            what: "processor time, metered, geometric mean",
            measured: mean,
            at_most: 1.75,
            unit: "of native",
        },
        Promise {
            what: "processor time, metered, worst program",
            measured: ratios.into_iter().fold(0.0, f64::max),
            at_most: 2.2,
            unit: "of native",
        },
    ])
}

pub(crate) struct Run {
    printed: String,
    pub(crate) time: Duration,
    fuel: u64,
}

/// One program in a new session. The time includes the session's own start.
pub(crate) fn in_session(engine: &Engine, program: &Path, rounds: u32) -> Result<Run> {
    let policy = Policy {
        args: vec![IN_GUEST.to_owned(), rounds.to_string()],
        files: vec![(IN_GUEST.to_owned(), fs::read(program)?)],
        mode: Mode::Program,
        ..Policy::default()
    };
    let recorder = Recorder::new();
    let before = thread_cpu();
    let mut session = block_on(Session::start(
        engine,
        &policy,
        &Limits::script(),
        Box::new(recorder.clone()),
    ))?;
    let report = block_on(session.run(&Program::File(IN_GUEST.to_owned())))?;
    let time = thread_cpu() - before;
    let output = recorder.take();
    ensure!(
        report.outcome == Outcome::Exited(0),
        "`{}` ended with {:?}: {}",
        name(program),
        report.outcome,
        output.stderr_text()
    );
    Ok(Run {
        printed: output.stdout_text(),
        time,
        fuel: report.fuel,
    })
}

pub(crate) fn programs() -> Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/programs");
    let mut programs = fs::read_dir(&folder)
        .with_context(|| format!("cannot read `{}`", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    programs.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    programs.sort();
    Ok(programs)
}

pub(crate) fn name(program: &Path) -> &str {
    program
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default()
}
