//! The crew: graders side by side, and whoever hands them their work.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use croquant_worker::frame;
use sha2::{Digest as _, Sha256};

use crate::assignment::Assignment;
use crate::grader::{NAME, Paper, Said};
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
pub struct Packed(Arc<[u8]>);

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
    pub fn new(handed: &Handed) -> Result<Self, CrewError> {
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
    /// Grader after grader died over a submission.
    #[error(
        "the grader died {ATTEMPTS} times over this submission\nhint: the system's log may say why; give it more memory"
    )]
    Died,
    /// What would go to a grader is too large.
    #[error(transparent)]
    Frame(#[from] frame::FrameError),
}

/// One grader's process. It ends when this is dropped.
#[derive(Debug)]
pub struct Desk {
    task: Task,
    image: std::fs::File,
    grader: Option<Process>,
}

#[derive(Debug)]
struct Process {
    /// Until it is left to itself.
    child: Option<Child>,
    socket: UnixStream,
    /// What lies before it already.
    ahead: Option<Packed>,
}

impl Desk {
    /// A desk for `task`; its grader starts with the first submission.
    ///
    /// # Errors
    /// The guest's image cannot be opened.
    pub fn new(task: &Task) -> Result<Self, CrewError> {
        Ok(Self {
            task: task.clone(),
            image: croquant_guest::open()
                .map_err(|error| CrewError::Start(io::Error::other(error)))?,
            grader: None,
        })
    }

    /// Has a submission graded; `progress` hears how many tests of how many are done. A grader that dies over it is replaced, and the work done
    /// again. While the grader is at work, `ahead` says what it will be given after that, if that is known: it has it then without waiting for it.
    ///
    /// # Errors
    /// [`CrewError`]: there is no verdict, and the submission is not to blame unless graders died.
    pub fn grade(
        &mut self,
        packed: &Packed,
        progress: &mut dyn FnMut(u32, u32),
        ahead: &mut dyn FnMut() -> Option<Packed>,
    ) -> Result<Verdict, CrewError> {
        for _ in 0..ATTEMPTS {
            // One that will grade something else first is of no use.
            let grader = self.grader.take();
            let mut grader = match grader.filter(|grader| grader.can_begin(packed)) {
                Some(grader) => grader,
                None => self.start()?,
            };
            match grader.work(packed, progress, ahead) {
                Ok(done) => {
                    self.grader = Some(grader);
                    return done.map_err(CrewError::Assignment);
                }
                // Dropped, and so ended, whatever it still does.
                Err(error) => tracing::warn!(%error, "a grader has died"),
            }
        }
        Err(CrewError::Died)
    }

    /// Has a grader ready before the first submission, and so finds out whether the assignment can be used.
    ///
    /// # Errors
    /// [`CrewError`]: it cannot, or no grader can be had.
    pub fn open(&mut self) -> Result<(), CrewError> {
        if self.grader.is_none() {
            self.grader = Some(self.start()?);
        }
        Ok(())
    }

    /// Starts a grader, ready for submissions. Its standard input is its socket and its standard output the image, so that it opens no file; it
    /// inherits no variable, and Ctrl-C is for its supervisor alone, which may have something to finish.
    fn start(&self) -> Result<Process, CrewError> {
        let (socket, other) = UnixStream::pair().map_err(CrewError::Start)?;
        let child = Command::new(OWN_PROGRAM)
            .arg0(NAME)
            .env_clear()
            .current_dir("/")
            .process_group(0)
            .stdin(OwnedFd::from(other))
            .stdout(self.image.try_clone().map_err(CrewError::Start)?)
            .spawn()
            .map_err(CrewError::Start)?;
        let child = Some(child);
        let mut process = Process {
            child,
            socket,
            ahead: None,
        };
        let patience = Some(self.task.patience);
        process
            .socket
            .set_read_timeout(patience)
            // One that takes nothing any more is no better than one that says nothing.
            .and_then(|()| process.socket.set_write_timeout(patience))
            .map_err(CrewError::Start)?;
        process
            .socket
            .write_all(&self.task.paper)
            .map_err(CrewError::Start)?;
        match frame::read(&mut process.socket) {
            Ok(Said::Ready) => Ok(process),
            Ok(Said::Failed(message)) => Err(CrewError::Assignment(message)),
            Ok(_) => Err(CrewError::Start(io::ErrorKind::InvalidData.into())),
            Err(error) => Err(CrewError::Start(io::Error::other(error))),
        }
    }
}

impl Process {
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
                Said::Failed(message) => return Ok(Err(message)),
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
        let _ = std::thread::Builder::new().spawn(move || child.wait());
    }
}
