//! Random programs of cells, with and without snapshots: whatever a session goes through between its cells, it prints the same and uses the
//! same fuel.

use croquant_sandbox::{Cell, Clock, Engine, History, Policy, Random, Report, Session, Snapshot};

use crate::snapshots::{key, other_engine};
use crate::stage::{Memory, engine, limits};

/// Cells of many kinds. Each can follow any other: `s` is a dictionary that all know.
const CELLS: &[&str] = &[
    "s['n'] = s.get('n', 0) + 1; print(s['n'])",
    "s.setdefault('list', []).append(len(s)); print(s['list'])",
    "s['gen'] = s.get('gen') or (i * i for i in range(10**9)); print(next(s['gen']), next(s['gen']))",
    "import random; print(random.random(), random.randrange(10**20))",
    "import re; s['re'] = re.compile('(a|b)+c' + 'd' * len(s)); print(s['re'].pattern)",
    "import sqlite3\ndb = s.setdefault('db', None) or sqlite3.connect(':memory:'); s['db'] = db\ndb.execute('create table if not exists t (x)'); db.execute('insert into t values (random())')\nprint(db.execute('select count(*), sum(x) from t').fetchone())",
    "with open('/tmp/log', 'a') as f: f.write('line\\n')\nprint(open('/tmp/log').read().count('line'))",
    "f = s.setdefault('file', None) or open('/tmp/open', 'w+'); s['file'] = f; f.write('x' * 1000); print(f.tell())",
    "class C:\n    count = 0\n    def __init__(self): C.count += 1\ns.setdefault('objects', []).extend(C() for _ in range(100)); print(C.count, len(s['objects']))",
    "s['big'] = s.get('big', 3) ** 3 % 10**500; print(str(s['big'])[:20])",
    "print(sum(i * i for i in range(20_000)))",
    "s['ballast'] = [bytes([i % 256]) * 100 for i in range(len(s) * 3_000)]; print(len(s['ballast']))",
    "s.pop('ballast', None); print(sorted(s))",
    "import gc; print(gc.collect() >= 0)",
    "import time; time.sleep(0.5); print(time.time(), time.monotonic())",
    "import json, decimal; print(json.dumps({'d': str(decimal.Decimal(len(s)) / 7)}))",
    "def outer():\n    n = 0\n    def inner():\n        nonlocal n; n += 1; return n\n    return inner\ns['inner'] = s.get('inner') or outer(); print(s['inner']())",
    "try: 1 / 0\nexcept ZeroDivisionError as e: s['error'] = e; print(e.__traceback__ is not None)",
    "import asyncio\nasync def nap(): await asyncio.sleep(1); return len(s)\nprint(await nap())",
    "print(undefined)",
    "s['deep'] = s.get('deep', ()); s['deep'] = (s['deep'],); print(repr(s['deep'])[:10])",
    "import os; os.makedirs('/tmp/d/e', exist_ok=True); os.rename('/tmp/d/e', f'/tmp/d/{len(os.listdir(\"/tmp/d\"))}'); print(os.listdir('/tmp/d'))",
];

/// SplitMix64: a test that fails has to fail again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % sides as u64) as usize
    }
}

/// A session, what it prints, and the engine that it lives in.
struct Player {
    session: Session,
    memory: Memory,
    engine: Engine,
}

impl Player {
    async fn new() -> Self {
        let policy = Policy {
            clock: Clock::Frozen(1_700_000_000_000_000_000),
            random: Random::Seeded(7),
            ..Policy::default()
        };
        let memory = Memory::default();
        let session = Session::start(engine(), &policy, &limits(), Box::new(memory.clone())).await;
        let mut player = Self {
            session: session.unwrap(),
            memory,
            engine: engine().clone(),
        };
        player.play("s = {}").await;
        player
    }

    /// What a cell prints, how it ends, and its fuel.
    async fn play(&mut self, cell: &str) -> (String, String, u64) {
        let Report { outcome, fuel, .. } = self.session.execute(&Cell::new(cell)).await.unwrap();
        let stdout = std::mem::take(&mut self.memory.0.lock().unwrap().stdout);
        (stdout, outcome.to_string(), fuel)
    }

    async fn snapshot(&mut self) -> Snapshot {
        self.session.snapshot().await.unwrap()
    }

    /// Goes on elsewhere from what was written down.
    async fn emigrate(&mut self, to: &Engine) {
        let bytes = self.snapshot().await.encode(&self.engine, &key()).unwrap();
        let snapshot = Snapshot::decode(&bytes, to, &key()).unwrap();
        let console = Box::new(self.memory.clone());
        self.session = Session::resume(to, &snapshot, console).await.unwrap();
        self.engine = to.clone();
    }
}

/// Plays the program of `seed` twice, the second time with all that can happen between its cells.
async fn check(seed: u64, elsewhere: &Engine) {
    let mut dice = Dice(seed);
    let cells: Vec<&str> = (0..12).map(|_| CELLS[dice.roll(CELLS.len())]).collect();
    let mut plain = Player::new().await;
    let mut expected = Vec::new();
    for cell in &cells {
        expected.push(plain.play(cell).await);
    }
    let mut player = Player::new().await;
    let mut history = History::new(64 << 20);
    for (cell, expected) in cells.iter().zip(&expected) {
        match dice.roll(6) {
            0 => player.emigrate(elsewhere).await,
            1 => {
                // The fork plays on, and so does the one that it was forked from.
                let memory = Memory::default();
                let session = player.session.fork(Box::new(memory.clone())).await.unwrap();
                let engine = player.engine.clone();
                let mut fork = Player {
                    session,
                    memory,
                    engine,
                };
                assert_eq!(
                    fork.play(cell).await,
                    *expected,
                    "a fork, seed {seed}: {cell}"
                );
            }
            2 => {
                history.record(player.snapshot().await);
                player.play(CELLS[dice.roll(CELLS.len())]).await;
                player.play("s.clear()").await;
                let now = player.snapshot().await;
                let before = history.undo(now).unwrap();
                player.session.restore(&before).await.unwrap();
            }
            3 => {
                let here = player.snapshot().await;
                player.play("import os; os.abort()").await;
                player.session.restore(&here).await.unwrap();
            }
            4 => player.session.checkpoint().await,
            _ => {}
        }
        assert_eq!(player.play(cell).await, *expected, "seed {seed}: {cell}");
    }
}

#[tokio::test]
async fn snapshots_change_nothing() {
    let elsewhere = other_engine();
    for seed in 0..40 {
        check(seed, &elsewhere).await;
    }
}
