//! Random numbers: what is drawn does not depend on when, and a fork has its own.

use croquant_sandbox::{Policy, Random, Session, Snapshot};

use crate::snapshots::{key, other_engine};
use crate::stage::{Memory, Stage, engine, limits};

async fn seeded() -> Stage {
    let policy = Policy {
        random: Random::Seeded(7),
        ..Policy::default()
    };
    let memory = Memory::default();
    let console = Box::new(memory.clone());
    let session = Session::start(engine(), &policy, &limits(), console)
        .await
        .unwrap();
    Stage { session, memory }
}

/// The first number of the seed's, however it is come by.
#[tokio::test]
async fn the_first_number_is_the_same_wherever_it_is_drawn() {
    for before in [
        "",
        "os.urandom(100); uuid.uuid4(); secrets.token_hex()",
        "random.Random().random(); random.SystemRandom().random()",
        "random.setstate(random.getstate())",
        "random.setstate(pickle.loads(pickle.dumps(random.getstate())))",
        "state = random.getstate(); random.random(); random.setstate(state)",
        "copied = copy.copy(random._inst); random.random, random.getrandbits = copied.random, copied.getrandbits",
    ] {
        let mut stage = seeded().await;
        stage
            .print("import copy, os, pickle, random, secrets, uuid")
            .await;
        stage.print(before).await;
        let drawn = stage
            .print("print(random.random(), random.getrandbits(64))")
            .await;
        assert_eq!(drawn, FIRST, "{before}");
    }
}

const FIRST: &str = "0.583629242723856 12201697839340685300\n";

/// What the host is asked for does not depend on what was drawn either.
#[tokio::test]
async fn drawing_takes_nothing_from_the_host() {
    let look = "import os; print(os.urandom(8).hex())";
    let untouched = seeded().await.print(look).await;
    let mut stage = seeded().await;
    stage.print("import random; random.random()").await;
    assert_eq!(stage.print(look).await, untouched);
}

#[tokio::test]
async fn a_state_is_whole_before_anything_was_drawn() {
    let look = "import random; version, words, gauss = random.getstate(); print(len(words), words[-1], len(set(words)) > 600)";
    assert_eq!(seeded().await.print(look).await, "625 624 True\n");
}

#[tokio::test]
async fn forks_draw_their_own_numbers_but_from_a_seed_of_the_programs() {
    for (seed, same) in [
        ("import random", false),
        ("import random; random.random()", false),
        ("import random; random.gauss(0, 1)", false),
        ("import random; random.seed(5)", true),
    ] {
        let mut stage = Stage::new(&limits()).await;
        stage.print(seed).await;
        let snapshot = stage.session.snapshot().await.unwrap();
        let mut drawn = vec![stage.print(DRAW).await];
        for _ in 0..2 {
            drawn.push(fork_of(&snapshot).await.print(DRAW).await);
        }
        // One that was put away before it was ever called, and taken up twice.
        let away = fork_of(&snapshot).await.session.snapshot().await.unwrap();
        let bytes = away.encode(engine(), &key()).unwrap();
        let engine = other_engine();
        let away = Snapshot::decode(&bytes, &engine, &key()).unwrap();
        for _ in 0..2 {
            let memory = Memory::default();
            let session = Session::resume(&engine, &away, Box::new(memory.clone()));
            let session = session.await.unwrap();
            drawn.push(Stage { session, memory }.print(DRAW).await);
        }
        // One that went back to before it had numbers of its own.
        let mut fork = fork_of(&snapshot).await;
        let untouched = fork.session.snapshot().await.unwrap();
        drawn.push(fork.print(DRAW).await);
        fork.session.restore(&untouched).await.unwrap();
        drawn.push(fork.print(DRAW).await);
        drawn.sort();
        drawn.dedup();
        assert_eq!(drawn.len(), if same { 1 } else { 7 }, "{seed}: {drawn:?}");
    }
}

const DRAW: &str = "print(random.random(), random.gauss(0, 1))";

async fn fork_of(snapshot: &Snapshot) -> Stage {
    let memory = Memory::default();
    let session = Session::fork_of(engine(), snapshot, Box::new(memory.clone()));
    Stage {
        session: session.await.unwrap(),
        memory,
    }
}
