//! Sessions that are put away, copied and undone: everything is there, exactly, in this process and in another.

#![expect(
    clippy::disallowed_methods,
    reason = "the test itself is the other process, and is told so by its environment"
)]

use std::io::Write as _;
use std::process::{Command, Stdio};

use croquant_sandbox::{
    Cell, Engine, EngineConfig, Error, History, Limits, Outcome, Policy, Session, Snapshot,
    SnapshotError, SnapshotKey,
};

use crate::restores::{BEFORE, SHOW, SHOWN};
use crate::stage::{Memory, Stage, engine, limits};

const KEY: [u8; 32] = [7; 32];

/// Says to a test that it is the other process, and which part it plays.
const ROLE: &str = "CROQUANT_TEST_SNAPSHOT";

pub(crate) fn key() -> SnapshotKey {
    SnapshotKey::new(KEY)
}

/// A second engine of the same image.
pub(crate) fn other_engine() -> Engine {
    Engine::new(croquant_guest::open().unwrap(), &EngineConfig::server(8)).unwrap()
}

async fn prepared() -> Stage {
    let mut stage = Stage::new(&limits()).await;
    stage.print(BEFORE).await;
    stage
}

async fn resume(engine: &Engine, bytes: &[u8]) -> Stage {
    let memory = Memory::default();
    let snapshot = Snapshot::decode(bytes, engine, &key()).unwrap();
    let session = Session::resume(engine, &snapshot, Box::new(memory.clone())).await;
    Stage {
        session: session.unwrap(),
        memory,
    }
}

async fn encoded(stage: &mut Stage) -> Vec<u8> {
    let snapshot = stage.session.snapshot().await.unwrap();
    snapshot.encode(engine(), &key()).unwrap()
}

/// Whether the session has everything that [`prepared`] left.
async fn is_whole(mut stage: Stage) {
    assert_eq!(stage.print(SHOW).await, SHOWN);
    stage.remembers("going on").await;
}

#[tokio::test]
async fn another_engine_goes_on() {
    let bytes = encoded(&mut prepared().await).await;
    is_whole(resume(&other_engine(), &bytes).await).await;
    // The same bytes once more: nobody used them up.
    is_whole(resume(&other_engine(), &bytes).await).await;
}

#[tokio::test]
async fn another_process_goes_on() {
    let bytes = encoded(&mut prepared().await).await;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "snapshots::the_other_process", "--nocapture"])
        .env(ROLE, "go on")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    assert!(output.contains(SHOWN), "{output}");
}

/// Plays the other process when [`another_process_goes_on`] calls, which looks at what it prints.
#[tokio::test]
async fn the_other_process() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).unwrap();
    let mut stage = resume(&other_engine(), &bytes).await;
    println!("{}", stage.print(SHOW).await);
}

