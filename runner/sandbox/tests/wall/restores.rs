//! A call that has to be stopped for good is undone: the session is as it was before it.

use std::time::Duration;

use croquant_sandbox::{Limits, Outcome, Policy, Report, Session};

use crate::stage::{Memory, Stage, limits, new_engine};

fn keeping() -> Limits {
    Limits {
        checkpoint_bytes: 1 << 20,
        ..limits()
    }
}

/// The sum over the upper half of memory: something to compare.
async fn sum(stage: &mut Stage) -> String {
    let before = stage.memory.stdout().len();
    assert_eq!(stage.execute("a").await.outcome, Outcome::Completed);
    stage.memory.stdout()[before..].to_owned()
}

/// Dies of `source`, which changes the memory first, and expects the session as it was: new, or after other calls.
async fn check(limits: &Limits, source: &str, outcome: Outcome) {
    for calls in 0..3 {
        let mut stage = Stage::new(&keeping()).await;
        for _ in 0..calls {
            // Each grows the memory by a page and fills it.
            assert_eq!(stage.execute("zn").await.outcome, Outcome::Completed);
        }
        let before = stage.execute("zeready").await;
        let sum_before = sum(&mut stage).await;
        stage.session.set_limits(limits);
        let report = stage.execute(source).await;
        assert_eq!(report.outcome, outcome, "{source}: {report:?}");
        assert!(report.restored && report.alive, "{source}: {report:?}");
        assert!(report.checkpoint_bytes.is_some());
        stage.session.set_limits(&keeping());
        assert_eq!(sum(&mut stage).await, sum_before, "{source}");
        let after = stage.execute("e").await;
        assert!(!after.restored);
        assert_eq!(after.memory_bytes, before.memory_bytes, "{source}");
        let counted = stage.memory.stdout().len();
        stage.execute("n").await;
        let expected = (2 * calls + 2).to_string();
        assert_eq!(&stage.memory.stdout()[counted..], expected, "{source}");
    }
}

#[tokio::test]
async fn after_a_trap() {
    let unreachable = "wasm trap: wasm `unreachable` instruction executed";
    check(&keeping(), "zu", Outcome::Trapped(unreachable.into())).await;
    check(&keeping(), "zo", Outcome::StackOverflow).await;
    let status = "the guest returned status 99";
    check(&keeping(), "z?", Outcome::Trapped(status.into())).await;
}

#[tokio::test]
async fn after_a_limit() {
    let limits = Limits {
        deadline_ms: 50,
        grace_ms: 50,
        ..keeping()
    };
    check(&limits, "zl", Outcome::Deadline).await;
    let limits = Limits {
        fuel: 10_000_000,
        grace_ms: 60_000,
        ..keeping()
    };
    check(&limits, "zl", Outcome::OutOfFuel).await;
}

#[tokio::test]
async fn the_first_call_of_a_session_is_undone_to_its_beginning() {
    let policy = Policy {
        args: vec!["argument".into()],
        ..Policy::default()
    };
    let mut stage = Stage::with(&keeping(), &policy).await;
    let report = stage.execute("zu").await;
    assert!(report.restored, "{report:?}");
    // The records that it began with are there again.
    stage.execute("R").await;
    assert!(stage.memory.stdout().contains("argument"));
    stage.remembers().await;
}

#[tokio::test]
async fn exits_and_kills_are_meant() {
    for source in ["zq", "zx"] {
        let mut stage = Stage::new(&keeping()).await;
        let report = stage.execute(source).await;
        assert!(matches!(report.outcome, Outcome::Exited(_)), "{report:?}");
        assert!(!report.restored);
        stage.has_ended().await;
    }
    let mut stage = Stage::new(&keeping()).await;
    let interrupter = stage.session.interrupter();
    let killing = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        interrupter.kill();
    });
    let report = stage.execute("l").await;
    killing.join().unwrap();
    assert_eq!((report.outcome, report.restored), (Outcome::Killed, false));
    stage.has_ended().await;
}

#[tokio::test]
async fn a_session_that_is_too_large_is_lost_and_says_so() {
    let limits = Limits {
        checkpoint_bytes: 64 << 10,
        ..keeping()
    };
    let mut stage = Stage::new(&limits).await;
    // Little, then a page of 64 KiB too much.
    let report = stage.execute("zn").await;
    assert!(report.checkpoint_bytes.is_some(), "{report:?}");
    let report = stage.execute("n").await;
    assert_eq!(report.checkpoint_bytes, None);
    // Allowed more, it is kept again.
    stage.session.set_limits(&keeping());
    let report = stage.execute("n").await;
    assert!(
        report
            .checkpoint_bytes
            .is_some_and(|bytes| bytes > 128 << 10),
        "{report:?}"
    );
    stage.session.set_limits(&limits);
    let report = stage.execute("zu").await;
    assert_eq!(
        (report.restored, report.alive, report.checkpoint_bytes),
        (false, false, None)
    );
    stage.has_ended().await;
}

