//! Interrupting and killing, in every state that a call can be in.

use std::time::Duration;

use croquant_sandbox::{Answer, Limits, Outcome, Program};

use crate::stage::{Stage, limits};

/// Interrupts the cell shortly after it began, and expects `outcome`.
async fn check(source: &str, limits: &Limits, outcome: Outcome, alive: bool) {
    let mut stage = Stage::new(limits).await;
    let interrupter = stage.session.interrupter();
    let later = after_20_ms(move || interrupter.interrupt());
    let report = stage.execute(source).await;
    later.join().unwrap();
    assert_eq!(report.outcome, outcome, "{source}: {report:?}");
    if alive {
        stage.remembers().await
    } else {
        stage.has_ended().await
    }
}

/// From another thread: a guest that never looks holds the one that it runs on.
fn after_20_ms(action: impl FnOnce() + Send + 'static) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        action();
    })
}

fn patient() -> Limits {
    Limits {
        grace_ms: 60_000,
        ..limits()
    }
}

#[tokio::test]
async fn loops_sleeps_and_waits_are_interrupted() {
    for source in ["L", "s", "i", "r"] {
        check(source, &patient(), Outcome::Interrupted, true).await;
    }
}

#[tokio::test]
async fn who_is_interrupted_on_the_way_to_a_wait_does_not_wait() {
    for source in ["i, I ask", "s, I sleep"] {
        let mut stage = Stage::new(&patient()).await;
        stage.memory.0.lock().unwrap().interrupts = Some(stage.session.interrupter());
        let report = stage.execute(source).await;
        assert_eq!(report.outcome, Outcome::Interrupted, "{source}");
        stage.remembers().await;
    }
}

#[tokio::test]
async fn a_program_may_catch_it() {
    check("c1", &patient(), Outcome::Completed, true).await;
    // And may go on past the grace: it looked.
    let mut stage = Stage::new(&Limits {
        grace_ms: 400,
        ..limits()
    })
    .await;
    let interrupter = stage.session.interrupter();
    let (report, ()) = tokio::join!(stage.execute("c2"), async {
        for pause in [20, 900] {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            interrupter.interrupt();
        }
    });
    assert_eq!(report.outcome, Outcome::Completed);
    stage.remembers().await;
}

#[tokio::test]
async fn who_does_not_look_is_stopped_after_the_grace() {
    check("l", &limits(), Outcome::Interrupted, false).await;
}

#[tokio::test]
async fn a_console_that_takes_nothing_does_not_hold_a_call() {
    let mut stage = Stage::new(&limits()).await;
    stage.memory.0.lock().unwrap().stuck = true;
    let interrupter = stage.session.interrupter();
    let (report, ()) = tokio::join!(stage.execute("ehello"), async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        interrupter.interrupt();
    });
    assert_eq!(report.outcome, Outcome::Interrupted);
    stage.has_ended().await;
}

#[tokio::test]
async fn an_interrupt_between_calls_is_nobodys() {
    let mut stage = Stage::new(&limits()).await;
    stage.session.interrupter().interrupt();
    assert_eq!(stage.execute("eafter").await.outcome, Outcome::Completed);
    assert_eq!(stage.execute("S").await.outcome, Outcome::Completed);
    stage.remembers().await;
}

#[tokio::test]
async fn kill_ends_whatever_runs() {
    for source in ["l", "L", "s", "i", "c9"] {
        let mut stage = Stage::new(&patient()).await;
        let interrupter = stage.session.interrupter();
        let later = after_20_ms(move || interrupter.kill());
        let report = stage.execute(source).await;
        later.join().unwrap();
        assert_eq!(report.outcome, Outcome::Killed, "{source}");
        stage.has_ended().await;
    }
}

#[tokio::test]
async fn kill_between_calls_ends_the_session() {
    let stage = Stage::new(&limits()).await;
    stage.session.interrupter().kill();
    stage.has_ended().await;
}

#[tokio::test]
async fn an_interrupted_program_is_interrupted() {
    let mut stage = Stage::new(&limits()).await;
    let interrupter = stage.session.interrupter();
    let program = Program::File("l".into());
    let later = after_20_ms(move || interrupter.interrupt());
    let report = stage.session.run(&program).await;
    later.join().unwrap();
    assert_eq!(report.unwrap().outcome, Outcome::Interrupted);
}

#[tokio::test]
async fn waiting_for_input_has_its_own_limit_and_stops_the_clock() {
    let limits = Limits {
        deadline_ms: 60,
        input_idle_ms: 300,
        ..patient()
    };
    let mut stage = Stage::new(&limits).await;
    let report = stage.execute("i").await;
    assert_eq!(report.outcome, Outcome::InputIdle);
    assert!(report.waited_us >= 290_000, "{report:?}");
    stage.remembers().await;

    let mut stage = Stage::new(&limits).await;
    stage
        .memory
        .0
        .lock()
        .unwrap()
        .answers
        .push(Answer::Line("Ada".into()));
    assert_eq!(stage.execute("i").await.outcome, Outcome::Completed);
    assert_eq!(stage.memory.stdout(), "Ada");
    stage.remembers().await;
}

#[tokio::test]
async fn a_computing_guest_gives_way_to_others() {
    let mut stage = Stage::new(&patient()).await;
    let interrupter = stage.session.interrupter();
    // One thread for both: the other task is only seen to if the guest gives way, often.
    let turns = async {
        for turn in 1.. {
            tokio::task::yield_now().await;
            if turn == 50 {
                interrupter.interrupt();
                return turn;
            }
        }
        0
    };
    let (report, turns) = tokio::join!(stage.execute("L"), turns);
    assert_eq!((report.outcome, turns), (Outcome::Interrupted, 50));
}

#[tokio::test]
async fn an_interrupt_that_nobody_saw_is_gone_with_its_call() {
    // A guest that counts down, and returns without having looked.
    let mut stage = Stage::new(&patient()).await;
    let interrupter = stage.session.interrupter();
    let later = after_20_ms(move || interrupter.interrupt());
    let report = stage.execute("w").await;
    later.join().unwrap();
    assert_eq!(report.outcome, Outcome::Completed);
    assert_eq!(stage.execute("t").await.outcome, Outcome::Completed);
    stage.remembers().await;
}