#[tokio::test]
async fn what_peers_lose_survives() {
    let mut stage = Stage::new(&limits()).await;
    stage
        .print(
            "import sqlite3, asyncio, decimal, weakref
db = sqlite3.connect(':memory:')
db.execute('create table t (n integer)')
db.executemany('insert into t values (?)', [(i,) for i in range(1000)])
rows = db.execute('select n from t')
first = [next(rows) for _ in range(10)]
file_db = sqlite3.connect('/tmp/d.sqlite')
file_db.execute('create table t (s text)'); file_db.execute(\"insert into t values ('x')\"); file_db.commit()
class Node:
    def __init__(self): self.me = self; self.twice = lambda x: 2 * x
node = Node(); ref = weakref.ref(node)
def both():
    try: yield 1
    finally: print('closed')
half = both(); next(half)
async def add(queue):
    await queue.put(decimal.Decimal('0.1') + decimal.Decimal('0.2'))
queue = asyncio.Queue()
await add(queue)
import tempfile
scratch = tempfile.TemporaryFile('w+'); scratch.write('scratch')",
        )
        .await;
    let bytes = encoded(&mut stage).await;
    drop(stage);
    let mut stage = resume(&other_engine(), &bytes).await;
    let printed = stage
        .print(
            "print(next(rows), db.execute('select sum(n) from t').fetchone(), file_db.execute('select s from t').fetchall())
print(ref() is node.me, node.twice(21), queue.get_nowait(), scratch.seek(0), scratch.read())
half.close()",
        )
        .await;
    assert_eq!(
        printed,
        "(10,) (499500,) [('x',)]\nTrue 42 0.3 0 scratch\nclosed\n"
    );
}

#[tokio::test]
async fn forks_go_on_alone() {
    let mut stage = prepared().await;
    let memories: Vec<Memory> = (0..3).map(|_| Memory::default()).collect();
    let mut forks = Vec::new();
    for memory in &memories {
        let session = stage.session.fork(Box::new(memory.clone())).await.unwrap();
        forks.push(Stage {
            session,
            memory: memory.clone(),
        });
    }
    for (number, fork) in forks.iter_mut().enumerate() {
        fork.print(&format!("kept.append({number}); mine = {number}"))
            .await;
    }
    assert_eq!(
        stage.print("kept[0] = 'parent'; print(kept)").await,
        "['parent']\n"
    );
    for (number, fork) in forks.iter_mut().enumerate() {
        assert_eq!(
            fork.print("print(kept, mine)").await,
            format!("['kept', {number}] {number}\n")
        );
    }
    let mut last = forks.pop().unwrap();
    last.print("kept.pop(); del mine").await;
    is_whole(last).await;
}

#[tokio::test]
async fn cells_are_undone_and_redone() {
    let mut stage = Stage::new(&limits()).await;
    let mut history = History::new(16 << 20);
    for number in 0..4 {
        history.record(stage.session.snapshot().await.unwrap());
        stage.print(&format!("kept.append({number})")).await;
    }
    let show = "print(kept)";
    for expected in ["['kept', 0, 1, 2]\n", "['kept', 0, 1]\n", "['kept', 0]\n"] {
        let now = stage.session.snapshot().await.unwrap();
        let before = history.undo(now).unwrap();
        stage.session.restore(&before).await.unwrap();
        assert_eq!(stage.print(show).await, expected);
        // Looking changes the state, but is no cell to undo.
        stage.session.restore(&before).await.unwrap();
    }
    assert_eq!(history.len(), (1, 3));
    let now = stage.session.snapshot().await.unwrap();
    let after = history.redo(now).unwrap();
    stage.session.restore(&after).await.unwrap();
    assert_eq!(stage.print(show).await, "['kept', 0, 1]\n");
    history.record(stage.session.snapshot().await.unwrap());
    assert_eq!(history.len(), (3, 0), "what was undone is gone");
}

#[tokio::test]
async fn a_history_is_bounded_and_shares() {
    let mut stage = Stage::new(&limits()).await;
    stage
        .print("ballast = [str(i) for i in range(50_000)]")
        .await;
    let alone = stage.session.snapshot().await.unwrap().bytes();
    let mut history = History::new(3 * alone);
    for number in 0..20 {
        history.record(stage.session.snapshot().await.unwrap());
        stage.print(&format!("x = {number}")).await;
    }
    // Twenty whole ones would be twenty times as much.
    assert_eq!(history.len(), (20, 0));
    assert!(history.bytes() <= 3 * alone);
    for number in 0..20 {
        history.record(stage.session.snapshot().await.unwrap());
        stage
            .print(&format!(
                "ballast = [str(i + {number}) for i in range(50_000)]"
            ))
            .await;
    }
    assert!(history.bytes() <= 3 * alone && history.len().0 < 20);
    assert!(
        history
            .undo(stage.session.snapshot().await.unwrap())
            .is_some()
    );
}

#[tokio::test]
async fn an_ended_session_has_no_snapshot() {
    let mut stage = Stage::new(&limits()).await;
    let snapshot = stage.session.snapshot().await.unwrap();
    stage.execute("exit()").await;
    let refused = stage.session.snapshot().await;
    assert!(matches!(refused, Err(Error::Ended)), "{refused:?}");
    let refused = stage.session.restore(&snapshot).await;
    assert!(matches!(refused, Err(Error::Ended)), "{refused:?}");
}

#[tokio::test]
async fn a_session_keeps_its_limits_and_what_it_can_go_back_to() {
    let tight = Limits {
        fuel: 50_000_000,
        ..limits()
    };
    let mut stage = Stage::new(&tight).await;
    let bytes = encoded(&mut stage).await;
    let mut stage = resume(&other_engine(), &bytes).await;
    let report = stage.execute("while True: pass").await;
    assert_eq!((report.outcome, report.alive), (Outcome::OutOfFuel, true));
    let report = stage.execute("kept.clear()\nimport os\nos.abort()").await;
    assert!(report.restored, "{report:?}");
    stage.remembers("a trap").await;
}

#[tokio::test]
async fn nothing_but_the_whole_is_taken() {
    let bytes = encoded(&mut Stage::new(&limits()).await).await;
    let decode = |bytes: &[u8]| Snapshot::decode(bytes, engine(), &key());
    assert!(decode(&bytes).is_ok());
    for len in (0..bytes.len()).step_by(97).chain(0..100) {
        let error = decode(&bytes[..len]).unwrap_err();
        let expected = if len < 10 {
            SnapshotError::NotASnapshot
        } else {
            SnapshotError::Seal
        };
        assert_eq!(error, expected, "{len} bytes");
    }
    for at in (0..bytes.len()).step_by(61).chain(0..100) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        let error = decode(&changed).unwrap_err();
        let expected = match at {
            ..8 => SnapshotError::NotASnapshot,
            8..10 => SnapshotError::Version {
                found: u16::from_le_bytes([changed[8], changed[9]]),
                known: 4,
            },
            10..42 => SnapshotError::OtherImage,
            42.. => SnapshotError::Seal,
        };
        assert_eq!(error, expected, "byte {at}");
    }
    let forged = Snapshot::decode(&bytes, engine(), &SnapshotKey::new([8; 32]));
    assert_eq!(forged.unwrap_err(), SnapshotError::Seal);
    let longer = [&bytes[..], b"x"].concat();
    assert_eq!(decode(&longer).unwrap_err(), SnapshotError::Seal);
}