/// Runs `source`, and interrupts it at these times, in milliseconds, from another thread: a guest that never looks holds this one.
async fn interrupt(stage: &mut Stage, source: &str, times_ms: &[u64]) -> Report {
    let interrupter = stage.session.interrupter();
    let times_ms = times_ms.to_owned();
    let presses = std::thread::spawn(move || {
        let mut at = 0;
        for time in times_ms {
            std::thread::sleep(Duration::from_millis(time - at));
            at = time;
            interrupter.interrupt();
        }
    });
    let report = stage.execute(source).await;
    presses.join().unwrap();
    report
}

#[tokio::test]
async fn a_second_interrupt_ends_what_swallows_the_first() {
    let limits = Limits {
        grace_ms: 100,
        ..keeping()
    };
    let mut stage = Stage::new(&limits).await;
    let report = interrupt(&mut stage, "c9", &[20, 600]).await;
    assert_eq!(
        (report.outcome, report.restored),
        (Outcome::Interrupted, true)
    );
    stage.remembers().await;
    // Its twin ends by itself at the second.
    let mut stage = Stage::new(&limits).await;
    let report = interrupt(&mut stage, "c2", &[20, 600]).await;
    assert_eq!(
        (report.outcome, report.restored),
        (Outcome::Completed, false)
    );
    stage.remembers().await;
}

#[tokio::test]
async fn a_third_interrupt_does_not_wait_for_the_grace() {
    let patient = Limits {
        grace_ms: 60_000,
        ..keeping()
    };
    let mut stage = Stage::new(&patient).await;
    let report = interrupt(&mut stage, "c9", &[20, 500, 1000]).await;
    assert_eq!(
        (report.outcome, report.restored),
        (Outcome::Interrupted, true)
    );
    stage.remembers().await;
}

#[tokio::test]
async fn what_never_looked_at_the_first_is_stopped_at_the_second() {
    let patient = Limits {
        grace_ms: 60_000,
        ..keeping()
    };
    let mut stage = Stage::new(&patient).await;
    let report = interrupt(&mut stage, "l", &[20, 600]).await;
    assert_eq!(
        (report.outcome, report.restored),
        (Outcome::Interrupted, true)
    );
    stage.remembers().await;
}

#[tokio::test]
async fn where_nothing_can_be_restored_every_interrupt_is_a_first() {
    let mut stage = Stage::new(&limits()).await;
    let report = interrupt(&mut stage, "c4", &[20, 500, 1000, 1500]).await;
    assert_eq!(report.outcome, Outcome::Completed);
    stage.remembers().await;
}

#[tokio::test]
async fn a_session_of_a_full_engine_keeps_its_place() {
    let engine = new_engine(1);
    let start = |console| {
        let engine = engine.clone();
        async move { Session::start(&engine, &Policy::default(), &keeping(), console).await }
    };
    let memory = Memory::default();
    let session = start(Box::new(memory.clone())).await.unwrap();
    let mut stage = Stage { session, memory };
    stage.execute("zn").await;
    let mut weights = Vec::new();
    for _ in 0..100 {
        let report = stage.execute("zu").await;
        assert!(report.restored, "{report:?}");
        weights.push(report.checkpoint_bytes);
        let other = start(Box::<Memory>::default()).await.unwrap_err();
        assert!(matches!(
            other,
            croquant_sandbox::Error::Full { max_sessions: 1 }
        ));
    }
    weights.dedup();
    assert_eq!(weights.len(), 1, "{weights:?}");
    // What it gives back at its end is clean.
    drop(stage);
    let memory = Memory::default();
    let session = start(Box::new(memory.clone())).await.unwrap();
    let mut stage = Stage { session, memory };
    assert_eq!(sum(&mut stage).await, "a".repeat(16));
    stage.remembers().await;
}

#[tokio::test]
async fn sessions_do_not_mix() {
    let mut stages = Vec::new();
    for calls in 0..4 {
        let mut stage = Stage::new(&keeping()).await;
        for _ in 0..calls {
            stage.execute("zn").await;
        }
        let sum = sum(&mut stage).await;
        stages.push((stage, sum));
    }
    for turn in 0..3 {
        for (stage, before) in &mut stages {
            let report = stage.execute(if turn == 1 { "zo" } else { "zu" }).await;
            assert!(report.restored, "{report:?}");
            assert_eq!(&sum(stage).await, before);
        }
    }
}
