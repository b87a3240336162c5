//! The child: what it is told, how it confines itself, and how it ended.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use croquant_confine::{Access, Confinement, Reach};
use libtest_mimic::Failed;

use crate::attempt::{Attempt, raw};
use crate::expected::{Ending, Wall};
use crate::scene::{Open, Outside, Scene};

impl Wall {
    /// Raises it, around a process that may read `in/read` and change `in/write`.
    fn raise(self, folder: &Path) -> Result<(), croquant_confine::Error> {
        let reach = |name: &str, access| Reach {
            path: folder.join(name),
            access,
        };
        let folders = vec![reach("read", Access::Read), reach("write", Access::Write)];
        match self {
            Self::Landlock => Confinement::program(folders, 64).landlock().map(drop),
            Self::Seccomp => Confinement::program(folders, 64).seccomp().map(drop),
            Self::Program => Confinement::program(folders, 64).apply().map(drop),
            Self::Alone => Confinement::program(Vec::new(), 64).apply().map(drop),
            Self::Worker => Confinement::worker().apply().map(drop),
            Self::Granted => Confinement::granted(folders, 64).apply().map(drop),
            Self::Granter => {
                let server = Confinement::server(vec![reach("read", Access::Read)]);
                let confinement = Confinement {
                    passes: true,
                    ..server
                };
                confinement.apply().map(drop)
            }
            Self::Prompt => {
                let history = vec![reach("history", Access::Change)];
                Confinement::prompt(history, 64).apply().map(drop)
            }
            Self::Server => {
                let pages = vec![reach("read", Access::Read)];
                Confinement::server(pages).apply().map(drop)
            }
        }
    }
}

/// What a child is there for.
pub(crate) struct Child {
    attempt: Attempt,
    wall: Option<Wall>,
    outside: Outside,
}

/// Tells a child from the test itself.
const CHILD: &str = "CROQUANT_CONFINED_CHILD";
/// The child could not raise the wall.
const NO_WALL: u8 = 99;

impl Child {
    /// What the parent wants of this process; none if it is the test itself.
    pub(crate) fn of_this_process() -> Option<Self> {
        let told = std::env::var(CHILD).ok()?;
        let mut words = told.splitn(3, ' ');
        let (attempt, wall) = (words.next()?, words.next()?);
        Some(Self {
            attempt: attempt.parse().ok()?,
            wall: Wall::ALL
                .into_iter()
                .find(|known| format!("{known:?}") == wall),
            outside: Outside::from_words(words.next()?)?,
        })
    }

    /// Confines itself and makes the attempt.
    pub(crate) fn play(self) -> ExitCode {
        let open = Open::new().expect("files and sockets");
        if let Some(wall) = self.wall
            && let Err(error) = wall.raise(&self.outside.folder)
        {
            eprintln!("{error}");
            return NO_WALL.into();
        }
        match self.attempt.make(&self.outside, Some(open)) {
            Ok(()) => 0.into(),
            Err(error) => {
                eprintln!("{error}");
                1.into()
            }
        }
    }
}

/// Whether this kernel has the wall.
pub(crate) fn stands(wall: Wall) -> bool {
    let confinement = Confinement::program(Vec::new(), 64);
    // On a thread of its own, so that this process stays free.
    let tried = std::thread::spawn(move || match wall {
        Wall::Landlock => confinement
            .landlock()
            .is_ok_and(|version| version.is_some()),
        _ => Path::new("/proc/sys/kernel/seccomp/actions_avail").exists(),
    });
    tried.join().unwrap_or(false)
}

/// Makes `attempt` in a child behind `wall`.
pub(crate) fn check(attempt: Attempt, wall: Option<Wall>, expected: Ending) -> Result<(), Failed> {
    let scene = Scene::new()?;
    let wall = wall.map_or_else(|| "None".to_owned(), |wall| format!("{wall:?}"));
    let (_keyboard, terminal) = raw::new_terminal()?;
    let output = Command::new(std::env::current_exe()?)
        .env(CHILD, format!("{attempt:?} {wall} {}", scene.words()?))
        .stdin(terminal)
        .output()?;
    let ending = match (output.status.code(), output.status.signal()) {
        (Some(0), _) => Ending::Success,
        (Some(1), _) => Ending::Refused,
        (_, Some(libc::SIGSYS)) => Ending::Killed,
        _ => Ending::Other,
    };
    if ending != Ending::Success {
        scene.check_unharmed()?;
    }
    if ending != expected {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "{ending:?} ({}) instead of {expected:?}: {said}",
            output.status
        )
        .into());
    }
    Ok(())
}
