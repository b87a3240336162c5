//! What a worker has, seen from outside. What its walls refuse is tried from inside, in `tests/hostile`.

use croquant_sandbox::Outcome;
use croquant_worker::Pool;
use libtest_mimic::{Failed, Trial};

use crate::stage::{only_process, run, session, status, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a worker is confined, with all its threads", 1, confined),
        trial("a worker holds few descriptors and no variable", 1, bare),
        trial("workers end with their pool", 2, gone),
    ]
}

async fn confined(pool: Pool) -> Result<(), Failed> {
    let (mut session, _recorder) = session(&pool).await?;
    run(&mut session, "print(1)", Outcome::Completed).await?;
    let process = only_process(&pool)?;
    let state = pool.workers()[0];
    if !state.seccomp {
        eprintln!("SKIPPED: this kernel has no seccomp");
        return Ok(());
    }
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let status = std::fs::read_to_string(thread?.path().join("status"))?;
        assert!(status.contains("\nSeccomp:\t2\n"), "{status}");
        assert!(status.contains("\nNoNewPrivs:\t1\n"), "{status}");
    }
    // The twin: this process is free.
    assert_eq!(status(std::process::id(), "NoNewPrivs")?, 0);
    Ok(())
}

async fn bare(pool: Pool) -> Result<(), Failed> {
    let (_session, _recorder) = session(&pool).await?;
    let process = only_process(&pool)?;
    // Only root sees this of a process that no other may look into.
    let Ok(descriptors) = std::fs::read_dir(format!("/proc/{process}/fd")) else {
        eprintln!("SKIPPED: another user's view of a worker");
        return Ok(());
    };
    let mut others = Vec::new();
    for descriptor in descriptors {
        let target = std::fs::read_link(descriptor?.path())?;
        let target = target.to_string_lossy().into_owned();
        let known = target.starts_with("socket:")
            || target.starts_with("anon_inode:")
            || target.contains("image")
            || target.contains("pagemap");
        if !known {
            others.push(target);
        }
    }
    // Standard error, which it shares with its supervisor.
    assert!(others.len() <= 1, "{others:?}");
    let variables = std::fs::read(format!("/proc/{process}/environ"))?;
    assert!(variables.is_empty());
    Ok(())
}

async fn gone(pool: Pool) -> Result<(), Failed> {
    pool.ready().await?;
    let workers = pool.workers();
    assert_eq!(workers.len(), 2);
    drop(pool);
    crate::stage::until(|| {
        let alive = |process: u32| std::path::Path::new(&format!("/proc/{process}")).exists();
        !workers.iter().any(|worker| alive(worker.process))
    })
    .await
}
