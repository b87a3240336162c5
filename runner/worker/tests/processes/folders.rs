//! Sessions with folders of the host: in workers that are started for them. What such a worker cannot reach is tried from inside, in
//! `tests/hostile`.

use std::fs;
use std::path::Path;

use croquant_sandbox::{Access, Limits, Mount, Outcome, Policy, Recorder};
use croquant_worker::{Error, Kept, Pool, PoolConfig, RemoteSession, WorkerState};
use libtest_mimic::{Failed, Trial};

use crate::stage::{kill, pool, run, trial, trial_with, until};

pub(crate) fn trials() -> Vec<Trial> {
    let few = PoolConfig {
        granted_workers: 1,
        ..PoolConfig::server(1, 8)
    };
    vec![
        trial("a granted folder is read and written", 1, used),
        trial("the same folders share a worker, others do not", 1, shared),
        trial("sessions with one folder spread over workers", 2, spread),
        trial("a worker ends with the last session in it", 1, ended),
        trial_with("workers with folders are counted", few, counted),
        trial("a new worker has the same folder", 1, restored),
        trial("what is kept wakes with a folder", 1, woken),
        trial("a quota outlives its worker", 1, quota),
    ]
}

pub(crate) fn policy(folder: &Path, access: Access) -> Policy {
    Policy {
        mounts: vec![Mount::new(folder, "/data", access)],
        ..Policy::default()
    }
}

pub(crate) async fn session(
    pool: &Pool,
    policy: &Policy,
) -> Result<(RemoteSession, Recorder), Error> {
    let recorder = Recorder::new();
    let console = Box::new(recorder.clone());
    let session = pool.session(policy, &Limits::tutorial(), console).await?;
    Ok((session, recorder))
}

/// The workers that have folders.
pub(crate) fn granted(pool: &Pool) -> Vec<WorkerState> {
    let mut workers = pool.workers();
    workers.retain(|worker| worker.folders > 0);
    workers
}

pub(crate) fn folder_with(text: &str) -> Result<tempfile::TempDir, Failed> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("file"), text)?;
    Ok(folder)
}

const WRITE: &str = "open('/data/new', 'w').write('new')";

async fn used(pool: Pool) -> Result<(), Failed> {
    let folder = folder_with("text")?;
    let new = folder.path().join("new");
    let read_only = policy(folder.path(), Access::ReadOnly);
    let (mut reader, recorder) = session(&pool, &read_only).await?;
    let look = "import os; print(open('/data/file').read(), os.listdir('/data'))";
    for _ in 0..2 {
        run(&mut reader, look, Outcome::Completed).await?;
        assert_eq!(recorder.take().stdout_text(), "text ['file']\n");
    }
    run(&mut reader, WRITE, Outcome::Raised).await?;
    assert!(recorder.take().messages[0].json.contains("Read-only"));
    assert!(!new.exists());
    let read_write = policy(folder.path(), Access::ReadWrite);
    let (mut writer, _recorder) = session(&pool, &read_write).await?;
    run(&mut writer, WRITE, Outcome::Completed).await?;
    assert_eq!(fs::read_to_string(new)?, "new");
    Ok(())
}

async fn shared(pool: Pool) -> Result<(), Failed> {
    let (folder, other) = (folder_with("one")?, folder_with("two")?);
    let same = policy(folder.path(), Access::ReadOnly);
    let _two = [session(&pool, &same).await?, session(&pool, &same).await?];
    assert_eq!(granted(&pool).len(), 1);
    assert_eq!(granted(&pool)[0].sessions, 2);
    let access = policy(folder.path(), Access::ReadWrite);
    let _access = session(&pool, &access).await?;
    assert_eq!(granted(&pool).len(), 2);
    let (mut elsewhere, recorder) = session(&pool, &policy(other.path(), Access::ReadOnly)).await?;
    assert_eq!(granted(&pool).len(), 3);
    run(
        &mut elsewhere,
        "print(open('/data/file').read())",
        Outcome::Completed,
    )
    .await?;
    assert_eq!(recorder.take().stdout_text(), "two\n");
    // The same name, and another folder.
    let away = other.path().join("away");
    fs::rename(folder.path(), &away)?;
    fs::create_dir(folder.path())?;
    let _new = session(&pool, &same).await?;
    assert_eq!(granted(&pool).len(), 4);
    // The same folder, seen otherwise.
    let mut hidden = same.clone();
    hidden.mounts[0].rules.hide_dotfiles = true;
    let mut placed = same.clone();
    placed.mounts[0].guest = "/placed".to_owned();
    let _seen = [
        session(&pool, &hidden).await?,
        session(&pool, &placed).await?,
    ];
    // More than it, and nothing at all.
    let mut more = same.clone();
    more.mounts
        .push(Mount::new(other.path(), "/more", Access::ReadOnly));
    let _more = session(&pool, &more).await?;
    let _plain = crate::stage::session(&pool).await?;
    let counts = granted(&pool).into_iter();
    let counts: Vec<_> = counts
        .map(|worker| (worker.folders, worker.sessions))
        .collect();
    let expected = [(1, 2), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (2, 1)];
    assert_eq!(counts, expected);
    Ok(())
}

