//! A grader: a confined process that examines one submission after the other for its supervisor.
//!
//! It has nothing but its socket and the image: no file, no network, no variable. What submissions do to it costs the one that did it.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use croquant_confine::Confinement;
use croquant_sandbox::{Engine, EngineConfig, Slots};
use croquant_worker::frame;
use rustix::event::{PollFd, PollFlags, poll};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::assignment::Assignment;
use crate::exam::Examiner;
use crate::submission::Handed;
use crate::verdict::Verdict;

/// The name under which the executable is started as a grader.
pub(crate) const NAME: &str = "croquant-grader";

/// Sessions alive at once: two with what they were made from, and room to spare.
const SESSIONS: u32 = 6;

/// How often a grader tells how far it is, at most: each time costs both sides as much as a small test.
const NEWS_EVERY: Duration = Duration::from_millis(50);

/// What a grader is told first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Paper {
    pub(crate) image: String,
    pub(crate) assignment: Assignment,
    pub(crate) seed: u64,
    /// Tests and submission in one session.
    pub(crate) practice: bool,
}

/// What a grader says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Said {
    /// The assignment is ready for submissions.
    Ready,
    /// So many tests of the submission are done. Told now and then.
    Progress { done: u32, total: u32 },
    /// What came of a submission.
    Verdict(Box<Verdict>),
    /// The assignment or the host is at fault, in a message for whoever can mend it.
    Failed(String),
}

/// The role of a process that was started as a grader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grader;

impl Grader {
    /// The role of this process; `None` for one that was started by anybody else.
    pub fn of_this_process() -> Option<Self> {
        let name = std::env::args_os().next()?;
        (name.to_str() == Some(NAME)).then_some(Self)
    }

    /// Plays it, to its end.
    pub fn play(self) -> ExitCode {
        match run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{NAME}: {error}");
                ExitCode::FAILURE
            }
        }
    }
}

/// Why a grader ends.
#[derive(Debug, thiserror::Error)]
enum GraderError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Frame(#[from] frame::FrameError),
    #[error(transparent)]
    Sandbox(#[from] croquant_sandbox::Error),
    #[error(transparent)]
    Confine(#[from] croquant_confine::Error),
    #[error("the supervisor is of another version")]
    OtherVersion,
}

fn run() -> Result<(), GraderError> {
    // No folder of the supervisor's is held. It cannot see to that itself: to start a process elsewhere, it would have to be copied for it.
    std::env::set_current_dir("/")?;
    let mut socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let image = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let config = EngineConfig {
        max_sessions: SESSIONS,
        max_memory_bytes: 4 << 30,
        slots: Slots::Kept,
        // Both sessions are one submission's: nobody else waits.
        turn_ms: u64::MAX,
    };
    let engine = Engine::new(image, &config)?;
    // Where the system's random numbers come from a device, it is opened now.
    getrandom::fill(&mut [0]).map_err(io::Error::other)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    // Everything is open, and there is no other thread yet. Nothing of a guest has run.
    Confinement::worker().apply()?;
    end_with(socket.try_clone()?)?;
    let Some(paper) = hear::<Paper>(&mut socket)? else {
        return Ok(());
    };
    if paper.image != croquant_guest::HASH {
        return Err(GraderError::OtherVersion);
    }
    runtime.block_on(grade(socket, &engine, paper))
}

/// Ends this process when its supervisor is gone, whatever a submission is doing then.
fn end_with(socket: UnixStream) -> io::Result<()> {
    let watch = move || {
        loop {
            // Nothing is waited for but the other side's end, which is always told.
            let mut ends = [PollFd::new(&socket, PollFlags::empty())];
            match poll(&mut ends, None) {
                Ok(_) if ends[0].revents().contains(PollFlags::HUP) => std::process::exit(0),
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
    };
    std::thread::Builder::new().spawn(watch)?;
    Ok(())
}

/// Examines what comes, until the supervisor is gone.
async fn grade(mut socket: UnixStream, engine: &Engine, paper: Paper) -> Result<(), GraderError> {
    let made = Examiner::new(engine, paper.assignment, paper.seed, paper.practice).await;
    let mut examiner = match made {
        Ok(examiner) => examiner,
        Err(error) => return say(&mut socket, &Said::Failed(error.to_string())),
    };
    say(&mut socket, &Said::Ready)?;
    while let Some(handed) = hear::<Handed>(&mut socket)? {
        let mut other = socket.try_clone()?;
        let mut told = Instant::now();
        let mut tell = |done, total| {
            if told.elapsed() < NEWS_EVERY {
                return;
            }
            told = Instant::now();
            let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            let (done, total) = (number(done), number(total));
            // A supervisor that is gone is noticed with the verdict.
            let _ = say(&mut other, &Said::Progress { done, total });
        };
        let said = match examiner.grade(handed, &mut tell).await {
            Ok(verdict) => Said::Verdict(Box::new(verdict)),
            Err(error) => Said::Failed(error.to_string()),
        };
        say(&mut socket, &said)?;
    }
    Ok(())
}

/// What the supervisor says next; `None` if it has left: it has nothing more to be graded, or cannot use its assignment.
fn hear<T: DeserializeOwned>(socket: &mut UnixStream) -> Result<Option<T>, GraderError> {
    match frame::read(socket) {
        Ok(said) => Ok(Some(said)),
        Err(frame::FrameError::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn say(socket: &mut UnixStream, said: &Said) -> Result<(), GraderError> {
    socket.write_all(&frame::encode(said)?)?;
    Ok(())
}
