//! What is done to the server, its processes, its disk and its store.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use croquant_store::{Key, Owner, Store, StoreConfig};
use nix::sys::signal::Signal;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::seed::Random;
use crate::server::{Bed, SOON, Server, signal};
use crate::world::World;

/// What is in the store from the beginning is not outgrown: a disk that is full takes what lies in its own place.
const LEAST_BYTES: u64 = 256 << 10;
/// A page of the store.
const PAGE_BYTES: u64 = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    KillWorker,
    KillAllWorkers,
    /// It is stopped, and goes on a little later.
    StallWorker,
    KillSpawner,
    KillServer,
    StopServer,
    /// Until the server's end, or until there is room again.
    FillDisk,
    /// While no server runs.
    DamagePage,
    /// While no server runs; nothing in it can be read any more.
    DamageStore,
}

impl Fault {
    /// Those that may befall a server again and again.
    pub(crate) const USUAL: [Self; 8] = [
        Self::KillWorker,
        Self::KillAllWorkers,
        Self::StallWorker,
        Self::KillSpawner,
        Self::KillServer,
        Self::StopServer,
        Self::FillDisk,
        Self::DamagePage,
    ];
}

/// The machine: a server that runs, and whatever befalls it.
pub(crate) struct Machine {
    pub(crate) bed: Bed,
    pub(crate) random: Random,
    pub(crate) world: World,
    /// All readers, by their tokens.
    pub(crate) tokens: Vec<String>,
    /// Where the server is.
    pub(crate) address: watch::Sender<std::net::SocketAddr>,
    pub(crate) server: Server,
}

impl Machine {
    /// Lets these faults befall it, one after the other, with work between them; then no more.
    pub(crate) fn suffer(mut self, faults: &[Fault]) {
        for fault in faults {
            let cells = 20 + self.random.below(200);
            self.work(cells);
            let begin = Instant::now();
            self = self.befall(*fault);
            println!(
                "{fault:?} after {cells} cells, {} ms",
                begin.elapsed().as_millis()
            );
        }
        let cells = self.tokens.len() as u64;
        self.work(cells);
        self.world.calm();
        // The readers have their last cells answered, then nobody needs it.
        while self.address.receiver_count() > 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
        let (code, said) = self.server.end(Signal::SIGTERM);
        assert_eq!(code, Some(0), "{said}");
    }

