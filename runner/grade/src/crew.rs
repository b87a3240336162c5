//! The crew: graders side by side, and whoever hands them their work.

use std::fmt::Write as _;
use std::io::{self, PipeReader, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use croquant_worker::frame;
use sha2::{Digest as _, Sha256};

use crate::assignment::Assignment;
use crate::grader::{NAME, Paper, Said};
use crate::report::{github, text};
use crate::submission::Handed;
use crate::verdict::Verdict;

/// This executable, whatever has become of its path.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// How often a submission is given to another grader when one has died over it.
const ATTEMPTS: u32 = 2;

/// How long a grader may say nothing, beyond what a test may take. It tells after a test, if it has not just done so.
const PATIENCE: Duration = Duration::from_secs(120);

/// What may lie before a grader that is at work: the socket takes as much while nobody reads. Of more, both sides could wait for each other.
const AHEAD_BYTES: usize = 64 << 10;

/// How much of a dead grader's complaints is read, in bytes: what a pipe holds.
const MOST_WORDS: u64 = 64 << 10;

/// How much of that is shown, in characters.
const SHOWN_WORDS: usize = 500;

/// What graders need to know of an assignment.
#[derive(Debug, Clone)]
pub struct Task {
    paper: Vec<u8>,
    /// What has taken in the paper.
    digest: Sha256,
    patience: Duration,
}

/// A submission, packed for a grader. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Packed(Arc<[u8]>);

impl Task {
    /// For `assignment`, with the seed of both sessions, in one session if `practice`.
    ///
    /// # Errors
    /// The assignment is too large for a frame.
    pub fn new(assignment: &Assignment, seed: u64, practice: bool) -> Result<Self, CrewError> {
        let paper = Paper {
            image: croquant_guest::HASH.to_owned(),
            assignment: assignment.clone(),
            seed,
            practice,
        };
        let paper = frame::encode(&paper)?;
        Ok(Self {
            digest: Sha256::new_with_prefix(&paper),
            paper,
            patience: PATIENCE + Duration::from_millis(assignment.longest_ms()),
        })
    }

    /// What names a submission to this task: the same for the same content, and another for any change of either.
    pub(crate) fn key(&self, handed: &Handed) -> String {
        let mut hash = self.digest.clone();
        // Without its label: where it lies says nothing of what it is.
        let handed = postcard::to_allocvec(&(&handed.content, &handed.notes)).unwrap_or_default();
        hash.update(handed);
        hash.finalize().iter().fold(String::new(), |mut key, byte| {
            // Writing to a string cannot fail.
            let _ = write!(key, "{byte:02x}");
            key
        })
    }
}

impl Packed {
    /// For what was handed in.
    ///
    /// # Errors
    /// It is too large for a frame.
    pub(crate) fn new(handed: &Handed) -> Result<Self, CrewError> {
        Ok(Self(frame::encode(handed)?.into()))
    }
}

/// Why a submission has no verdict.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CrewError {
    /// A process cannot be started, or the host's pipes fail.
    #[error("a grader cannot be started: {0}\nhint: check the limits on processes and memory")]
    Start(io::Error),
    /// The assignment, or the host, is at fault.
    #[error("{0}")]
    Assignment(String),
    /// Grader after grader died over a submission, the last one with these words, if it had any.
    #[error(
        "the grader died {ATTEMPTS} times over this submission{}{}\nhint: the system's log may say why; give it more memory",
        if .0.is_empty() { "" } else { ": " },
        .0
    )]
    Died(String),
    /// What would go to a grader is too large.
    #[error(transparent)]
    Frame(#[from] frame::FrameError),
}

/// Graders. Their processes may start while what they are to grade by is still being read.
#[derive(Debug)]
pub struct Crew(Vec<Option<Coming>>);

/// A grader's process that is being started; another thread sees to it, which the kernel keeps until the new program runs.
type Coming = JoinHandle<io::Result<Process>>;

