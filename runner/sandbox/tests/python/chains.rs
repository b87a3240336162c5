//! States that are written down as what changed: each is there exactly, and parts come in their own order or not at all.

use croquant_sandbox::{
    Cell, Chain, Clock, Outcome, Policy, Session, Snapshot, SnapshotError, SnapshotKey, Written,
};

use crate::restores::{BEFORE, SHOW, SHOWN};
use crate::snapshots::key;
use crate::stage::{Memory, engine, limits};

/// A session whose states are written down, in a time that stands still: the same state has the same bytes.
struct Diary {
    session: Session,
    chain: Chain,
    /// The last whole state and the parts since.
    parts: Vec<Vec<u8>>,
}

impl Diary {
    async fn new() -> Self {
        let policy = Policy {
            clock: Clock::Frozen(0),
            ..Policy::default()
        };
        let console = Box::new(Memory::default());
        let session = Session::start(engine(), &policy, &limits(), console).await;
        Self {
            session: session.unwrap(),
            chain: Chain::default(),
            parts: Vec::new(),
        }
    }

    async fn run(&mut self, source: &str) -> Snapshot {
        let report = self.session.execute(&Cell::new(source)).await.unwrap();
        assert_eq!(report.outcome, Outcome::Completed, "{source}");
        self.write().await
    }

    async fn write(&mut self) -> Snapshot {
        let state = self.session.snapshot().await.unwrap();
        match self.chain.write(state.clone(), engine(), &key()).unwrap() {
            Written::Whole(bytes) => self.parts = vec![bytes],
            Written::More(bytes) => self.parts.push(bytes),
        }
        let bytes = self.parts.iter().map(Vec::len).sum::<usize>();
        assert_eq!(self.chain.bytes(), bytes);
        state
    }

    fn read(&self) -> Snapshot {
        decode(&self.parts.concat()).unwrap()
    }

    async fn with_parts(number: usize) -> Self {
        let mut session = Self::new().await;
        for n in 0..=number {
            session.run(&format!("x = {n}")).await;
        }
        assert_eq!(session.parts.len(), number + 1);
        session
    }
}

fn decode(bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
    Snapshot::decode(bytes, engine(), &key())
}

#[track_caller]
fn is_same(read: &Snapshot, state: &Snapshot) {
    let encode = |snapshot: &Snapshot| snapshot.encode(engine(), &key()).unwrap();
    assert!(encode(read) == encode(state));
}

#[tokio::test]
async fn what_changed_makes_the_state() {
    let mut session = Diary::new().await;
    session.run("kept = ['kept']").await;
    let first = session.run(BEFORE).await;
    let cells = [
        "pass",
        "x = bytearray(b'x' * 3_000_000)",
        "x[5] = 0; x[1_000_000] = 1",
        "del x",
        "open('/tmp/f', 'w').write('y' * 100_000)",
        "import os; os.remove('/tmp/f')",
    ];
    for source in cells {
        let state = session.run(source).await;
        is_same(&session.read(), &state);
    }
    // Back to what was: lines become the image's again.
    session.session.restore(&first).await.unwrap();
    let state = session.write().await;
    is_same(&session.read(), &state);
    let console = Memory::default();
    let resumed = Session::resume(engine(), &session.read(), Box::new(console.clone())).await;
    resumed.unwrap().execute(&Cell::new(SHOW)).await.unwrap();
    assert_eq!(console.0.lock().unwrap().stdout, SHOWN);
}

#[tokio::test]
async fn small_changes_are_small_and_parts_are_counted() {
    let mut session = Diary::new().await;
    let mut lens = Vec::new();
    for n in 0..40 {
        let state = session.run(&format!("x = {n}")).await;
        is_same(&session.read(), &state);
        lens.push(session.parts.len());
        if let [whole, .., more] = session.parts.as_slice() {
            assert!(more.len() < whole.len() / 2, "{} bytes", more.len());
        }
    }
    let is_next = |pair: &[usize]| pair[1] == 1 || pair[1] == pair[0] + 1;
    assert!(lens.windows(2).all(is_next), "{lens:?}");
    // Sixteen after the whole one, or a few less where they come to its size before that.
    let most = lens.iter().max().unwrap();
    assert!((12..=17).contains(most), "{lens:?}");
    assert!(
        lens.iter().filter(|len| **len == 1).count() <= 4,
        "{lens:?}"
    );
}

#[tokio::test]
async fn what_changed_is_never_more_than_the_whole() {
    let mut session = Diary::new().await;
    session.run("import random, os").await;
    for _ in 0..4 {
        session.run("x = os.urandom(1_000_000)").await;
        let more = session.parts[1..].iter().map(Vec::len).sum::<usize>();
        assert!(more <= session.parts[0].len());
    }
}

#[tokio::test]
async fn a_chain_that_ends_early_is_the_state_of_then() {
    let mut session = Diary::with_parts(3).await;
    let bytes = session.parts.concat();
    let ends: Vec<usize> = session
        .parts
        .iter()
        .scan(0, |end, part| {
            *end += part.len();
            Some(*end)
        })
        .collect();
    for len in (ends[0]..bytes.len()).step_by(7).chain(ends.clone()) {
        let read = decode(&bytes[..len]);
        if ends.contains(&len) {
            assert!(read.is_ok(), "{len} bytes: {read:?}");
        } else {
            assert_eq!(read.unwrap_err(), SnapshotError::Seal, "{len} bytes");
        }
    }
    let state = session.write().await;
    is_same(&session.read(), &state);
}

#[tokio::test]
async fn parts_are_neither_changed_nor_moved() {
    let session = Diary::with_parts(3).await;
    let other = Diary::with_parts(4).await;
    let [whole, one, two, three] = session.parts.as_slice() else {
        panic!("four parts");
    };
    let bytes = session.parts.concat();
    assert!(decode(&bytes).is_ok());
    for at in (whole.len()..bytes.len()).step_by(11) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        assert_eq!(decode(&changed).unwrap_err(), SnapshotError::Seal, "{at}");
    }
    let refused: &[&[&[u8]]] = &[
        &[whole, two, one, three],
        &[whole, two],
        &[whole, one, one],
        &[whole, one, two, whole],
        &[whole, &other.parts[4]],
        &[&whole[..42], one],
    ];
    for parts in refused {
        let error = decode(&parts.concat()).unwrap_err();
        assert_eq!(error, SnapshotError::Seal);
    }
    let forged = Snapshot::decode(&bytes, engine(), &SnapshotKey::new([8; 32]));
    assert_eq!(forged.unwrap_err(), SnapshotError::Seal);
}

/// What a session did since it was written down belongs to it alone.
#[tokio::test]
async fn parts_of_another_session_are_refused() {
    let mut one = Diary::with_parts(1).await;
    let mut two = Diary::with_parts(1).await;
    one.run("y = 'mine'").await;
    two.run("z = 'yours'").await;
    two.run("z = 'yours again'").await;
    let mixed = [&one.parts[..3], &two.parts[3..]].concat().concat();
    assert_eq!(decode(&mixed).unwrap_err(), SnapshotError::Seal);
    assert!(decode(&two.parts.concat()).is_ok());
}
