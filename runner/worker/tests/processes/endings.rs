//! How calls end: as in the sandbox, and when a worker dies.

use std::time::{Duration, Instant};

use croquant_sandbox::{Cell, Error as SandboxError, Limits, Outcome, Policy, Recorder};
use croquant_worker::{Error, Kept, Pool};
use libtest_mimic::{Failed, Trial};

use crate::stage::{kill, only_process, pool, run, session, status, trial, until};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("calls end as in the sandbox", 1, outcomes),
        trial("variables stay from cell to cell", 1, variables),
        trial("tools answer", 1, tools),
        trial("an interrupt keeps the variables", 1, interrupt),
        trial("a kill ends the session", 1, killed),
        trial("two sessions run at once in one worker", 1, together),
        trial("sessions spread over the workers", 2, spread),
        trial("places are counted, and given back", 1, places),
        trial("a dropped call ends the session", 1, dropped),
        trial(
            "what cannot start is refused before it is called",
            1,
            refused,
        ),
        trial("a session that is never called leaves nothing", 1, uncalled),
        trial("a worker that dies takes only what runs", 1, lost),
        trial(
            "no cell that has ended is lost or done twice",
            1,
            nothing_is_lost,
        ),
        trial("what is kept wakes in another pool", 1, wakes),
        trial(
            "a session that costs two workers gets no third for a while",
            1,
            quarantine,
        ),
        trial(
            "a session outlives the time in which there is no worker",
            1,
            no_worker,
        ),
    ]
}

async fn outcomes(pool: Pool) -> Result<(), Failed> {
    let (mut session, recorder) = session(&pool).await?;
    run(&mut session, "print('hello')", Outcome::Completed).await?;
    assert_eq!(recorder.take().stdout_text(), "hello\n");
    run(&mut session, "1 / 0", Outcome::Raised).await?;
    assert!(recorder.take().messages[0].json.contains("ZeroDivision"));
    run(&mut session, "bytearray(1 << 30)", Outcome::OutOfMemory).await?;
    let report = run(&mut session, "exit(3)", Outcome::Exited(3)).await?;
    assert!(!report.alive && !session.is_alive());
    let late = session.execute(&Cell::new("1")).await;
    assert!(matches!(late, Err(Error::Sandbox(SandboxError::Ended))));
    Ok(())
}

async fn wakes(first: Pool) -> Result<(), Failed> {
    let (mut asleep, _recorder) = session(&first).await?;
    assert_eq!(asleep.kept(), Kept::Fresh);
    let source = "def count():\n    n = 0\n    while True:\n        n += 1\n        yield n\nc = count(); next(c)";
    run(&mut asleep, source, Outcome::Completed).await?;
    run(&mut asleep, "next(c)", Outcome::Completed).await?;
    let Kept::State(state) = asleep.kept() else {
        return Err("nothing is kept".into());
    };
    // The first call's state, and what changed in the second.
    assert_eq!(state.parts().len(), 2);
    let state = state.to_vec();
    drop((asleep, first));
    let wake = async |key, state: &[u8]| {
        let recorder = Recorder::new();
        let console = Box::new(recorder.clone());
        let (policy, limits) = (Policy::default(), Limits::tutorial());
        let pool = pool(1, key)?;
        let woken = pool.resume(&policy, &limits, console, state.to_vec());
        woken.await.map(|session| (session, recorder))
    };
    let (mut woken, recorder) = wake([7; 32], &state).await?;
    run(&mut woken, "print(next(c))", Outcome::Completed).await?;
    assert_eq!(recorder.take().stdout_text(), "3\n");
    for (key, state) in [([8; 32], &state[..]), ([7; 32], &state[..state.len() - 1])] {
        let refused = wake(key, state).await.err();
        assert!(matches!(refused, Some(Error::Unwakeable { .. })));
    }
    Ok(())
}

async fn variables(pool: Pool) -> Result<(), Failed> {
    let (mut session, recorder) = session(&pool).await?;
    run(&mut session, "x = 41", Outcome::Completed).await?;
    session.execute(&Cell::prompt("x + 1")).await?;
    assert!(recorder.take().messages[0].json.contains("42"));
    Ok(())
}

async fn tools(pool: Pool) -> Result<(), Failed> {
    let (mut session, _recorder) = session(&pool).await?;
    let request = r#"{"op": "is_complete", "code": "for x in y:"}"#;
    let called = session.call(request).await?;
    assert!(
        called
            .reply
            .is_some_and(|reply| reply.contains("incomplete"))
    );
    Ok(())
}