async fn spread(pool: Pool) -> Result<(), Failed> {
    let folder = folder_with("text")?;
    let policy = policy(folder.path(), Access::ReadOnly);
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(session(&pool, &policy).await?);
    }
    let counts: Vec<usize> = granted(&pool)
        .iter()
        .map(|worker| worker.sessions)
        .collect();
    assert_eq!(counts, [2, 2]);
    Ok(())
}

async fn ended(pool: Pool) -> Result<(), Failed> {
    let folder = folder_with("text")?;
    let policy = policy(folder.path(), Access::ReadOnly);
    let (mut first, _recorder) = session(&pool, &policy).await?;
    let (second, _recorder) = session(&pool, &policy).await?;
    let (mut plain, _recorder) = crate::stage::session(&pool).await?;
    let process = granted(&pool)[0].process;
    let is_there = || Path::new(&format!("/proc/{process}")).exists();
    drop(second);
    run(&mut first, "x = 1", Outcome::Completed).await?;
    assert!(is_there() && granted(&pool).len() == 1);
    // It ends by itself, and its handle is still there.
    run(&mut first, "exit(0)", Outcome::Exited(0)).await?;
    until(|| !is_there()).await?;
    assert!(granted(&pool).is_empty());
    run(&mut plain, "x = 1", Outcome::Completed).await?;
    Ok(())
}

async fn counted(pool: Pool) -> Result<(), Failed> {
    let (folder, other) = (folder_with("one")?, folder_with("two")?);
    let policies = [folder.path(), other.path()].map(|path| policy(path, Access::ReadOnly));
    let first = session(&pool, &policies[0]).await?;
    let refused = session(&pool, &policies[1]).await.err();
    assert!(matches!(refused, Some(Error::NoWorker { max_workers: 1 })));
    // The twin: one with the same folder, and one without.
    let same = session(&pool, &policies[0]).await?;
    let _plain = crate::stage::session(&pool).await?;
    drop((first, same));
    session(&pool, &policies[1]).await?;
    Ok(())
}

/// Its folder is the one that was granted, not whatever is at its path now.
async fn restored(pool: Pool) -> Result<(), Failed> {
    let around = tempfile::tempdir()?;
    let folder = around.path().join("folder");
    fs::create_dir(&folder)?;
    fs::write(folder.join("file"), "true")?;
    let (mut session, recorder) = session(&pool, &policy(&folder, Access::ReadWrite)).await?;
    run(
        &mut session,
        "f = open('/data/file'); n = 41",
        Outcome::Completed,
    )
    .await?;
    fs::rename(&folder, around.path().join("moved"))?;
    fs::create_dir(&folder)?;
    fs::write(folder.join("file"), "false")?;
    let process = granted(&pool)[0].process;
    kill(process)?;
    until(|| granted(&pool).is_empty()).await?;
    run(
        &mut session,
        "print(open('/data/file').read(), n + 1)",
        Outcome::Completed,
    )
    .await?;
    assert_eq!(recorder.take().stdout_text(), "true 42\n");
    assert_ne!(granted(&pool)[0].process, process);
    // What was open is not any more.
    run(&mut session, "f.read()", Outcome::Raised).await?;
    Ok(())
}

async fn woken(first: Pool) -> Result<(), Failed> {
    let (folder, other) = (folder_with("one")?, folder_with("two")?);
    let before = policy(folder.path(), Access::ReadOnly);
    let (mut asleep, _recorder) = session(&first, &before).await?;
    run(&mut asleep, "n = 41", Outcome::Completed).await?;
    let Kept::State(state) = asleep.kept() else {
        return Err("nothing is kept".into());
    };
    let state = state.to_vec();
    drop((asleep, first));
    let second = pool(1, [7; 32])?;
    let wake = async |policy: &Policy| {
        let recorder = Recorder::new();
        let console = Box::new(recorder.clone());
        let limits = Limits::tutorial();
        let woken = second.resume(policy, &limits, console, state.clone());
        woken.await.map(|session| (session, recorder))
    };
    // The host says which folder it is now.
    let (mut woken, recorder) = wake(&policy(other.path(), Access::ReadOnly)).await?;
    run(
        &mut woken,
        "print(open('/data/file').read(), n + 1)",
        Outcome::Completed,
    )
    .await?;
    assert_eq!(recorder.take().stdout_text(), "two 42\n");
    for other in [policy(folder.path(), Access::ReadWrite), Policy::default()] {
        let refused = wake(&other).await.err();
        assert!(
            matches!(refused, Some(Error::Unwakeable { .. })),
            "{refused:?}"
        );
    }
    Ok(())
}

async fn quota(pool: Pool) -> Result<(), Failed> {
    let folder = folder_with("text")?;
    let mut policy = policy(folder.path(), Access::ReadWrite);
    policy.mounts[0].rules.quota.bytes = 100;
    let (mut session, recorder) = session(&pool, &policy).await?;
    let write = "with open(f'/data/{name}', 'w') as f: f.write('x' * 60)";
    run(&mut session, "name = 'a'", Outcome::Completed).await?;
    run(&mut session, write, Outcome::Completed).await?;
    kill(granted(&pool)[0].process)?;
    until(|| granted(&pool).is_empty()).await?;
    run(&mut session, "name = 'b'", Outcome::Completed).await?;
    run(&mut session, write, Outcome::Raised).await?;
    assert!(recorder.take().messages[0].json.contains("quota"));
    Ok(())
}
