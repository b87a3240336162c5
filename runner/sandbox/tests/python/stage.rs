//! The stage for a test: the real image, and a console that remembers.

use std::sync::{Arc, Mutex, OnceLock};

use croquant_sandbox::{
    Answer, BoxFuture, Cell, Console, Engine, EngineConfig, Limits, Message, MessageKind, Outcome,
    Policy, Report, Session, Stream,
};

/// One engine for all tests: room for a thousand sessions and those beside them.
pub(crate) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        Engine::new(
            croquant_guest::open().unwrap(),
            &EngineConfig::server(1_200),
        )
        .unwrap()
    })
}

/// Limits that no well-behaved cell meets.
pub(crate) fn limits() -> Limits {
    Limits {
        fuel: 200_000_000_000,
        deadline_ms: 120_000,
        input_idle_ms: 120_000,
        grace_ms: 10_000,
        ..Limits::tutorial()
    }
}

/// What a console has seen.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) stdout: String,
    pub(crate) errors: Vec<String>,
}

/// Remembers output and errors; whoever asks it for input waits for ever.
#[derive(Clone, Default)]
pub(crate) struct Memory(pub(crate) Arc<Mutex<Seen>>);

impl Console for Memory {
    fn write<'a>(
        &'a mut self,
        stream: Stream,
        bytes: &'a [u8],
    ) -> BoxFuture<'a, std::io::Result<()>> {
        if stream == Stream::Stdout {
            self.0
                .lock()
                .unwrap()
                .stdout
                .push_str(&String::from_utf8_lossy(bytes));
        }
        Box::pin(std::future::ready(Ok(())))
    }

    fn read(&mut self, _: usize) -> BoxFuture<'_, std::io::Result<Vec<u8>>> {
        Box::pin(std::future::pending())
    }

    fn input(&mut self, _: String, _: bool) -> BoxFuture<'_, Answer> {
        Box::pin(std::future::pending())
    }

    fn emit(&mut self, message: Message) -> BoxFuture<'_, ()> {
        if message.kind == MessageKind::Error {
            self.0.lock().unwrap().errors.push(message.json);
        }
        Box::pin(std::future::ready(()))
    }
}

/// One session on the stage, with a variable to lose.
pub(crate) struct Stage {
    pub(crate) session: Session,
    pub(crate) memory: Memory,
}

impl Stage {
    pub(crate) async fn new(limits: &Limits) -> Self {
        let memory = Memory::default();
        let session = Session::start(
            engine(),
            &Policy::default(),
            limits,
            Box::new(memory.clone()),
        )
        .await
        .unwrap();
        let mut stage = Self { session, memory };
        assert_eq!(
            stage.execute("kept = ['kept']").await.outcome,
            Outcome::Completed
        );
        stage
    }

    pub(crate) async fn execute(&mut self, source: &str) -> Report {
        self.session.execute(&Cell::new(source)).await.unwrap()
    }

    /// What a cell prints.
    pub(crate) async fn print(&mut self, source: &str) -> String {
        self.memory.0.lock().unwrap().stdout.clear();
        let report = self.execute(source).await;
        assert_eq!(
            report.outcome,
            Outcome::Completed,
            "{source}: {:?}",
            self.memory.0.lock().unwrap().errors
        );
        std::mem::take(&mut self.memory.0.lock().unwrap().stdout)
    }

    /// The session lives on with its variables, and works.
    pub(crate) async fn remembers(&mut self, after: &str) {
        self.session.set_limits(&limits());
        assert_eq!(
            self.print("print(kept, sum(range(1000)), len('%d' % 10**1000))")
                .await,
            "['kept'] 499500 1001\n",
            "{after}"
        );
    }

    /// The name of the last error that was shown.
    pub(crate) fn error(&self) -> String {
        let seen = self.memory.0.lock().unwrap();
        let Some(error) = seen.errors.last() else {
            return String::new();
        };
        let error: serde_json::Value = serde_json::from_str(error).unwrap();
        error["ename"].as_str().unwrap().to_owned()
    }
}
