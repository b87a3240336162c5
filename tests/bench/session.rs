//! Time from a new session to its first output.

use crate::Promise;
use crate::native::{Python, output};
use crate::stats::{Samples, ms};
use anyhow::{Result, ensure};
use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Policy, Recorder, Session};
use croquant_tests::{block_on, built, image};
use std::process::Command;

/// Sessions for each native process: they are so much quicker that more are needed for as steady a figure.
const SESSIONS_A_TURN: u32 = 20;

#[derive(Default)]
struct Times {
    first: Samples,
    second: Samples,
    end: Samples,
    native: Samples,
    command: Samples,
}

/// Takes turns between sessions, native processes and the command, and prints them side by side.
pub(crate) fn measure(python: &Python, turns: u32) -> Result<Vec<Promise>> {
    let engine = Engine::new(image()?, &EngineConfig::server(64))?;
    // Both commands as they are installed: copied to their place. What a linker has just mapped, the kernel caches in small pieces.
    let folder = tempfile::tempdir()?;
    let croquant = folder.path().join("croquant");
    std::fs::copy(built("croquant")?, &croquant)?;
    let mut times = Times::default();
    one_session(&engine, &mut Times::default())?;
    one_process(&mut python.bare(), &mut Samples::default())?;
    for _ in 0..turns {
        for _ in 0..SESSIONS_A_TURN {
            one_session(&engine, &mut times)?;
        }
        one_process(python.bare().args(["-c", "print(1)"]), &mut times.native)?;
        one_process(
            Command::new(&croquant).args(["run", "-c", "print(1)"]),
            &mut times.command,
        )?;
    }

    println!(
        "\n{:<44}{:>10}{:>10}{:>16}",
        "", "p50 ms", "p99 ms", "of native p50"
    );
    let native = times.native.percentile(50);
    for (name, samples) in [
        ("new session, print(1) done", &times.first),
        ("the same session's second print", &times.second),
        ("end of session", &times.end),
        ("native process, python3 -I -S -c 'print(1)'", &times.native),
        ("new process, croquant run -c 'print(1)'", &times.command),
    ] {
        let (p50, p99) = (samples.percentile(50), samples.percentile(99));
        let share = p50.as_secs_f64() / native.as_secs_f64();
        let share = if share < 0.5 {
            format!("1/{:.0}", 1.0 / share)
        } else {
            format!("{share:.2}")
        };
        println!("{name:<44}{:>10.3}{:>10.3}{share:>16}", ms(p50), ms(p99));
    }
    let first = times.first.percentile(50);
    Ok(vec![
        Promise {
            what: "new session to first output",
            measured: ms(first),
            at_most: 0.1,
            unit: "ms",
        },
        Promise {
            what: "new session as a share of a native process",
            measured: first.as_secs_f64() / native.as_secs_f64(),
            at_most: 1.0 / 40.0,
            unit: "of it",
        },
        Promise {
            what: "new process as a share of a native one",
            measured: times.command.percentile(50).as_secs_f64() / native.as_secs_f64(),
            at_most: 0.5,
            unit: "of it",
        },
    ])
}

fn one_session(engine: &Engine, times: &mut Times) -> Result<()> {
    let recorder = Recorder::new();
    let (policy, limits) = (Policy::default(), Limits::tutorial());
    let mut session = times.first.time(|| -> Result<Session> {
        let mut session = block_on(Session::start(
            engine,
            &policy,
            &limits,
            Box::new(recorder.clone()),
        ))?;
        block_on(session.execute(&Cell::new("print(1)")))?;
        Ok(session)
    })?;
    times
        .second
        .time(|| block_on(session.execute(&Cell::new("print(2)"))))?;
    times.end.time(|| drop(session));
    ensure!(
        recorder.take().stdout == b"1\n2\n",
        "the session did not print"
    );
    Ok(())
}

fn one_process(command: &mut Command, samples: &mut Samples) -> Result<()> {
    let printed = samples.time(|| output(command))?;
    ensure!(
        printed == "1\n" || printed.is_empty(),
        "`{command:?}` printed {printed:?}"
    );
    Ok(())
}
