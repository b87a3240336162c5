//! The supervisor of one worker with a hostile guest: a process of its own, so that all that it and its processes say can be read.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::process::{Command, ExitCode, Stdio};

use croquant_sandbox::{Access, Limits, Mount, Policy, Recorder, SnapshotKey};
use libtest_mimic::Failed;

use crate::attempt::{Attempt, raw};
use crate::error::Error;
use crate::expected::Ending;
use crate::pool::{Pool, PoolConfig};
use crate::scene::{Outside, Scene};
use crate::spawner::Spawner;

/// Tells a supervisor what to ask its worker for.
const REQUEST: &str = "CROQUANT_HOSTILE_REQUEST";
/// How it ends if the worker does.
const LOST: u8 = 2;

/// What the worker's session was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Granted {
    /// Nothing.
    Nothing,
    /// To read `read`, and to change `write`.
    Folders,
    /// To read `read`, while another session, which has a worker of its own, may change `write`.
    Other,
}

impl Granted {
    pub(crate) const ALL: [Self; 3] = [Self::Nothing, Self::Folders, Self::Other];

    pub(crate) fn place(self) -> &'static str {
        match self {
            Self::Nothing => "in a worker",
            Self::Folders => "in a worker with folders",
            Self::Other => "in a worker beside one with another folder",
        }
    }

    /// What the session is granted that makes the attempt, and before it another.
    fn policies(self, outside: &Outside) -> Vec<Policy> {
        let mount =
            |name: &str, access| Mount::new(outside.folder.join(name), format!("/{name}"), access);
        let (read, write) = (
            mount("read", Access::ReadOnly),
            mount("write", Access::ReadWrite),
        );
        let policy = |mounts| Policy {
            mounts,
            ..Policy::default()
        };
        match self {
            Self::Nothing => vec![policy(Vec::new())],
            Self::Folders => vec![policy(vec![read, write])],
            Self::Other => vec![policy(vec![write]), policy(vec![read])],
        }
    }
}

/// What this process is to ask for; none if it is no supervisor.
pub(crate) fn request_of_this_process() -> Option<String> {
    std::env::var(REQUEST).ok()
}

/// Asks a worker, started as a server starts it.
pub(crate) fn ask(request: &str) -> Result<ExitCode, Failed> {
    let (granted, request) = request.split_once(' ').ok_or("no request")?;
    let granted = Granted::ALL
        .into_iter()
        .find(|known| format!("{known:?}") == granted)
        .ok_or("no grants")?;
    let (_, outside) = request.split_once(' ').ok_or("no scene")?;
    let outside = Outside::from_words(outside).ok_or("no scene")?;
    let spawner = Spawner::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let pool = Pool::new(spawner, PoolConfig::server(1, 1), SnapshotKey::random()?);
        let limits = Limits::tutorial();
        let mut sessions = Vec::new();
        for policy in granted.policies(&outside) {
            let console = Box::new(Recorder::new());
            let session = pool.session(&policy, &limits, console);
            sessions.push(session.await?);
        }
        let session = sessions.last_mut().ok_or("no session")?;
        match session.call(request).await {
            Ok(called) => match called.reply.as_deref() {
                Some("") => Ok(0.into()),
                Some(why) => {
                    eprintln!("refused: {why}");
                    Ok(1.into())
                }
                None => Err("no reply".into()),
            },
            Err(Error::Lost { .. }) => Ok(LOST.into()),
            Err(error) => Err(error.into()),
        }
    })
}

/// Makes `attempt` in a worker. Standard error, which the worker has from its server, is a terminal.
pub(crate) fn check(attempt: Attempt, granted: Granted, expected: Ending) -> Result<(), Failed> {
    let scene = Scene::new()?;
    let (screen, terminal) = raw::new_terminal()?;
    let mut supervisor = Command::new(std::env::current_exe()?)
        .env(
            REQUEST,
            format!("{granted:?} {attempt:?} {}", scene.words()?),
        )
        .stdin(Stdio::null())
        .stderr(terminal)
        .spawn()?;
    let said = read_to_end(screen);
    let status = supervisor.wait()?;
    let ending = match status.code() {
        Some(0) => Ending::Success,
        Some(1) if said.contains("refused: ") => Ending::Refused,
        // The spawner says how the worker ended.
        Some(2) if said.contains(&format!("signal: {}", libc::SIGSYS)) => Ending::Killed,
        _ => Ending::Other,
    };
    scene.check_unharmed()?;
    if ending != expected {
        return Err(format!("{ending:?} ({status}) instead of {expected:?}: {said}").into());
    }
    Ok(())
}

/// All that is said on a terminal, until nobody has it any more: then reading is an error.
fn read_to_end(screen: OwnedFd) -> String {
    let mut said = Vec::new();
    let _ = File::from(screen).read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}
