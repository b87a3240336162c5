//! Sessions that sleep in a store: what they weigh there, what of them stays in memory, and how they wake.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result, ensure};
use croquant_sandbox::{Cell, Limits, Policy, Recorder};
use croquant_store::{Key, Owner, Put, Record, Store, StoreConfig};
use croquant_worker::{Kept, Pool, PoolConfig, Spawner};

use crate::Promise;
use crate::memory::memory_bytes;
use crate::stats::{Samples, ms};
use crate::worker::{key, timed};

/// What the sessions did before they went to sleep; no two are the same.
const KINDS: &[&str] = &[
    "print(number)",
    "def double(n):\n    return 2 * n\nnumbers = [double(number + n) for n in range(100)]",
    "import json\nrows = json.loads(json.dumps([{'id': number + n, 'name': f'row {n}'} for n in range(50)]))",
];

/// Sessions that sleep before it is looked at memory: the store's own is there then.
const WARM_UP: u32 = 200;

/// So many of them are woken.
const WOKEN: u32 = 500;

/// The server's note of a kernel: a page, and the sources of its cells.
const NOTE: &str = r#"{"pages":[{"id":"5b8e9a1c-7f32-4e0d-9c55-0c7a6a4f1d21","path":"/tutorial/introduction.html","name":"","type":"notebook"}],"count":2,"history":[[1,"SOURCE"],[2,"print(number)"]],"is_lost":false}"#;

/// Puts `count` sessions to sleep, and wakes some.
pub(crate) fn measure(count: u32) -> Result<Vec<Promise>> {
    let folder = tempfile::tempdir()?;
    let config = StoreConfig::tutorial();
    let store = Store::open(&folder.path().join("sessions.db"), &config)?.store;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(sleep_and_wake(count, &store, folder.path()))
}

async fn sleep_and_wake(count: u32, store: &Store, folder: &Path) -> Result<Vec<Promise>> {
    let pool = Pool::new(Spawner::start()?, PoolConfig::server(1, 16), key()?);
    let (mut put, mut woken) = (Samples::default(), Samples::default());
    let mut before = 0;
    for number in 0..count {
        if number == WARM_UP {
            before = memory_bytes(&pool)?;
        }
        sleep(number, &pool, store, &mut put).await?;
    }
    let after = memory_bytes(&pool)?;
    store.sync()?;
    let bytes = folder_bytes(folder)?;
    for number in (0..count).step_by((count / WOKEN) as usize) {
        timed(&mut woken, wake(number, &pool, store)).await?;
    }

    let each = |bytes: f64, count: u32| bytes / f64::from(count) / 1024.0;
    let memory = each(after as f64 - before as f64, count - WARM_UP);
    println!(
        "\nhibernate   {count} sessions: {:.1} KiB of store each, {:.0} MB in all; {memory:.2} KiB of memory each",
        each(bytes as f64, count),
        bytes as f64 / 1e6,
    );
    println!("\n{:<44}{:>10}{:>10}", "", "p50 ms", "p99 ms");
    for (name, samples) in [
        ("put into the store", &put),
        ("woken: got, resumed, print(number) done", &woken),
    ] {
        let (p50, p99) = (ms(samples.percentile(50)), ms(samples.percentile(99)));
        println!("{name:<44}{p50:>10.3}{p99:>10.3}");
    }
    Ok(vec![
        Promise {
            what: "store of 20,000 sleeping sessions",
            measured: bytes as f64 / 1e6 * 20_000.0 / f64::from(count),
            at_most: 500.0,
            unit: "MB",
        },
        Promise {
            what: "memory of a sleeping session",
            measured: memory,
            at_most: 0.05,
            unit: "KiB",
        },
    ])
}

async fn sleep(number: u32, pool: &Pool, store: &Store, put: &mut Samples) -> Result<()> {
    let (policy, limits) = (Policy::default(), Limits::tutorial());
    let console = Box::new(Recorder::new());
    let mut session = pool.session(&policy, &limits, console).await?;
    let source = format!(
        "number = {number}\n{}",
        KINDS[number as usize % KINDS.len()]
    );
    for cell in [&*source, "print(number)"] {
        session.execute(&Cell::new(cell)).await?;
    }
    let Kept::State(state) = session.kept() else {
        anyhow::bail!("nothing is kept of a session");
    };
    let (owner, id) = names(number);
    put.time(|| {
        let record = Record {
            generation: 2,
            meta: NOTE.replace("SOURCE", &source).into_bytes(),
            snapshot: state.to_vec(),
        };
        let key = Key {
            owner: &owner,
            id: &id,
        };
        let put = store.put(key, &record, SystemTime::now())?;
        ensure!(put == Put::Stored, "{put:?}");
        Ok(())
    })
}

async fn wake(number: u32, pool: &Pool, store: &Store) -> Result<()> {
    let (owner, id) = names(number);
    let key = Key {
        owner: &owner,
        id: &id,
    };
    let record = store.get(key)?.context("it sleeps here")?;
    let (policy, limits) = (Policy::default(), Limits::tutorial());
    let recorder = Recorder::new();
    let console = Box::new(recorder.clone());
    let mut session = pool
        .resume(&policy, &limits, console, record.snapshot)
        .await?;
    session.execute(&Cell::new("print(number)")).await?;
    let printed = recorder.take().stdout;
    ensure!(
        printed == format!("{number}\n").as_bytes(),
        "another session woke"
    );
    Ok(())
}

/// A reader, and the name of the reader's kernel. Like hashes, readers come in no order.
fn names(number: u32) -> (Owner, String) {
    let mut owner = [7; 32];
    owner[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b1).to_be_bytes());
    (owner, format!("{number:08x}-7f32-4e0d-9c55-0c7a6a4f1d21"))
}

fn folder_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}
