//! Many sessions at once.

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