    /// Waits until so many cells more are done.
    fn work(&self, cells: u64) {
        let done = || self.world.counts().done.get();
        let (goal, begin) = (done() + cells, Instant::now());
        while done() < goal {
            assert!(
                begin.elapsed() < SOON,
                "nothing goes on: {}",
                self.server.said()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn befall(mut self, fault: Fault) -> Self {
        match fault {
            Fault::KillWorker => {
                let workers = self.server.workers();
                if let Some(worker) = self.random.pick(&workers) {
                    signal(*worker, Signal::SIGKILL);
                }
                self
            }
            Fault::KillAllWorkers => {
                for worker in self.server.workers() {
                    signal(worker, Signal::SIGKILL);
                }
                self
            }
            Fault::StallWorker => {
                let workers = self.server.workers();
                if let Some(worker) = self.random.pick(&workers) {
                    signal(*worker, Signal::SIGSTOP);
                    std::thread::sleep(Duration::from_millis(300));
                    signal(*worker, Signal::SIGCONT);
                }
                self
            }
            Fault::KillSpawner => {
                let workers = self.server.workers();
                let spawner = self.server.spawner().expect("a spawner");
                signal(spawner, Signal::SIGKILL);
                if self.random.once_in(2) {
                    workers
                        .iter()
                        .for_each(|worker| signal(*worker, Signal::SIGKILL));
                }
                self.restart(|server| {
                    let (code, said) = server.ended();
                    assert_eq!(code, Some(125), "{said}");
                })
            }
            Fault::KillServer => self.restart(|server| {
                server.end(Signal::SIGKILL);
            }),
            Fault::StopServer => self.restart(|server| {
                let (code, said) = server.end(Signal::SIGTERM);
                assert_eq!(code, Some(0), "{said}");
            }),
            Fault::FillDisk => self.fill_disk(),
            Fault::DamagePage => self.damage_store(damage_page),
            Fault::DamageStore => self.damage_store(damage_all),
        }
    }

    /// Ends the server, and starts another.
    fn restart(self, end: impl FnOnce(Server)) -> Self {
        end(self.server);
        let server = Server::start(&self.bed, &self.world);
        self.address.send_replace(server.address);
        Self { server, ..self }
    }

    /// The store's files cannot grow any more.
    fn fill_disk(mut self) -> Self {
        let Bed::Folder(folder) = &self.bed else {
            return self;
        };
        let length = |name: &str| fs::metadata(folder.join(name)).map_or(0, |found| found.len());
        let (store, log) = (length("sessions.db"), length("sessions.db-wal"));
        let most = if self.random.once_in(2) {
            log
        } else {
            log.max(store)
        };
        self.world.set_full(true);
        let before = self
            .limit_files(Some(most.max(LEAST_BYTES)))
            .expect("it runs");
        let cells = 50 + self.random.below(300);
        self.work(cells);
        let random = self.random.below(3);
        let machine = match random {
            0 => self.restart(|server| {
                server.end(Signal::SIGKILL);
            }),
            1 => self.restart(|server| {
                let (code, said) = server.end(Signal::SIGTERM);
                assert_eq!(code, Some(0), "{said}");
            }),
            _ => {
                self.limit_files(before.current);
                self
            }
        };
        machine.world.set_full(false);
        machine
    }

    /// Sets how long a file of the server's may become; returns what it was.
    fn limit_files(&self, most: Option<u64>) -> Option<Rlimit> {
        let process = Pid::from_raw(self.server.id().cast_signed());
        let limit = Rlimit {
            current: most,
            maximum: None,
        };
        prlimit(process, Resource::Fsize, limit).ok()
    }

    /// The server ends; when the next one comes, its store is not what it was.
    fn damage_store(mut self, damage: impl FnOnce(&Path, &mut Random)) -> Self {
        let Bed::Folder(folder) = self.bed.clone() else {
            return self;
        };
        let by = *self
            .random
            .pick(&[Signal::SIGKILL, Signal::SIGTERM])
            .expect("two");
        let (world, tokens, mut random) =
            (self.world.clone(), self.tokens.clone(), self.random.clone());
        self.random.next();
        self.restart(|server| {
            server.end(by);
            let before = whole(&folder, &tokens);
            damage(&folder.join("sessions.db"), &mut random);
            let after = whole(&folder, &tokens);
            let damaged: Vec<String> = before
                .difference(&after)
                .map(|(token, _)| token.clone())
                .collect();
            println!(
                "    of {} records, {} are damaged",
                before.len(),
                damaged.len()
            );
            world.damage(damaged);
        })
    }
}

/// Overwrites some bytes of some page.
fn damage_page(path: &Path, random: &mut Random) {
    let file = fs::OpenOptions::new()
        .write(true)
        .open(path)
        .expect("the store");
    let length = file.metadata().expect("the store").len();
    // The first page says what it is: without it, the file would be another program's.
    let page = 1 + random.below((length / PAGE_BYTES).saturating_sub(1).max(1));
    let from = random.below(PAGE_BYTES);
    let bytes = 1 + random.below(PAGE_BYTES - from);
    let noise: Vec<u8> = (0..bytes).map(|_| random.next() as u8).collect();
    file.write_all_at(&noise, page * PAGE_BYTES + from)
        .expect("the store");
}

/// Leaves the store without its tables, and without its log.
fn damage_all(path: &Path, random: &mut Random) {
    let file = fs::OpenOptions::new().write(true).open(path);
    let file = file.expect("the store");
    let noise: Vec<u8> = (100..PAGE_BYTES).map(|_| random.next() as u8).collect();
    file.write_all_at(&noise, 100).expect("the store");
    // There is none if the last server has ended in all order.
    let _ = fs::remove_file(path.with_extension("db-wal"));
}

/// The records that can be read, each with its reader's token. Looks at a copy: whoever opens a store may change it.
fn whole(folder: &Path, tokens: &[String]) -> BTreeSet<(String, String)> {
    let copy = tempfile::tempdir().expect("a folder");
    for file in fs::read_dir(folder).expect("the store's folder") {
        let file = file.expect("a file").path();
        fs::copy(&file, copy.path().join(file.file_name().expect("a name"))).expect("a copy");
    }
    let path = copy.path().join("sessions.db");
    let store = Store::open(&path, &StoreConfig::tutorial())
        .expect("a store")
        .store;
    let mut whole = BTreeSet::new();
    for token in tokens {
        let owner: Owner = Sha256::digest(token.as_bytes()).into();
        let listing = store.list(&owner);
        for entry in listing.map(|listing| listing.entries).unwrap_or_default() {
            let key = Key {
                owner: &owner,
                id: &entry.id,
            };
            if store.get(key).is_ok() {
                whole.insert((token.clone(), entry.id));
            }
        }
    }
    whole
}
