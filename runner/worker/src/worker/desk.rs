//! What the reader and a session's task share.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use croquant_sandbox::{Answer, Interrupter};
use tokio::sync::{Notify, oneshot};

use crate::wire::{MOST_ROOM_BYTES, WINDOW_BYTES};

/// What the reader and a session's task share.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) window: Window,
    interrupter: OnceLock<Interrupter>,
    is_called: AtomicBool,
    /// Whether the call was told to stop.
    is_pressed: AtomicBool,
    questions: AtomicU32,
    asked: Mutex<Asked>,
}

/// The answer to a question.
#[derive(Debug)]
pub(super) enum Answered {
    Line(Answer),
    Bytes(Option<Vec<u8>>),
}

#[derive(Debug, Default)]
struct Asked {
    /// The question that waits.
    waiting: Option<(u32, oneshot::Sender<Answered>)>,
    /// Input that came for a read which was given up: the next read has it.
    unread: Vec<u8>,
}

impl Desk {
    pub(super) fn set_interrupter(&self, interrupter: Interrupter) {
        // It is set once, by the session's task.
        let _ = self.interrupter.set(interrupter);
    }

    pub(super) fn interrupt(&self) {
        self.is_pressed.store(true, Ordering::Release);
        if let Some(interrupter) = self.interrupter.get() {
            interrupter.interrupt();
        }
    }

    pub(super) fn kill(&self) {
        self.is_pressed.store(true, Ordering::Release);
        self.window.break_off();
        if let Some(interrupter) = self.interrupter.get() {
            interrupter.kill();
        }
    }

    pub(super) fn is_pressed(&self) -> bool {
        self.is_pressed.load(Ordering::Acquire)
    }

    /// `None` if a call runs already.
    pub(super) fn begin_call(&self) -> Option<()> {
        self.is_pressed.store(false, Ordering::Release);
        let before = self.is_called.swap(true, Ordering::AcqRel);
        (!before).then_some(())
    }

    pub(super) fn end_call(&self) {
        self.is_called.store(false, Ordering::Release);
    }

    /// A question's number, and where its answer comes.
    pub(super) fn ask(&self) -> (u32, oneshot::Receiver<Answered>) {
        let number = self.questions.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        self.asked().waiting = Some((number, answer));
        (number, answered)
    }

    /// The question is not asked any more.
    pub(super) fn withdraw(&self) {
        self.asked().waiting = None;
    }

    /// Input that is there already.
    pub(super) fn take_unread(&self, max: usize) -> Option<Vec<u8>> {
        let unread = &mut self.asked().unread;
        let taken = max.min(unread.len());
        (taken > 0).then(|| unread.drain(..taken).collect())
    }

    /// Keeps input that nobody waits for.
    pub(super) fn put_back(&self, bytes: Vec<u8>) {
        self.asked().unread.extend(bytes);
    }

    pub(super) fn answer(&self, question: u32, answer: Answered) {
        let waiting = self
            .asked()
            .waiting
            .take_if(|(number, _)| *number == question);
        let late = match waiting {
            Some((_, sender)) => sender.send(answer).err(),
            None => Some(answer),
        };
        if let Some(Answered::Bytes(Some(bytes))) = late {
            self.put_back(bytes);
        }
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far a session's output may be ahead of its reader.
#[derive(Debug)]
pub(super) struct Window {
    /// Below zero while a message is on the way that is larger than the window.
    left: AtomicI64,
    is_broken: AtomicBool,
    wake: Notify,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            left: AtomicI64::new(WINDOW_BYTES as i64),
            is_broken: AtomicBool::new(false),
            wake: Notify::new(),
        }
    }
}

impl Window {
    /// Waits until there is room, and takes `bytes` of it.
    pub(super) async fn take(&self, bytes: usize) -> io::Result<()> {
        loop {
            if self.is_broken.load(Ordering::Acquire) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let least = bytes.min(MOST_ROOM_BYTES) as i64;
            if self.left.load(Ordering::Acquire) >= least {
                self.take_now(bytes);
                return Ok(());
            }
            self.wake.notified().await;
        }
    }

    pub(super) fn take_now(&self, bytes: usize) {
        self.left.fetch_sub(bytes as i64, Ordering::AcqRel);
    }

    pub(super) fn give(&self, bytes: u32) {
        self.left.fetch_add(bytes.into(), Ordering::AcqRel);
        self.wake.notify_one();
    }

    pub(super) fn break_off(&self) {
        self.is_broken.store(true, Ordering::Release);
        self.wake.notify_one();
    }
}