impl Crew {
    /// Calls `count` graders, at least one. Nothing is waited for; one that cannot be started is missed when it is needed.
    pub fn call(count: usize) -> Self {
        let call = |_| Builder::new().spawn(Process::start).ok();
        Self((0..count.max(1)).map(call).collect())
    }

    /// `count` graders, at least one, of which each is called when it is needed: for work that may be done already.
    pub fn on_call(count: usize) -> Self {
        Self((0..count.max(1)).map(|_| None).collect())
    }

    /// Gives each grader a desk.
    pub(crate) fn sit(self, task: &Task) -> Vec<Desk> {
        let desk = |coming| Desk {
            task: task.clone(),
            coming,
            grader: None,
        };
        self.0.into_iter().map(desk).collect()
    }
}

/// One grader's place. Its process ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Desk {
    task: Task,
    /// The one that was called, until it is needed.
    coming: Option<Coming>,
    grader: Option<Process>,
}

#[derive(Debug)]
struct Process {
    /// Until it is left to itself.
    child: Option<Child>,
    socket: UnixStream,
    /// Its standard error, which is read when it has died. It is none of the supervisor's: what breaks out says nothing but what has been
    /// [`harmless`] made, and whoever reads the supervisor's to its end need not wait until the last grader has given back its memory.
    words: PipeReader,
    /// What lies before it already.
    ahead: Option<Packed>,
}

impl Desk {
    /// Has a submission graded; `progress` hears how many tests of how many are done. A grader that dies over it is replaced, and the work done
    /// again. While the grader is at work, `ahead` says what it will be given after that, if that is known: it has it then without waiting for it.
    ///
    /// # Errors
    /// [`CrewError`]: there is no verdict, and the submission is not to blame unless graders died.
    pub(crate) fn grade(
        &mut self,
        packed: &Packed,
        progress: &mut dyn FnMut(u32, u32),
        ahead: &mut dyn FnMut() -> Option<Packed>,
    ) -> Result<Verdict, CrewError> {
        let mut words = String::new();
        for _ in 0..ATTEMPTS {
            // One that will grade something else first is of no use.
            let grader = self.grader.take();
            let mut grader = match grader.filter(|grader| grader.can_begin(packed)) {
                Some(grader) => grader,
                None => self.next()?,
            };
            match grader.work(packed, progress, ahead) {
                Ok(done) => {
                    self.grader = Some(grader);
                    return done.map_err(CrewError::Assignment);
                }
                Err(error) => {
                    words = grader.last_words();
                    tracing::warn!(%error, words, "a grader has died");
                }
            }
        }
        Err(CrewError::Died(words))
    }

    /// Has a grader ready before the first submission, and so finds out whether the assignment can be used.
    ///
    /// # Errors
    /// [`CrewError`]: it cannot, or no grader can be had.
    pub(crate) fn open(&mut self) -> Result<(), CrewError> {
        if self.grader.is_none() {
            self.grader = Some(self.next()?);
        }
        Ok(())
    }

    /// A grader that is ready for submissions: the one that was called, or another.
    fn next(&mut self) -> Result<Process, CrewError> {
        let called = self.coming.take().and_then(|coming| coming.join().ok());
        let process = called.unwrap_or_else(Process::start);
        process.map_err(CrewError::Start)?.ready(&self.task)
    }
}

impl Process {
    /// Starts a grader, which makes ready what does not depend on the assignment. Its standard input is its socket and its standard output the
    /// image, so that it opens no file; its standard error is a pipe. It inherits no variable, and Ctrl-C is for its supervisor alone, which may
    /// have something to finish.
    fn start() -> io::Result<Self> {
        let (socket, other) = UnixStream::pair()?;
        let (words, its_words) = io::pipe()?;
        let image = croquant_guest::open().map_err(io::Error::other)?;
        let child = Command::new(OWN_PROGRAM)
            .arg0(NAME)
            .env_clear()
            .process_group(0)
            .stdin(OwnedFd::from(other))
            .stdout(image)
            .stderr(its_words)
            .spawn()?;
        Ok(Self {
            child: Some(child),
            socket,
            words,
            ahead: None,
        })
    }

