//! What a session in a worker reaches of the host: all of its folders, and nothing beside them.

use std::fs;

use croquant_sandbox::{Access, Error as SandboxError, Limits, Mount, Outcome, Policy, Recorder};
use croquant_worker::{Error, Pool, PoolConfig};
use libtest_mimic::{Failed, Trial};

use crate::folders::{folder_with, granted, policy, session};
use crate::stage::{run, trial, trial_with};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("folders that cannot be had are refused", 1, missing),
        trial_with(
            "a session has many folders",
            PoolConfig::server(1, 1),
            crowded,
        ),
        trial("no path leaves a folder", 1, beneath),
        trial("no worker has a folder of another", 1, bare),
    ]
}

async fn missing(pool: Pool) -> Result<(), Failed> {
    let folder = folder_with("text")?;
    for name in ["none", "file"] {
        let policy = policy(&folder.path().join(name), Access::ReadOnly);
        let refused = session(&pool, &policy).await.err().ok_or("it is granted")?;
        assert!(matches!(refused, Error::Sandbox(SandboxError::Policy(_))));
        assert!(refused.to_string().contains("hint: "), "{refused}");
    }
    // What cannot start is refused before it is called, and leaves no worker.
    let too_little = Limits {
        memory_bytes: 1 << 20,
        ..Limits::tutorial()
    };
    let there = policy(folder.path(), Access::ReadOnly);
    let started = pool.session(&there, &too_little, Box::new(Recorder::new()));
    let refused = started.await.err().ok_or("it has started")?;
    assert!(matches!(
        refused,
        Error::Sandbox(SandboxError::MemoryLimit { .. })
    ));
    assert!(granted(&pool).is_empty());
    let crowd = (0..65).map(|n| Mount::new(folder.path(), format!("/{n}"), Access::ReadOnly));
    let crowd = Policy {
        mounts: crowd.collect(),
        ..Policy::default()
    };
    let refused = session(&pool, &crowd).await.err();
    assert!(matches!(refused, Some(Error::NotHere { .. })));
    Ok(())
}

/// The twin of too many: as many as there may be, in a worker that has room for one session alone.
async fn crowded(pool: Pool) -> Result<(), Failed> {
    let folder = folder_with("text")?;
    let mounts = (0..64).map(|n| Mount::new(folder.path(), format!("/{n}"), Access::ReadOnly));
    let policy = Policy {
        mounts: mounts.collect(),
        ..Policy::default()
    };
    let (mut session, recorder) = session(&pool, &policy).await?;
    let open = "files = [open(f'/{n}/file') for n in range(60)]; print(files[59].read())";
    run(&mut session, open, Outcome::Completed).await?;
    assert_eq!(recorder.take().stdout_text(), "text\n");
    Ok(())
}

/// A link or `..` leads nowhere outside, to read or to write; one that stays inside is followed.
async fn beneath(pool: Pool) -> Result<(), Failed> {
    let around = tempfile::tempdir()?;
    let (folder, secret) = (around.path().join("folder"), around.path().join("secret"));
    fs::create_dir_all(folder.join("inner"))?;
    fs::write(&secret, "secret")?;
    fs::write(folder.join("file"), "text")?;
    for (link, target) in [
        ("absolute", secret.as_path()),
        ("relative", "../secret".as_ref()),
        ("up", "..".as_ref()),
        ("inside", "file".as_ref()),
        ("inner/above", "../file".as_ref()),
    ] {
        std::os::unix::fs::symlink(target, folder.join(link))?;
    }
    let (mut session, recorder) = session(&pool, &policy(&folder, Access::ReadWrite)).await?;
    for mode in ["r", "r+", "w"] {
        for link in ["absolute", "relative", "up/secret"] {
            let open = format!("open('/data/{link}', '{mode}')");
            run(&mut session, &open, Outcome::Raised).await?;
        }
    }
    // What is above a mount is the guest's own: there is no such file, and it may make one, in its memory.
    for path in ["../secret", "inner/../../secret"] {
        let read = format!("open('/data/{path}')");
        run(&mut session, &read, Outcome::Raised).await?;
        let replace =
            format!("import os; open('/data/{path}', 'w').write('mine'); os.remove('/secret')");
        run(&mut session, &replace, Outcome::Completed).await?;
    }
    recorder.take();
    for path in ["inside", "inner/above", "inner/../file"] {
        let read = format!("print(open('/data/{path}').read())");
        run(&mut session, &read, Outcome::Completed).await?;
        assert_eq!(recorder.take().stdout_text(), "text\n", "{path}");
    }
    assert_eq!(fs::read_to_string(secret)?, "secret");
    Ok(())
}

async fn bare(pool: Pool) -> Result<(), Failed> {
    let folders = [folder_with("one")?, folder_with("two")?];
    // A worker that is there before all folders, and one for each.
    let (_plain, _recorder) = crate::stage::session(&pool).await?;
    let mut sessions = Vec::new();
    let mut workers = vec![pool.workers()[0].process];
    for folder in &folders {
        sessions.push(session(&pool, &policy(folder.path(), Access::ReadOnly)).await?);
        let started = granted(&pool).into_iter().map(|worker| worker.process);
        let new: Vec<u32> = started
            .filter(|process| !workers.contains(process))
            .collect();
        workers.extend(new);
    }
    assert_eq!(workers.len(), 3);
    for (index, process) in workers.into_iter().enumerate() {
        // Only root sees this of a process that no other may look into.
        let Ok(descriptors) = fs::read_dir(format!("/proc/{process}/fd")) else {
            eprintln!("SKIPPED: another user's view of a worker");
            return Ok(());
        };
        let mut open = Vec::new();
        for descriptor in descriptors {
            open.push(fs::read_link(descriptor?.path())?);
        }
        for (owner, folder) in folders.iter().enumerate() {
            let real = folder.path().canonicalize()?;
            let count = open.iter().filter(|path| path.starts_with(&real)).count();
            // As it was passed, and as the session has it.
            let expected = if index == owner + 1 { 2 } else { 0 };
            assert_eq!(count, expected, "{index}: {open:?}");
        }
    }
    Ok(())
}
