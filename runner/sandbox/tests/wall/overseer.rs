//! Guests that do not come back, in an engine without a thread: somebody else looks, as a timer's signal handler does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use croquant_sandbox::{Interrupter, Limits, Outcome, Overseer, Policy};

use crate::stage::{Stage, limits, new_engine};

/// Runs `source` and looks, if somebody shall, at each period; `hurries` are the times of interrupts, in milliseconds, of which
/// nobody but the guest's own thread could tell the session.
async fn check(source: &str, limits: &Limits, hurries: &[u64], outcome: Outcome) {
    let engine = new_engine(4);
    let overseer = engine.oversee();
    let mut stage = Stage::on(&engine, limits, &Policy::default()).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let looker = std::thread::spawn({
        let is_over = is_over.clone();
        move || {
            while !is_over.load(Ordering::SeqCst) {
                overseer.look();
                std::thread::sleep(Overseer::PERIOD);
            }
        }
    });
    let hurrier = hurry(stage.session.interrupter(), hurries);
    let report = stage.execute(source).await;
    is_over.store(true, Ordering::SeqCst);
    looker.join().unwrap();
    hurrier.join().unwrap();
    assert_eq!(report.outcome, outcome, "{source}: {report:?}");
}

fn hurry(interrupter: Interrupter, times: &[u64]) -> std::thread::JoinHandle<()> {
    let times = times.to_vec();
    std::thread::spawn(move || {
        let mut now = 0;
        for time in times {
            std::thread::sleep(Duration::from_millis(time - now));
            now = time;
            interrupter.hurry();
        }
    })
}

#[tokio::test]
async fn who_does_not_look_has_a_deadline() {
    let limits = Limits {
        deadline_ms: 50,
        ..limits()
    };
    check("l", &limits, &[], Outcome::Deadline).await;
}

#[tokio::test]
async fn who_does_not_look_has_its_grace() {
    check("l", &limits(), &[20], Outcome::Interrupted).await;
}

#[tokio::test]
async fn who_does_not_look_is_stopped_at_the_second_time() {
    let limits = Limits {
        grace_ms: 50_000,
        ..limits()
    };
    check("l", &limits, &[20, 40, 700], Outcome::Interrupted).await;
}

#[tokio::test]
async fn who_comes_back_was_not_hurried() {
    let limits = Limits {
        deadline_ms: 500,
        ..limits()
    };
    check("L", &limits, &[20, 470], Outcome::Deadline).await;
}
