//! What the processes do, and how one is started.

use std::env;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{self, ChildStdout, Command, ExitCode, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use croquant_store::{Durability, Key, Owner, Put, Record, Store, StoreConfig, StoreError};
use libtest_mimic::Failed;

pub(crate) const ANNE: Owner = [1; 32];
/// How many records a process puts in turn.
pub(crate) const IDS: u64 = 5;
/// The last generation of records that several processes put.
pub(crate) const SHARED: u64 = 60;

const ROLE: &str = "CROQUANT_STORE_ROLE";
const PATH: &str = "CROQUANT_STORE_PATH";

/// What a process does with the store.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Role {
    /// Puts, and says each generation once it is there, until it is killed.
    Put { from: u64, durability: Durability },
    /// Puts 6 MiB of records; says what came in the way, and looks whether the others are whole.
    Fill,
    /// Puts all generations of a record of its own, and of record 0.
    Share { number: u64 },
}

impl Role {
    pub(crate) fn of_this_process() -> Option<Self> {
        let role = env::var(ROLE).ok()?;
        let (name, number) = role.split_once(' ')?;
        let number = number.parse().ok()?;
        Some(match name {
            "put" => Self::Put {
                from: number,
                durability: Durability::Written,
            },
            "put-synced" => Self::Put {
                from: number,
                durability: Durability::Synced,
            },
            "fill" => Self::Fill,
            "share" => Self::Share { number },
            _ => return None,
        })
    }

    fn word(self) -> String {
        match self {
            Self::Put {
                from,
                durability: Durability::Written,
            } => format!("put {from}"),
            Self::Put {
                from,
                durability: Durability::Synced,
            } => format!("put-synced {from}"),
            Self::Fill => "fill 0".to_owned(),
            Self::Share { number } => format!("share {number}"),
        }
    }

    pub(crate) fn play(self) -> ExitCode {
        let path = PathBuf::from(env::var_os(PATH).expect("the parent says where"));
        let played = match self {
            Self::Put { from, durability } => put_for_ever(&open(&path, durability), from),
            Self::Fill => fill(&open(&path, Durability::Written)),
            Self::Share { number } => share(&path, number),
        };
        match played {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        }
    }
}

fn put_for_ever(store: &Store, from: u64) -> Result<(), StoreError> {
    for generation in from.. {
        let put = store.put(key(generation % IDS), &record(generation), now())?;
        assert_eq!(put, Put::Stored);
        say(generation);
    }
    Ok(())
}

fn fill(store: &Store) -> Result<(), StoreError> {
    let mut stored = 0;
    let refused = loop {
        if stored == 600 {
            break None;
        }
        match store.put(key(stored), &record(stored + 1), now()) {
            Ok(_) => stored += 1,
            Err(error) => break Some(error),
        }
    };
    say(match &refused {
        None => "",
        Some(StoreError::Full { .. }) => "Full",
        Some(StoreError::Disk { .. }) => "Disk",
        Some(error) => panic!("{error:?}"),
    });
    assert!(stored > 20, "{stored}");
    if refused.is_some() {
        // Neither does a record go that was to be replaced.
        assert!(store.put(key(1), &record(1_000_000), now()).is_err());
    }
    for id in 0..stored {
        assert_eq!(store.get(key(id))?, Some(record(id + 1)));
    }
    assert_eq!(store.get(key(stored))?, None);
    Ok(())
}

fn share(path: &Path, number: u64) -> Result<(), StoreError> {
    let opened = Store::open(path, &config(Durability::Written))?;
    if opened.set_aside.is_some() {
        say("set aside");
    }
    for generation in 1..=SHARED {
        let put = opened.store.put(key(number), &record(generation), now())?;
        assert_eq!(put, Put::Stored);
        // Another process may have been faster.
        let _ = opened.store.put(key(0), &record(generation), now())?;
        let found = opened.store.get(key(0))?.expect("somebody put it");
        assert!(found.generation >= generation);
        assert_eq!(found, record(found.generation));
    }
    Ok(())
}

fn say(what: impl std::fmt::Display) {
    // In one write, so that a line is whole or not there.
    let line = format!("{what}\n");
    io::stdout()
        .write_all(line.as_bytes())
        .expect("the parent listens");
}

pub(crate) fn open(path: &Path, durability: Durability) -> Store {
    let opened = Store::open(path, &config(durability)).unwrap();
    assert_eq!(opened.set_aside, None);
    opened.store
}

fn config(durability: Durability) -> StoreConfig {
    StoreConfig {
        quota_records_per_owner: 10_000,
        durability,
        ..StoreConfig::tutorial()
    }
}

/// The key of a record, one of a thousand.
pub(crate) fn key(id: u64) -> Key<'static> {
    static NAMES: LazyLock<Vec<String>> =
        LazyLock::new(|| (0..1_000).map(|id| format!("kernel-{id}")).collect());
    Key {
        owner: &ANNE,
        id: &NAMES[id as usize],
    }
}

/// The record of a generation: 9 to 12 KiB.
pub(crate) fn record(generation: u64) -> Record {
    let bytes = 9_216 + (generation * 997 % 3_072) as usize;
    let words = (0..bytes as u64 / 8).flat_map(|word| (generation << 32 | word).to_le_bytes());
    Record {
        generation,
        meta: generation.to_string().into_bytes(),
        snapshot: words.collect(),
    }
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000)
}

/// A process that plays a role; killed when dropped.
pub(crate) struct Child {
    process: process::Child,
    says: BufReader<ChildStdout>,
}

impl Child {
    /// Starts it, by itself or by the words of a command that runs it.
    pub(crate) fn start(role: Role, path: &Path, wrapper: &[&str]) -> Result<Self, Failed> {
        let this = env::current_exe()?;
        let mut command = match wrapper {
            [] => Command::new(this),
            [program, arguments @ ..] => {
                let mut command = Command::new(program);
                command.args(arguments).arg(this);
                command
            }
        };
        command
            .env(ROLE, role.word())
            .env(PATH, path)
            .stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let says = BufReader::new(process.stdout.take().expect("it is piped"));
        Ok(Self { process, says })
    }

    /// What it says next; `None` at its end.
    pub(crate) fn line(&mut self) -> Result<Option<String>, Failed> {
        let mut line = String::new();
        let bytes = self.says.read_line(&mut line)?;
        Ok((bytes > 0).then(|| line.trim_end().to_owned()))
    }

    /// By SIGKILL.
    pub(crate) fn kill(&mut self) -> Result<(), Failed> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    pub(crate) fn ended_well(&mut self) -> Result<(), Failed> {
        let status = self.process.wait()?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("the child: {status}").into())
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