#[tokio::test]
async fn a_snapshot_too_large_for_an_engine_is_refused() {
    let mut stage = Stage::new(&limits()).await;
    stage.print("ballast = bytearray(100 << 20)").await;
    let bytes = encoded(&mut stage).await;
    let config = EngineConfig {
        max_memory_bytes: 64 << 20,
        ..EngineConfig::server(2)
    };
    let small = Engine::new(croquant_guest::open().unwrap(), &config).unwrap();
    let refused = Snapshot::decode(&bytes, &small, &key());
    assert!(
        matches!(refused, Err(SnapshotError::Memory { .. })),
        "{refused:?}"
    );
    let mut stage = resume(&other_engine(), &bytes).await;
    assert_eq!(stage.print("print(len(ballast))").await, "104857600\n");
}

#[tokio::test]
async fn other_grants_are_not_taken_over() {
    let mut stage = Stage::new(&limits()).await;
    let policy = Policy {
        cwd: "/elsewhere".into(),
        ..Policy::default()
    };
    let other = Session::start(engine(), &policy, &limits(), Box::new(Memory::default())).await;
    let snapshot = other.unwrap().snapshot().await.unwrap();
    let refused = stage.session.restore(&snapshot).await;
    let grants = Err(SnapshotError::OtherGrants);
    assert!(
        matches!(refused, Err(Error::Snapshot(error)) if Err::<(), _>(error.clone()) == grants)
    );
    stage.remembers("a refusal").await;
    let session = Session::resume(engine(), &snapshot, Box::new(Memory::default())).await;
    let report = session
        .unwrap()
        .execute(&Cell::new("import os; assert os.getcwd() == '/elsewhere'"))
        .await;
    assert_eq!(report.unwrap().outcome, Outcome::Completed);
}
