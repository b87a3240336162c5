//! Every way to end, and its twin.

use croquant_sandbox::{
    Answer, EngineConfig, Error, Limits, MessageKind, Outcome, Policy, Program,
};

use crate::stage::{GUEST, Stage, check, engine_with, limits, new_engine};

#[tokio::test]
async fn a_cell_completes() {
    let mut stage = Stage::new(&limits()).await;
    let report = stage.execute("ehello").await;
    assert_eq!(
        (
            report.outcome.clone(),
            report.output_bytes,
            report.dropped_bytes
        ),
        (Outcome::Completed, 5, 0)
    );
    assert_eq!(stage.memory.stdout(), "hello");
    stage.remembers().await;
}

#[tokio::test]
async fn fuel_is_the_same_every_time() {
    let first = check(&limits(), "ehello", Outcome::Completed, true)
        .await
        .fuel;
    let again = check(&limits(), "ehello", Outcome::Completed, true)
        .await
        .fuel;
    let more = check(&limits(), "ehello!", Outcome::Completed, true)
        .await
        .fuel;
    assert!(first > 0);
    assert_eq!(first, again);
    assert_eq!(first + 1, more);
}

#[tokio::test]
async fn fuel_ends_softly() {
    let limits = Limits {
        fuel: 10_000_000,
        ..limits()
    };
    let report = check(&limits, "L", Outcome::OutOfFuel, true).await;
    assert!(
        (10_000_000..20_000_000).contains(&report.fuel),
        "{report:?}"
    );
    check(&limits, "S", Outcome::Completed, true).await;
}

#[tokio::test]
async fn fuel_ends_hard_if_the_guest_does_not_look() {
    let limits = Limits {
        fuel: 10_000_000,
        grace_ms: 60_000,
        ..limits()
    };
    let report = check(&limits, "l", Outcome::OutOfFuel, false).await;
    assert_eq!(report.fuel / 1_000_000, 1010);
}

#[tokio::test]
async fn fuel_spent_on_bulk_work_counts_by_the_byte() {
    let report = check(&limits(), "b", Outcome::Completed, true).await;
    assert!(report.fuel > 65_536_000, "{report:?}");
    check(
        &Limits {
            fuel: 1_000_000,
            ..limits()
        },
        "b",
        Outcome::OutOfFuel,
        true,
    )
    .await;
}

#[tokio::test]
async fn the_deadline_ends_softly() {
    let limits = Limits {
        deadline_ms: 50,
        grace_ms: 60_000,
        ..limits()
    };
    check(&limits, "L", Outcome::Deadline, true).await;
    check(&limits, "s", Outcome::Deadline, true).await;
    check(&limits, "S", Outcome::Completed, true).await;
}

#[tokio::test]
async fn the_deadline_ends_hard_after_the_grace() {
    let limits = Limits {
        deadline_ms: 50,
        grace_ms: 50,
        ..limits()
    };
    check(&limits, "l", Outcome::Deadline, false).await;
    check(&limits, "c9", Outcome::Deadline, false).await;
    check(&limits, "c1", Outcome::Deadline, true).await;
}

#[tokio::test]
async fn memory_is_refused() {
    let mut stage = Stage::new(&limits()).await;
    let report = stage.execute("g").await;
    assert_eq!(report.outcome.clone(), Outcome::OutOfMemory);
    assert!(report.memory_refused);
    assert!(
        report.memory_bytes <= 8 << 20 && report.memory_bytes > 5 << 20,
        "{report:?}"
    );
    stage.remembers().await;
    let report = check(&limits(), "G", Outcome::Completed, true).await;
    assert_eq!(
        (report.memory_refused, report.memory_bytes),
        (false, 5 << 16)
    );
}

