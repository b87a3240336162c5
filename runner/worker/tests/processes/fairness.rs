//! Many sessions in one worker: none keeps the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use croquant_sandbox::{Cell, Limits, Outcome, Policy, Recorder, SnapshotKey};
use croquant_worker::{Error, Kept, Pool, PoolConfig, Spawner};
use libtest_mimic::{Failed, Trial};

use crate::stage::{kill, only_process, run, session, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("short calls go before long ones", 1, short_first),
        trial("what is kept of sessions has a budget", 1, budget),
    ]
}

fn pool(sessions: u32, kept_bytes: usize) -> Result<Pool, Failed> {
    let config = PoolConfig {
        kept_bytes,
        ..PoolConfig::server(1, sessions)
    };
    let key = SnapshotKey::new([7; 32]);
    Ok(Pool::new(Spawner::start()?, config, key))
}

/// How many long calls there are, and how many turns each takes, of eight million units of fuel.
const LONG: usize = 40;
const LONG_TURNS: u64 = 300;

/// More short calls than a long one has turns: where everybody is served in turn, all long ones end before they do.
const SHORT: u32 = 350;

async fn short_first(_: Pool) -> Result<(), Failed> {
    let pool = pool(64, 1 << 30)?;
    let limits = Limits {
        fuel: LONG_TURNS * 8_000_000,
        deadline_ms: 600_000,
        ..Limits::tutorial()
    };
    let ended = Arc::new(AtomicUsize::new(0));
    let mut long = Vec::new();
    let mut interrupters = Vec::new();
    for _ in 0..LONG {
        let console = Box::new(Recorder::new());
        let mut session = pool.session(&Policy::default(), &limits, console).await?;
        interrupters.push(session.interrupter());
        let ended = Arc::clone(&ended);
        long.push(tokio::spawn(async move {
            let report = session.execute(&Cell::new("while True: pass")).await;
            ended.fetch_add(1, Ordering::SeqCst);
            report.map(|report| report.outcome)
        }));
    }
    let (mut short, recorder) = session(&pool).await?;
    for n in 0..SHORT {
        run(&mut short, &format!("print({n})"), Outcome::Completed).await?;
    }
    assert_eq!(ended.load(Ordering::SeqCst), 0, "long calls have ended");
    assert!(recorder.take().stdout_text().ends_with("349\n"));
    // They ran all the while: what is left of them is stopped, one half by hand.
    for interrupter in &interrupters[..LONG / 2] {
        interrupter.interrupt();
    }
    let mut interrupted = 0;
    for call in long {
        match call.await?? {
            Outcome::Interrupted => interrupted += 1,
            outcome => assert_eq!(outcome, Outcome::OutOfFuel),
        }
    }
    assert_eq!(interrupted, LONG / 2);
    Ok(())
}

/// Three sessions of which two may be kept: when the worker dies, the largest is gone, and the others are not.
async fn budget(_: Pool) -> Result<(), Failed> {
    let pool = pool(8, 3 << 20)?;
    let mut sessions = Vec::new();
    for mebibytes in [1, 2, 0] {
        let (mut session, _recorder) = session(&pool).await?;
        let source = format!("import os; x = os.urandom({mebibytes} << 20)");
        run(&mut session, &source, Outcome::Completed).await?;
        sessions.push(session);
    }
    let kept = sessions.iter().map(|session| match session.kept() {
        Kept::State(state) => Some(state.bytes() >> 20),
        Kept::Fresh | Kept::Nothing => None,
    });
    assert_eq!(kept.collect::<Vec<_>>(), [Some(1), None, Some(0)]);
    // Its worker has it still.
    run(
        &mut sessions[1],
        "assert len(x) == 2 << 20",
        Outcome::Completed,
    )
    .await?;
    kill(only_process(&pool)?)?;
    crate::stage::until(|| pool.workers().is_empty()).await?;
    for (session, recovers) in sessions.iter_mut().zip([true, false, true]) {
        let ended = session.execute(&Cell::new("x[0]")).await;
        match ended {
            Ok(_) => assert!(recovers),
            Err(Error::Lost { recovers: false }) => assert!(!recovers),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
