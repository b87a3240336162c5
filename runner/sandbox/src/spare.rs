//! Instances between two sessions.
//!
//! Making an instance and giving it back takes a small session longer than all that it does. A session is its linear memory, so when it has come to
//! rest, its memory is made what it began as, byte by byte and its stack too, and the next session begins in the same instance. Which pages that takes is
//! known as for checkpoints. An instance that was stopped in the middle of something, or whose memory has grown, is none for others.
//!
//! What an instance has besides its memory is the end of C's stack, which each call that returns leaves as it was, a table that nothing writes to, and
//! the meter, which is set for each call.

use std::sync::{Mutex, MutexGuard, PoisonError};

use wasmtime::Store;

use crate::checkpoint::{Checkpoint, PageMap, Pristine};
use crate::guest::Guest;
use crate::state::State;

/// How many are kept: sessions end one by one and begin one by one. Protects the host's memory: the pages that a session wrote stay with its
/// instance, and so does the stack in the machine's own memory, which may have been used to its depth.
const SPARES: usize = 4;

/// How much a session may have written for its instance to be kept. More is given back sooner by the kernel.
const MOST_BYTES: usize = 2 << 20;

/// The instances that no session is in, all of them as they were made.
#[derive(Default)]
pub(crate) struct Spares(Mutex<Vec<(Store<State>, Guest)>>);

impl Spares {
    /// One of them, for a session: its state is nobody's, but for the footprint, which belongs to the instance.
    pub(crate) fn take(&self) -> Option<(Store<State>, Guest)> {
        self.all().pop()
    }

    /// Keeps the instance of a session that is at rest, if it can be made what it was. What the session had of the host is given back in any case.
    pub(crate) fn keep(
        &self,
        mut store: Store<State>,
        guest: Guest,
        pristine: &Pristine,
        map: &PageMap,
    ) {
        let (memory, state) = guest.memory.data_and_store_mut(&mut store);
        let mut footprint = std::mem::take(&mut state.footprint);
        let image = Checkpoint::of_image(pristine);
        // From the first byte on: nothing of the stack is left to another.
        let is_as_made = self.all().len() < SPARES
            && image.write_back(memory, 0, &mut footprint, pristine, map, MOST_BYTES);
        if !is_as_made {
            return;
        }
        *state = State::vacant();
        state.footprint = footprint;
        let mut all = self.all();
        if all.len() < SPARES {
            all.push((store, guest));
        }
    }

    fn all(&self) -> MutexGuard<'_, Vec<(Store<State>, Guest)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Cell, Engine, EngineConfig, Error, Limits, Outcome, Policy, Recorder, Session};

    fn engine() -> Engine {
        Engine::new(croquant_guest::open().unwrap(), &EngineConfig::server(3)).unwrap()
    }

    async fn start(engine: &Engine) -> Result<Session, Error> {
        let console = Box::new(Recorder::new());
        let (policy, limits) = (Policy::default(), Limits::tutorial());
        Session::start(engine, &policy, &limits, console).await
    }

    async fn session(engine: &Engine) -> Session {
        start(engine).await.unwrap()
    }

    /// How many instances there are between sessions; each of them is as it was made, to the last byte.
    #[track_caller]
    fn spares(engine: &Engine) -> usize {
        let pristine = engine.pristine().unwrap().data();
        let all = engine.inner.spares.all();
        for (store, guest) in all.iter() {
            let memory = guest.memory.data(store);
            assert_eq!(memory.len(), pristine.len());
            let differing = memory
                .iter()
                .zip(pristine)
                .position(|(now, then)| now != then);
            assert_eq!(differing, None, "a byte of the session before is left");
        }
        all.len()
    }

    /// Runs a cell that ends by itself.
    #[track_caller]
    fn run(session: &mut Session, source: &str) -> impl Future<Output = ()> {
        let cell = Cell::new(source);
        async move {
            let report = session.execute(&cell).await.unwrap();
            assert_eq!(report.outcome, Outcome::Completed, "{source}");
        }
    }

    #[tokio::test]
    async fn nothing_of_a_session_is_left_in_its_instance() {
        let engine = engine();
        let cells = [
            "secret = 'a secret' * 100",
            "import json, re, random\nrandom.seed(1)\nre.compile('a+b')\njson.dumps([1, 2])",
            "def deep(n): return n and deep(n - 1)\ndeep(900)",
            "eval('(' * 90 + '1' + ')' * 90)",
            "open('/tmp/left', 'w').write('secret')",
            "try: 1 / 0\nexcept ZeroDivisionError: import traceback; text = traceback.format_exc()",
            "def late():\n    yield 1\n    raise SystemExit\nrunning = late()\nnext(running)",
            "import sqlite3\ndb = sqlite3.connect(':memory:')\ndb.execute('create table t (n)')",
        ];
        for round in 0..24 {
            let mut session = session(&engine).await;
            assert_eq!(spares(&engine), 0, "the session took what there was");
            let untouched =
                "import os; assert not os.listdir('/tmp') and 'secret' not in globals()";
            run(&mut session, untouched).await;
            for cell in cells
                .iter()
                .cycle()
                .skip(round % cells.len())
                .take(1 + round % 3)
            {
                run(&mut session, cell).await;
            }
            drop(session);
            assert_eq!(spares(&engine), 1, "round {round}");
        }
    }

    #[tokio::test]
    async fn an_instance_is_kept_only_if_it_is_soon_what_it_was() {
        let engine = engine();
        let cells = [
            "grown = [bytes(1 << 20) for _ in range(64)]",
            "written = [bytearray(b'x' * 4096) for _ in range(700)]",
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        ];
        for (cell, is_alive) in cells.into_iter().zip([true, true, false]) {
            let mut session = session(&engine).await;
            session.set_limits(&Limits {
                deadline_ms: 200,
                grace_ms: 1,
                checkpoint_bytes: 0,
                ..Limits::tutorial()
            });
            let report = session.execute(&Cell::new(cell)).await.unwrap();
            assert_eq!(report.alive, is_alive, "{cell}: {report:?}");
            drop(session);
            assert_eq!(spares(&engine), 0, "{cell}");
        }
    }

    #[tokio::test]
    async fn no_more_sessions_live_than_may() {
        let engine = engine();
        for _ in 0..3 {
            let mut all = Vec::new();
            for _ in 0..3 {
                all.push(session(&engine).await);
            }
            let full = start(&engine).await;
            assert!(matches!(full, Err(Error::Full { max_sessions: 3 })));
            let mut first = all.remove(0);
            let fork = first.fork(Box::new(Recorder::new())).await;
            assert!(matches!(fork, Err(Error::Full { .. })));
            drop(all);
            assert_eq!(spares(&engine), 2);
            let fork = first.fork(Box::new(Recorder::new())).await.unwrap();
            assert_eq!(spares(&engine), 1);
            drop((first, fork));
            assert_eq!(spares(&engine), 3);
        }
    }
}
