//! How fast a session starts here, measured.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Outcome, Policy, Recorder, Session};

use crate::exit::Failure;
use crate::{image, session};

/// Sessions and processes that are measured: enough for a median, and done in a blink.
const SESSIONS: usize = 60;
const RUNS: usize = 15;

/// Medians.
pub(super) struct Speed {
    /// From nothing to the end of `print(1)`, in a server that runs.
    pub(super) first_print: Duration,
    /// `croquant run -c 'print(1)'`, from the start of the process to its end.
    pub(super) run: Duration,
}

/// Measures both.
pub(super) fn measure() -> Result<Speed, Failure> {
    let engine = Engine::new(image::open()?, &EngineConfig::server(4)).map_err(Failure::host)?;
    Ok(Speed {
        first_print: session::runtime()?.block_on(first_print(&engine))?,
        run: run()?,
    })
}

async fn first_print(engine: &Engine) -> Result<Duration, Failure> {
    let (policy, limits) = (Policy::default(), Limits::tutorial());
    let mut times = Vec::new();
    for _ in 0..SESSIONS {
        let began = Instant::now();
        let started = Session::start(engine, &policy, &limits, Box::new(Recorder::new())).await;
        let mut session = started.map_err(Failure::host)?;
        let report = session.execute(&Cell::new("print(1)")).await;
        let report = report.map_err(Failure::host)?;
        if report.outcome != Outcome::Completed {
            return Err(Failure::host(format!("`print(1)` {}", report.outcome)));
        }
        times.push(began.elapsed());
    }
    Ok(median(times))
}

fn run() -> Result<Duration, Failure> {
    let program = std::env::current_exe().map_err(Failure::host)?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let mut command = Command::new(&program);
        command.args(["run", "-c", "print(1)"]);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let began = Instant::now();
        let status = command.status().map_err(Failure::host)?;
        if !status.success() {
            return Err(Failure::host(format!("`croquant run` ended with {status}")));
        }
        times.push(began.elapsed());
    }
    Ok(median(times))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