    /// Gives it the assignment, and waits until it is ready for submissions.
    fn ready(mut self, task: &Task) -> Result<Self, CrewError> {
        match self.brief(task) {
            Ok(Said::Ready) => Ok(self),
            Ok(Said::Failed(message)) => Err(CrewError::Assignment(harmless(&message))),
            Ok(_) => Err(CrewError::Start(io::ErrorKind::InvalidData.into())),
            Err(error) => {
                let words = self.last_words();
                Err(CrewError::Start(if words.is_empty() {
                    io::Error::other(error)
                } else {
                    io::Error::other(words)
                }))
            }
        }
    }

    fn brief(&mut self, task: &Task) -> Result<Said, frame::FrameError> {
        let patience = Some(task.patience);
        self.socket.set_read_timeout(patience)?;
        // One that takes nothing any more is no better than one that says nothing.
        self.socket.set_write_timeout(patience)?;
        self.socket.write_all(&task.paper)?;
        frame::read(&mut self.socket)
    }

    /// Ends it, whatever it still does, and tells what it complained of, on one line and without its hint: what to do is for the supervisor to say.
    fn last_words(mut self) -> String {
        let Some(mut child) = self.child.take() else {
            return String::new();
        };
        // Errors mean that it has ended already.
        let _ = child.kill();
        let _ = child.wait();
        let mut words = Vec::new();
        // What cannot be read was not said.
        let _ = (&self.words).take(MOST_WORDS).read_to_end(&mut words);
        let words = String::from_utf8_lossy(&words);
        let (words, _) = words.split_once("\nhint: ").unwrap_or((&words, ""));
        let words = words.trim_start_matches(&format!("{NAME}: "));
        let words = words.trim().replace('\n', " ");
        text::line(&harmless(&words), SHOWN_WORDS)
    }

    fn can_begin(&self, packed: &Packed) -> bool {
        let ahead = self.ahead.as_ref();
        ahead.is_none_or(|ahead| Arc::ptr_eq(&ahead.0, &packed.0))
    }

    /// One submission. The outer error: this grader is of no more use.
    fn work(
        &mut self,
        packed: &Packed,
        progress: &mut dyn FnMut(u32, u32),
        ahead: &mut dyn FnMut() -> Option<Packed>,
    ) -> Result<Result<Verdict, String>, frame::FrameError> {
        if self.ahead.take().is_none() {
            self.socket.write_all(&packed.0)?;
        }
        self.ahead = ahead().filter(|ahead| ahead.0.len() <= AHEAD_BYTES);
        if let Some(ahead) = &self.ahead {
            self.socket.write_all(&ahead.0)?;
        }
        loop {
            match frame::read(&mut self.socket)? {
                Said::Progress { done, total } => progress(done, total),
                Said::Verdict(verdict) => return Ok(Ok(*verdict)),
                Said::Failed(message) => return Ok(Err(harmless(&message))),
                Said::Ready => return Err(io::Error::from(io::ErrorKind::InvalidData).into()),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        // An error means that it has ended already.
        let _ = child.kill();
        // To give back its memory takes it longer than to grade a submission: nobody waits for that but a thread that ends with it. Where there
        // can be no thread, it stays with the system until this process ends.
        let _ = Builder::new().spawn(move || child.wait());
    }
}

/// What a grader says in its own words, such that neither a terminal nor the log of a CI obeys it: something that broke out may be speaking.
fn harmless(words: &str) -> String {
    github::without_commands(&text::clean(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_grader_says_commands_nobody() {
        let honest = "test_leap.py:3: invalid syntax\nhint: mend the tests";
        assert_eq!(harmless(honest), honest);
        let hostile = "no\u{1b}[2J\n  ::add-mask::x\na ##[error]b";
        assert_eq!(
            harmless(hostile),
            "no␛[2J\n  : :add-mask: :x\na ## [error]b"
        );
    }
}
