//! Many sessions at once.

use std::time::Duration;

use croquant_sandbox::Outcome;

use crate::stage::{Stage, limits};

#[tokio::test]
async fn a_thousand_sessions_live_side_by_side() {
    let mut stages = Vec::new();
    for number in 0..1_000 {
        let mut stage = Stage::new(&limits()).await;
        assert_eq!(
            stage.execute(&format!("number = {number}")).await.outcome,
            Outcome::Completed
        );
        stages.push(stage);
    }
    for (number, stage) in stages.iter_mut().enumerate() {
        assert_eq!(stage.print("print(number)").await, format!("{number}\n"));
    }
}

#[tokio::test]
async fn computing_sessions_share_a_thread() {
    let mut first = Stage::new(&limits()).await;
    let mut second = Stage::new(&limits()).await;
    let interrupter = first.session.interrupter();
    // On one thread: the second gets to its end, and stops the first, only if the first gives way.
    let (endless, ()) = tokio::join!(first.execute("while True: pass"), async {
        assert_eq!(
            second.print("print(sum(range(100000)))").await,
            "4999950000\n"
        );
        interrupter.interrupt();
    });
    assert_eq!(endless.outcome, Outcome::Interrupted);
}

/// Ways in which Python code brings the interpreter itself down.
const CRASHES: &[&str] = &[
    "import os; os.abort()",
    // A variable two gibibytes away.
    "import opcode\nfar, load = opcode.opmap['EXTENDED_ARG'], opcode.opmap['LOAD_FAST']\ndef f(): pass\nexec(f.__code__.replace(co_code=bytes([far, 31, far, 255, far, 255, load, 255])))",
    "import faulthandler; faulthandler._sigsegv()",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_stays_inside() {
    for crash in CRASHES {
        let mut crashing = Stage::new(&limits()).await;
        let mut computing = Stage::new(&limits()).await;
        computing.print("number = 7").await;
        let (started, starts) = tokio::sync::oneshot::channel();
        let neighbour = tokio::spawn(async move {
            let source = "total = 0\nfor i in range(3_000_000): total += i * number\nprint(total)";
            let _ = started.send(());
            let printed = computing.print(source).await;
            (computing, printed)
        });
        starts.await.unwrap();
        let mut crashed = 0;
        // For as long as the neighbour computes, and at least once.
        while crashed == 0 || !neighbour.is_finished() {
            let report = crashing.execute(crash).await;
            assert!(
                matches!(report.outcome, Outcome::Trapped(_)),
                "{crash}: {:?}",
                report.outcome
            );
            assert!(report.restored && report.alive, "{crash}");
            crashed += 1;
        }
        let (mut computing, printed) = neighbour.await.unwrap();
        assert_eq!(printed, "31499989500000\n", "{crash}");
        assert_eq!(computing.print("print(number, i)").await, "7 2999999\n");
        computing.remembers(crash).await;
        crashing.remembers(crash).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sessions_on_all_threads_do_not_disturb_each_other() {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200_u64 {
        tasks.spawn(async move {
            let mut stage = Stage::new(&limits()).await;
            for turn in 0..3 {
                let interrupter = stage.session.interrupter();
                // One in two is interrupted, from another thread more often than not.
                let interrupt = tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(20 + number % 20)).await;
                    if number % 2 == 0 {
                        interrupter.interrupt();
                    }
                });
                let source = if number % 2 == 0 {
                    "while True: pass"
                } else {
                    "sum(range(100000))"
                };
                let report = tokio::time::timeout(Duration::from_secs(60), async {
                    tokio::join!(stage.execute(source), interrupt).0
                });
                let report = report.await.expect("an end");
                let expected = if number % 2 == 0 {
                    Outcome::Interrupted
                } else {
                    Outcome::Completed
                };
                assert_eq!(report.outcome, expected, "{number}, {turn}");
                stage.remembers("a neighbour").await;
            }
        });
    }
    let done = tasks.join_all().await;
    assert_eq!(done.len(), 200);
}
