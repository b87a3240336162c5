//! The stage for a test: an engine with the guest of few words, and a console that remembers.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use croquant_sandbox::{
    Answer, BoxFuture, Cell, Console, Engine, EngineConfig, Interrupter, Limits, Message, Outcome,
    Policy, Report, Session, Slots, Stream, compile,
};

/// An engine of eight sessions of up to 64 MiB, shared by all tests.
pub(crate) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| new_engine(64))
}

pub(crate) fn new_engine(max_sessions: u32) -> Engine {
    engine_of(GUEST, max_sessions)
}

/// The guest of few words.
pub(crate) const GUEST: &str = include_str!("guest.wat");

/// An engine with this text of a guest.
pub(crate) fn engine_of(guest: &str, max_sessions: u32) -> Engine {
    let config = EngineConfig {
        max_sessions,
        max_memory_bytes: 64 << 20,
        slots: Slots::Kept,
        turn_ms: 60_000,
    };
    engine_with(guest, &config)
}

pub(crate) fn engine_with(guest: &str, config: &EngineConfig) -> Engine {
    let guest = wat::parse_str(guest).unwrap();
    let slice = croquant_meter::Flag {
        address: 2048,
        bit: 0x80,
    };
    let guest = compile::meter(&guest, slice).unwrap();
    let image = compile::precompile(&guest).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&image).unwrap();
    Engine::new(file, config).unwrap()
}

/// Limits that no well-behaved cell meets.
pub(crate) fn limits() -> Limits {
    Limits {
        fuel: 100_000_000_000,
        deadline_ms: 60_000,
        input_idle_ms: 60_000,
        grace_ms: 200,
        memory_bytes: 8 << 20,
        output_bytes: 100_000,
        output_lines: 1_000_000,
        host_bytes: 1 << 20,
        open_files: 8,
        files: 100,
        checkpoint_bytes: 0,
    }
}

/// What a console has seen, and what it answers.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) messages: Vec<Message>,
    pub(crate) prompts: Vec<String>,
    /// Bytes of standard input, in the pieces in which they come; waits for ever after the last, unless `closed`.
    pub(crate) stdin: Vec<Vec<u8>>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) closed: bool,
    /// Writes wait for ever.
    pub(crate) stuck: bool,
    /// Whom a write interrupts.
    pub(crate) interrupts: Option<Interrupter>,
}

#[derive(Clone, Default)]
pub(crate) struct Memory(pub(crate) Arc<Mutex<Seen>>);

impl Memory {
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().stdout.clone()).unwrap()
    }
}

impl Console for Memory {
    fn write<'a>(
        &'a mut self,
        stream: Stream,
        bytes: &'a [u8],
    ) -> BoxFuture<'a, std::io::Result<()>> {
        Box::pin(async move {
            if self.0.lock().unwrap().stuck {
                std::future::pending::<()>().await;
            }
            let mut seen = self.0.lock().unwrap();
            if let Some(interrupter) = &seen.interrupts {
                interrupter.interrupt();
            }
            match stream {
                Stream::Stdout => seen.stdout.extend(bytes),
                Stream::Stderr => seen.stderr.extend(bytes),
            }
            Ok(())
        })
    }

    fn read(&mut self, _max: usize) -> BoxFuture<'_, std::io::Result<Vec<u8>>> {
        let mut seen = self.0.lock().unwrap();
        if !seen.stdin.is_empty() {
            let piece = seen.stdin.remove(0);
            return Box::pin(std::future::ready(Ok(piece)));
        }
        if seen.closed {
            Box::pin(std::future::ready(Ok(Vec::new())))
        } else {
            Box::pin(std::future::pending())
        }
    }

    fn input(&mut self, prompt: String, _password: bool) -> BoxFuture<'_, Answer> {
        let mut seen = self.0.lock().unwrap();
        seen.prompts.push(prompt);
        if seen.answers.is_empty() {
            return Box::pin(std::future::pending());
        }
        let answer = seen.answers.remove(0);
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            answer
        })
    }

    fn emit(&mut self, message: Message) -> BoxFuture<'_, ()> {
        self.0.lock().unwrap().messages.push(message);
        Box::pin(std::future::ready(()))
    }
}

/// One session on the stage.
pub(crate) struct Stage {
    pub(crate) session: Session,
    pub(crate) memory: Memory,
}

impl Stage {
    pub(crate) async fn new(limits: &Limits) -> Self {
        Self::with(limits, &Policy::default()).await
    }

    pub(crate) async fn with(limits: &Limits, policy: &Policy) -> Self {
        Self::on(engine(), limits, policy).await
    }

    pub(crate) async fn on(engine: &Engine, limits: &Limits, policy: &Policy) -> Self {
        let memory = Memory::default();
        let session = Session::start(engine, policy, limits, Box::new(memory.clone()))
            .await
            .unwrap();
        Self { session, memory }
    }

    pub(crate) async fn execute(&mut self, source: &str) -> Report {
        let report = self.session.execute(&Cell::new(source)).await.unwrap();
        assert_eq!(report.alive, self.session.is_alive());
        report
    }

    /// The session has its variables: it still counts.
    pub(crate) async fn remembers(mut self) {
        let before = self.memory.stdout().len();
        assert_eq!(self.execute("n").await.outcome, Outcome::Completed);
        assert_eq!(self.execute("n").await.outcome, Outcome::Completed);
        assert_eq!(&self.memory.stdout()[before..], "12");
    }

    /// The session is over, and says so.
    pub(crate) async fn has_ended(mut self) {
        assert!(!self.session.is_alive());
        let error = self.session.execute(&Cell::new("n")).await.unwrap_err();
        assert!(matches!(error, croquant_sandbox::Error::Ended), "{error}");
    }
}

/// Runs one cell, expects `outcome`, and a session that lives on or not.
pub(crate) async fn check(limits: &Limits, source: &str, outcome: Outcome, alive: bool) -> Report {
    let mut stage = Stage::new(limits).await;
    let report = stage.execute(source).await;
    assert_eq!(report.outcome, outcome, "{report:?}");
    if alive {
        stage.remembers().await
    } else {
        stage.has_ended().await
    }
    report
}
