//! Chaos: many readers run cells while their server, its processes, its disk and its store fail in every way. What a reader was told is done
//! is done, once, in no other session; what was told to be undone is; and a session that is lost says so, and had to be.
//!
//! `CROQUANT_CHAOS_SEED` chooses the faults.

mod faults;
mod ledger;
mod reader;
mod seed;
mod server;
mod wire;
mod world;

use tokio::sync::watch;
use tokio::task::JoinSet;

use faults::{Fault, Machine};
use reader::Reader;
use seed::Random;
use server::{Bed, Server};
use world::World;

/// So many readers use a server that suffers these faults. Returns what came of it, and what must not have been.
async fn run(readers: u64, bed: Bed, random: Random, faults: Vec<Fault>) -> (World, Vec<String>) {
    let world = World::default();
    let readers: Vec<Reader> = (1..=readers)
        .map(|number| Reader::new(number, random.stream(number), world.clone()))
        .collect();
    let tokens = readers
        .iter()
        .map(|reader| reader.token().to_owned())
        .collect();
    let server = Server::start(&bed, &world);
    let (address, addresses) = watch::channel(server.address);
    let mut running = JoinSet::new();
    for reader in readers {
        running.spawn(reader.run(addresses.clone()));
    }
    drop(addresses);
    let machine = Machine {
        bed,
        random,
        world: world.clone(),
        tokens,
        address,
        server,
    };
    let suffering = tokio::task::spawn_blocking(move || machine.suffer(&faults));
    suffering.await.expect("the server suffers");
    let ledgers = running.join_all().await;
    let violations = ledgers.into_iter().flat_map(|ledger| ledger.violations);
    (world, violations.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_completed_cell_is_lost_or_duplicated_or_shown_to_another() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::of_this_run();
    let mut faults = [Fault::USUAL; 3].concat();
    random.shuffle(&mut faults);
    // Whatever was not lost until then is lost now.
    faults.push(Fault::DamageStore);
    let bed = Bed::Folder(folder.path().to_owned());
    let (world, violations) = run(200, bed, random, faults).await;
    let counts = world.counts();
    println!("{counts:?}");
    assert!(
        violations.is_empty(),
        "{} violations\n{}",
        violations.len(),
        violations.join("\n")
    );
    assert!(counts.done.get() > 2_000, "{counts:?}");
    assert!(counts.lost.get() > 100, "{counts:?}");
    assert!(
        counts.undone.get() > 0 && counts.unheard.get() > 0,
        "{counts:?}"
    );
}

/// The same book, of a server that keeps nothing: it must not balance.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_store_is_found_out() {
    let random = Random::of_this_run();
    let (world, violations) = run(20, Bed::None, random, vec![Fault::KillServer]).await;
    assert!(world.counts().lost.get() > 0, "{:?}", world.counts());
    assert!(
        violations
            .iter()
            .any(|violation| violation.contains("the session was lost")),
        "{violations:?}"
    );
}
