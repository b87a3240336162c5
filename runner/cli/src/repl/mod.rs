//! `croquant repl`: a prompt, as Python's own.
//!
//! Editing a line blocks, so it has its own thread ([`editor`]); the session stays here, answers the editor's questions (what completes
//! this, is this complete) and runs what was entered. One of the two always waits for the other.

mod editor;
mod history;
mod keys;
mod prompt_text;

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use croquant_sandbox::{Cell, Engine, Interrupter, Limits, Mode, Outcome, Report, Session};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::ctrl_c::CtrlC;
use crate::exit::{Exit, Failure, say};
use crate::plan::{Granted, RunPlan, Source};
use crate::streams::StdStreams;
use crate::watch::Watch;
use crate::{confinement, image, outcome, packages, run, script, session};
use editor::{Editor, Request};

/// What one question of the editor may cost. A property that never returns must not hang the prompt.
const QUESTION_MS: u64 = 2_000;

/// Opens the prompt; without a terminal, runs standard input as a program, as `python` does.
///
/// # Errors
/// What keeps the session from starting.
pub(crate) fn repl(mut granted: Granted) -> Result<Exit, Failure> {
    if !std::io::stdin().is_terminal() {
        return run::run(RunPlan {
            program: Source::Stdin,
            args: Vec::new(),
            granted,
            report: None,
        });
    }
    session::take_over(&mut granted.env)?;
    script::check_mounts(&granted.mounts)?;
    packages::prepare(&mut granted, None)?;
    session::runtime()?.block_on(async {
        let history = history::prepare();
        let mut prompt = Prompt::open(granted, history.as_deref().ok()).await?;
        prompt.greet();
        let (editor, requests) = Editor::spawn(history).map_err(Failure::host)?;
        let exit = prompt.serve(requests).await;
        drop(editor);
        let watched = prompt.watch.finish(None);
        exit.and_then(|exit| watched.map(|()| exit))
    })
}

/// The session behind the prompt.
struct Prompt {
    granted: Granted,
    watch: Watch,
    engine: Engine,
    session: Session,
    interrupter: Interrupter,
    ctrl_c: CtrlC,
}

impl Prompt {
    async fn open(granted: Granted, history: Option<&Path>) -> Result<Self, Failure> {
        let mut ctrl_c = CtrlC::listen(&granted.limits).map_err(Failure::host)?;
        let engine = session::engine()?;
        let watch = Watch::open(&granted.watch, &granted.mounts)?;
        confinement::prompt(&granted, history)?;
        ctrl_c.start().map_err(Failure::host)?;
        let session = start(&engine, &granted, &watch).await?;
        let interrupter = session.interrupter();
        Ok(Self {
            granted,
            watch,
            engine,
            session,
            interrupter,
            ctrl_c,
        })
    }

    fn greet(&self) {
        let _ = writeln!(
            std::io::stdout(),
            "{}\nType \"help\", \"copyright\", \"credits\" or \"license\" for more information; Ctrl-D leaves.",
            image::version()
        );
    }

    /// Answers the editor until it, or the code, ends the session.
    async fn serve(&mut self, mut requests: UnboundedReceiver<Request>) -> Result<Exit, Failure> {
        while let Some(request) = requests.recv().await {
            match request {
                Request::Ask { json, answer } => {
                    // An editor that no longer waits for the answer is about to say why.
                    let _ = answer.send(self.ask(&json).await?);
                    self.session.checkpoint().await;
                }
                Request::Run { source, done } => {
                    if let Some(exit) = self.run(&source).await? {
                        return Ok(exit);
                    }
                    let _ = done.send(());
                    // The prompt is there again: nobody waits for this.
                    self.session.checkpoint().await;
                }
                Request::Leave => return Ok(Exit::Program(0)),
                Request::Broken(reason) => return Err(Failure::host(reason)),
            }
        }
        Ok(Exit::Program(0))
    }

    /// Puts a question to the guest's own tools.
    async fn ask(&mut self, json: &str) -> Result<Option<String>, Failure> {
        self.session.set_limits(&Limits {
            deadline_ms: QUESTION_MS,
            ..self.granted.limits.clone()
        });
        let called = self
            .ctrl_c
            .watch(&self.interrupter, self.session.call(json))
            .await
            .map_err(Failure::host)?;
        self.session.set_limits(&self.granted.limits);
        if !self.session.is_alive() {
            self.restart(&called.report).await?;
        }
        Ok(called.reply)
    }

    /// Runs what was entered. Some exit if it asked to leave.
    async fn run(&mut self, source: &str) -> Result<Option<Exit>, Failure> {
        // A block at a prompt ends with a newline, and not with the indentation of a line that never came.
        let source = &format!("{}\n", source.trim_end());
        let cell = Cell::prompt(source);
        let report = self
            .ctrl_c
            .watch(&self.interrupter, self.session.execute(&cell))
            .await
            .map_err(Failure::host)?;
        self.watch.turn();
        match &report.outcome {
            Outcome::Exited(code) => return Ok(Some(Exit::Program(*code))),
            _ if report.restored => {
                self.tell_stopped(&report);
                say("note", "the variables are as they were before it ran");
            }
            Outcome::Completed | Outcome::Raised | Outcome::Interrupted
                if self.session.is_alive() =>
            {
                if report.dropped_bytes > 0 {
                    self.tell(&report);
                }
            }
            _ if self.session.is_alive() => self.tell(&report),
            _ => self.restart(&report).await?,
        }
        Ok(None)
    }

    fn tell(&self, report: &Report) {
        if let Err(failure) = outcome::conclude(report, &self.granted.limits) {
            failure.print();
        }
    }

    /// Tells why what ran was stopped for good.
    fn tell_stopped(&self, report: &Report) {
        if report.outcome == Outcome::Interrupted {
            say(
                "error",
                "what ran could not be interrupted, and was stopped",
            );
        }
        self.tell(report);
    }

    /// A new session in the place of one that ended against its will.
    async fn restart(&mut self, report: &Report) -> Result<(), Failure> {
        self.tell_stopped(report);
        self.session = start(&self.engine, &self.granted, &self.watch).await?;
        self.interrupter = self.session.interrupter();
        say(
            "note",
            "a new session has begun, and the variables of the old one are gone",
        );
        Ok(())
    }
}

async fn start(engine: &Engine, granted: &Granted, watch: &Watch) -> Result<Session, Failure> {
    let (streams, _tail) = StdStreams::new();
    let args = vec![String::new()];
    session::start(
        engine,
        granted,
        watch,
        args,
        Vec::new(),
        Mode::Terminal,
        streams,
    )
    .await
}

/// Prints an uncaught exception, as the guest reported it.
pub(crate) fn print_error(json: &str) {
    let error: Value = serde_json::from_str(json).unwrap_or_default();
    let lines: Vec<&str> = error["traceback"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|line| line.as_str())
        .collect();
    let text = lines.join("\n");
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end_matches('\n'));
}