#[tokio::test]
async fn a_memory_limit_below_the_image_is_an_error() {
    let limits = Limits {
        memory_bytes: 3 << 16,
        ..limits()
    };
    let console = Box::new(crate::stage::Memory::default());
    let policy = croquant_sandbox::Policy::default();
    let error = croquant_sandbox::Session::start(crate::stage::engine(), &policy, &limits, console)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::MemoryLimit {
                limit: 196_608,
                least: 2_359_296
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn output_is_cut_and_a_flood_is_ended() {
    let mut stage = Stage::new(&limits()).await;
    let report = stage.execute("f").await;
    assert_eq!(
        (report.outcome.clone(), report.output_bytes),
        (Outcome::OutputLimit, 100_000)
    );
    assert!(
        (100_000..110_000).contains(&report.dropped_bytes),
        "{report:?}"
    );
    let stdout = stage.memory.stdout();
    assert_eq!(stdout.matches("output cut here").count(), 1);
    assert!(stdout.len() < 100_100);
    stage.remembers().await;
    check(
        &limits(),
        &format!("e{}", "x".repeat(9_000)),
        Outcome::Completed,
        true,
    )
    .await;
}

#[tokio::test]
async fn messages_count_as_output() {
    let mut stage = Stage::new(&limits()).await;
    let report = stage.execute(&format!("m{}", "x".repeat(999))).await;
    assert_eq!(
        (report.outcome.clone(), report.output_bytes),
        (Outcome::OutputLimit, 99_930)
    );
    let shown = stage.memory.0.lock().unwrap().messages.len();
    // A hundred displays fit, and the error after them.
    assert_eq!(shown, 101);
    stage.remembers().await;
}

#[tokio::test]
async fn what_the_host_holds_is_bounded() {
    let limits = Limits {
        host_bytes: 1_000,
        ..limits()
    };
    // A message, and a line of input.
    check(
        &limits,
        &format!("m{}", "x".repeat(1_200)),
        Outcome::HostMemory,
        true,
    )
    .await;
    let mut stage = Stage::new(&limits).await;
    let answers = |stage: &Stage, lens: &[usize]| {
        stage.memory.0.lock().unwrap().answers = lens
            .iter()
            .map(|len| Answer::Line("y".repeat(*len)))
            .collect();
    };
    answers(&stage, &[1_001]);
    let report = stage.execute("i").await;
    assert_eq!((report.outcome, report.alive), (Outcome::HostMemory, true));
    answers(&stage, &[1_000]);
    let report = stage.execute("i").await;
    assert_eq!(report.outcome, Outcome::Completed);
    assert_eq!(report.input_bytes, 1_000);
}

#[tokio::test]
async fn lines_that_come_too_fast_are_cut() {
    let limits = Limits {
        output_lines: 10,
        ..limits()
    };
    let mut stage = Stage::new(&limits).await;
    let report = stage.execute(&format!("e{}", "a\n".repeat(100))).await;
    assert_eq!(report.outcome, Outcome::Completed);
    assert_eq!((report.dropped_lines, report.dropped_bytes), (90, 180));
    assert_eq!(
        stage.memory.stdout(),
        format!(
            "{}[output cut here: more than 10 lines a second]\n",
            "a\n".repeat(10)
        )
    );
    let report = stage.execute(&format!("e{}", "a\n".repeat(10))).await;
    assert_eq!(report.dropped_lines, 0, "each call has its own pace");
}

#[tokio::test]
async fn exits_end_the_session() {
    check(&limits(), "q", Outcome::Exited(7), false).await;
    check(&limits(), "x", Outcome::Exited(3), false).await;
}

#[tokio::test]
async fn traps_end_the_session() {
    check(&limits(), "o", Outcome::StackOverflow, false).await;
    let unreachable = "wasm trap: wasm `unreachable` instruction executed".to_owned();
    check(&limits(), "u", Outcome::Trapped(unreachable), false).await;
    check(
        &limits(),
        "?",
        Outcome::Trapped("the guest returned status 99".into()),
        false,
    )
    .await;
}

#[tokio::test]
async fn programs_give_their_exit_code() {
    let mut stage = Stage::new(&limits()).await;
    let report = stage
        .session
        .run(&Program::Command("*".into()))
        .await
        .unwrap();
    assert_eq!(
        (report.outcome.clone(), report.alive),
        (Outcome::Exited(42), false)
    );
    stage.has_ended().await;
}

#[tokio::test]
async fn requests_are_answered() {
    let mut stage = Stage::new(&limits()).await;
    let called = stage.session.call(r#"{"op": "é"}"#).await.unwrap();
    assert_eq!(called.report.outcome, Outcome::Completed);
    assert_eq!(called.reply.as_deref(), Some(r#"{"op": "é"}"#));
    assert!(
        stage
            .memory
            .0
            .lock()
            .unwrap()
            .messages
            .iter()
            .all(|message| message.kind != MessageKind::Reply)
    );
    stage.remembers().await;
}

#[tokio::test]
async fn a_guest_keeps_its_thread_for_a_turn_at_most() {
    let config = EngineConfig {
        max_memory_bytes: 64 << 20,
        turn_ms: 300,
        ..EngineConfig::server(4)
    };
    let engine = engine_with(GUEST, &config);
    // It never looks; then, one that does has all its time.
    for (source, deadline_ms, is_early) in [("l", 30_000, true), ("L", 1_000, false)] {
        let limits = Limits {
            deadline_ms,
            grace_ms: 60_000,
            ..limits()
        };
        let mut stage = Stage::on(&engine, &limits, &Policy::default()).await;
        let report = stage.execute(source).await;
        assert_eq!(report.outcome, Outcome::Deadline);
        let has_been_early = report.wall_us < deadline_ms * 1_000;
        assert_eq!(has_been_early, is_early, "{report:?}");
    }
}

#[tokio::test]
async fn a_source_without_room_is_out_of_memory() {
    let large = |len| format!("e{}", "x".repeat(len));
    check(&limits(), &large(70_000), Outcome::OutOfMemory, true).await;
    check(&limits(), &large(60_000), Outcome::Completed, true).await;
}

#[tokio::test]
async fn slots_are_given_back() {
    let engine = new_engine(2);
    let start = || {
        let console = Box::new(crate::stage::Memory::default());
        let engine = engine.clone();
        async move {
            croquant_sandbox::Session::start(&engine, &Default::default(), &limits(), console).await
        }
    };
    for _ in 0..5 {
        let first = start().await.unwrap();
        let _second = start().await.unwrap();
        let error = start().await.unwrap_err();
        assert!(matches!(error, Error::Full { max_sessions: 2 }), "{error}");
        drop(first);
        start().await.unwrap();
    }
}

#[tokio::test]
async fn a_dropped_call_takes_the_session_with_it() {
    let mut stage = Stage::new(&limits()).await;
    let cell = croquant_sandbox::Cell::new("L");
    let late = tokio::time::timeout(
        std::time::Duration::from_millis(20),
        stage.session.execute(&cell),
    )
    .await;
    assert!(late.is_err());
    stage.has_ended().await;
}

#[tokio::test]
async fn sessions_share_nothing() {
    let mut first = Stage::new(&limits()).await;
    first.execute("n").await;
    first.execute("n").await;
    drop(first);
    // Every slot that was used is used again, clean.
    for _ in 0..70 {
        Stage::new(&limits()).await.remembers().await;
    }
}