async fn interrupt(pool: Pool) -> Result<(), Failed> {
    let (mut session, _recorder) = session(&pool).await?;
    let interrupter = session.interrupter();
    let pressed = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        interrupter.interrupt();
    });
    run(
        &mut session,
        "n = 0\nwhile True: n += 1",
        Outcome::Interrupted,
    )
    .await?;
    pressed.await?;
    run(&mut session, "assert n > 0", Outcome::Completed).await?;
    Ok(())
}

async fn killed(pool: Pool) -> Result<(), Failed> {
    let (mut session, _recorder) = session(&pool).await?;
    let interrupter = session.interrupter();
    let pressed = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        interrupter.kill();
    });
    run(&mut session, "while True: pass", Outcome::Killed).await?;
    pressed.await?;
    assert!(!session.is_alive());
    Ok(())
}

async fn together(pool: Pool) -> Result<(), Failed> {
    let (mut long, _recorder) = session(&pool).await?;
    let (mut short, _recorder) = session(&pool).await?;
    let interrupter = long.interrupter();
    let endless = Cell::new("while True: pass");
    let short = async {
        for _ in 0..20 {
            run(&mut short, "print('x' * 100)", Outcome::Completed).await?;
        }
        interrupter.interrupt();
        Ok::<(), Failed>(())
    };
    let (long, short) = tokio::join!(long.execute(&endless), short);
    short?;
    assert_eq!(long?.outcome, Outcome::Interrupted);
    Ok(())
}

async fn spread(pool: Pool) -> Result<(), Failed> {
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(session(&pool).await?);
    }
    let counts: Vec<usize> = pool.workers().iter().map(|w| w.sessions).collect();
    assert_eq!(counts, [2, 2]);
    Ok(())
}

async fn places(pool: Pool) -> Result<(), Failed> {
    for _ in 0..3 {
        let mut sessions = Vec::new();
        for _ in 0..8 {
            sessions.push(loop {
                match session(&pool).await {
                    // Those of the last turn are on their way out.
                    Err(Error::Full { .. }) if sessions.len() < 8 => {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                    other => break other?,
                }
            });
        }
        let one_more = session(&pool).await;
        assert!(matches!(one_more, Err(Error::Full { max_sessions: 8 })));
    }
    Ok(())
}

async fn dropped(pool: Pool) -> Result<(), Failed> {
    let (mut session, _recorder) = session(&pool).await?;
    let endless = Cell::new("while True: pass");
    let call = session.execute(&endless);
    let ended = tokio::time::timeout(Duration::from_millis(100), call).await;
    assert!(ended.is_err() && !session.is_alive());
    let late = session.execute(&Cell::new("1")).await;
    assert!(matches!(late, Err(Error::Sandbox(SandboxError::Ended))));
    // The worker is not busy with it any more: its place is free.
    crate::stage::until(|| pool.workers()[0].sessions == 0).await
}

/// As in the sandbox, though a session's worker hears of it only with its first call.
async fn refused(pool: Pool) -> Result<(), Failed> {
    let start = async |memory_bytes, files| {
        let policy = Policy {
            files,
            ..Policy::default()
        };
        let limits = Limits {
            memory_bytes,
            ..Limits::tutorial()
        };
        let console = Box::new(Recorder::new());
        pool.session(&policy, &limits, console).await
    };
    let least = match start(1 << 20, Vec::new()).await {
        Err(Error::Sandbox(SandboxError::MemoryLimit { limit, least })) if limit == 1 << 20 => {
            least
        }
        other => return Err(format!("{other:?}").into()),
    };
    let large = vec![("/home/user/a".to_owned(), vec![7; 16 << 20])];
    let too_large = start(least, large.clone()).await;
    let is_refused = matches!(
        too_large,
        Err(Error::Sandbox(SandboxError::TooLarge { .. }))
    );
    assert!(is_refused, "{too_large:?}");
    for files in [Vec::new(), large] {
        let mut session = start(least + (64 << 20), files).await?;
        run(&mut session, "x = 1", Outcome::Completed).await?;
    }
    Ok(())
}

async fn uncalled(pool: Pool) -> Result<(), Failed> {
    for _ in 0..3 {
        let mut sessions = Vec::new();
        for _ in 0..8 {
            sessions.push(session(&pool).await?);
        }
        assert_eq!(pool.workers()[0].sessions, 8);
        drop(sessions);
        assert_eq!(pool.workers()[0].sessions, 0);
    }
    let (mut killed, _recorder) = session(&pool).await?;
    killed.interrupter().kill();
    let late = killed.execute(&Cell::new("1")).await;
    assert!(matches!(late, Err(Error::Sandbox(SandboxError::Ended))));
    Ok(())
}

/// Kills the only worker while `source` runs.
async fn die_in(
    pool: &Pool,
    session: &mut croquant_worker::RemoteSession,
    source: &str,
) -> Result<Error, Failed> {
    let process = only_process(pool)?;
    let killer = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        kill(process).is_ok()
    });
    let ended = session.execute(&Cell::new(source)).await;
    assert!(killer.await?);
    ended.err().ok_or_else(|| "the call ended".into())
}

async fn lost(pool: Pool) -> Result<(), Failed> {
    let (mut session, _recorder) = session(&pool).await?;
    let (mut idle, _recorder) = crate::stage::session(&pool).await?;
    run(
        &mut session,
        "x = [n for n in range(10)]",
        Outcome::Completed,
    )
    .await?;
    run(&mut idle, "def f(): return 42", Outcome::Completed).await?;
    let error = die_in(&pool, &mut session, "kept = 1\nwhile True: pass").await?;
    assert!(matches!(error, Error::Lost { recovers: true }), "{error}");
    assert!(session.is_alive());
    let process = only_process(&pool);
    assert!(process.is_err(), "the worker is still there");
    for (session, source) in [
        (
            &mut session,
            "assert len(x) == 10 and 'kept' not in globals()",
        ),
        (&mut idle, "assert f() == 42"),
    ] {
        run(session, source, Outcome::Completed).await?;
    }
    Ok(())
}

/// The worker is killed right behind each answer: what was answered has happened, once, and what was not has not.
async fn nothing_is_lost(pool: Pool) -> Result<(), Failed> {
    let (mut session, recorder) = session(&pool).await?;
    run(&mut session, "n = 0", Outcome::Completed).await?;
    for number in 1..=20 {
        kill(only_process(&pool)?)?;
        let cell = Cell::new("n += 1; print(n)");
        let mut ended = session.execute(&cell).await;
        if matches!(ended, Err(Error::Lost { recovers: true })) {
            // The death was not known yet when it was sent.
            ended = session.execute(&cell).await;
        }
        assert_eq!(ended?.outcome, Outcome::Completed);
        assert_eq!(recorder.take().stdout_text(), format!("{number}\n"));
    }
    Ok(())
}

/// Nobody can start another worker: the session is not run, and stays what it was.
async fn no_worker(pool: Pool) -> Result<(), Failed> {
    let (mut session, _recorder) = session(&pool).await?;
    run(&mut session, "x = 1", Outcome::Completed).await?;
    let before = session.kept();
    let worker = only_process(&pool)?;
    let spawner = u32::try_from(status(worker, "PPid")?)?;
    [spawner, worker]
        .map(kill)
        .into_iter()
        .collect::<Result<(), Failed>>()?;
    until(|| pool.workers().is_empty()).await?;
    for _ in 0..3 {
        let ended = session.execute(&Cell::new("x = 2")).await;
        assert!(matches!(ended, Err(Error::Start { .. })), "{ended:?}");
        assert!(session.is_alive());
    }
    assert_eq!(session.kept(), before);
    Ok(())
}

async fn quarantine(pool: Pool) -> Result<(), Failed> {
    let (mut session, recorder) = session(&pool).await?;
    run(&mut session, "x = 1", Outcome::Completed).await?;
    let first = die_in(&pool, &mut session, "while True: pass").await?;
    assert!(matches!(first, Error::Lost { recovers: true }), "{first}");
    // It comes back in a new worker only with its next call.
    pool.ready().await?;
    let second = die_in(&pool, &mut session, "while True: pass").await?;
    assert!(matches!(second, Error::Quarantined), "{second}");
    // Nothing is run, and nothing is lost.
    let third = session.execute(&Cell::new("x = 2")).await;
    assert!(matches!(third, Err(Error::Quarantined)), "{third:?}");
    assert!(session.is_alive());
    let begin = Instant::now();
    while let Err(error) = session.execute(&Cell::new("print(x)")).await {
        assert!(matches!(error, Error::Quarantined), "{error}");
        assert!(begin.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(recorder.take().stdout_text(), "1\n");
    Ok(())
}
