//! A cell that has to be stopped for good is undone: what earlier cells left is there, what it did itself is not.

use std::time::Duration;

use croquant_sandbox::{Access, Clock, Limits, Mount, Outcome, Policy, Random, Report, Session};

use crate::stage::{Memory, Stage, engine, limits};

/// State of many kinds, from earlier cells.
pub(crate) const BEFORE: &str = "
import collections, functools, io, itertools, json, random, re
def counter():
    count = 0
    def step():
        nonlocal count
        count += 1
        return count
    return step
step = counter()
step()
def squares():
    for i in itertools.count():
        yield i * i
numbers = squares()
first = [next(numbers) for _ in range(5)]
@functools.lru_cache
def slow(n): return n * 2
slow(21)
pattern = re.compile(r'(\\d+)-(\\w+)')
table = {str(i): [i] * 10 for i in range(1000)}
queue = collections.deque(range(10), maxlen=10)
random.seed(7)
random.random()
with open('/tmp/kept.txt', 'w') as file: file.write('kept')
log = open('/tmp/log.txt', 'w+')
log.write('one\\n')
buffer = io.StringIO('a\\nb\\nc')
buffer.readline()
async def later(): return 'later'
waiting = later()
";

/// What a failed cell changes of it, before it fails.
const SPOIL: &str = "
kept.append('spoilt')
step(); next(numbers); slow(1); table.clear(); queue.append('spoilt')
random.random()
log.write('spoilt\\n'); log.flush()
buffer.readline()
waiting.close()
with open('/tmp/kept.txt', 'w') as file: file.write('spoilt')
open('/tmp/new.txt', 'w').close()
def squares(): pass
import decimal as spoilt
large = [[i] for i in range(300_000)]
";

/// Shows it all, and changes it.
pub(crate) const SHOW: &str = "
import os
log.write('two\\n'); log.flush(); log.seek(0)
print(kept, step(), next(numbers), slow.cache_info().currsize, pattern.match('12-ab').groups())
print(len(table), list(queue), random.random())
print(open('/tmp/kept.txt').read(), sorted(os.listdir('/tmp')), log.read().split(), buffer.read().split())
print('spoilt' in globals(), 'large' in globals(), await waiting)
";

pub(crate) const SHOWN: &str = "['kept'] 2 25 1 ('12', 'ab')
1000 [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] 0.15084917392450192
kept ['kept.txt', 'log.txt'] ['one', 'two'] ['b', 'c']
False False later
";

/// Code that never looks at an interrupt.
const NEVER_LOOKS: &str = "
import sqlite3
a = bytes(10**7)
sqlite3.connect(':memory:').execute('select instr(?, ?)', (a + a, a + b'b'))
";

/// Code that catches every interrupt.
const SWALLOWS: &str =
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass";

async fn prepared() -> Stage {
    let mut stage = Stage::new(&limits()).await;
    stage.print(BEFORE).await;
    stage
}

/// Everything is as it was before the cell.
async fn is_as_before(mut stage: Stage, report: Report, outcome: Outcome) {
    assert_eq!(
        (report.outcome, report.restored, report.alive),
        (outcome, true, true)
    );
    stage.session.set_limits(&limits());
    assert_eq!(stage.print(SHOW).await, SHOWN);
    stage.remembers("restoring").await;
}

/// Spoils what it can, then dies of `source`.
async fn check(limits: &Limits, source: &str, outcome: Outcome) {
    let mut stage = prepared().await;
    stage.session.set_limits(limits);
    let report = stage.execute(&format!("{SPOIL}{source}")).await;
    is_as_before(stage, report, outcome).await;
}

#[tokio::test]
async fn a_cell_that_ends_keeps_what_it_did() {
    // The twin of all the others.
    let mut stage = prepared().await;
    let report = stage.execute(SPOIL).await;
    assert_eq!(
        (report.outcome, report.restored),
        (Outcome::Completed, false)
    );
    let kept = "print(kept, open('/tmp/kept.txt').read(), len(large), len(table))";
    assert_eq!(
        stage.print(kept).await,
        "['kept', 'spoilt'] spoilt 300000 0\n"
    );
}

#[tokio::test]
async fn after_a_trap() {
    let mut stage = prepared().await;
    let report = stage.execute(&format!("{SPOIL}\nos.abort()")).await;
    assert_eq!(report.outcome, Outcome::Raised, "`os` is not known yet");
    let mut stage = prepared().await;
    let report = stage
        .execute(&format!("{SPOIL}\nimport os\nos.abort()"))
        .await;
    assert!(
        matches!(report.outcome, Outcome::Trapped(_)),
        "{:?}",
        report.outcome
    );
    let outcome = report.outcome.clone();
    is_as_before(stage, report, outcome).await;
}

#[tokio::test]
async fn after_the_deadline() {
    let limits = Limits {
        deadline_ms: 1_000,
        grace_ms: 200,
        ..limits()
    };
    check(&limits, SWALLOWS, Outcome::Deadline).await;
    check(&limits, NEVER_LOOKS, Outcome::Deadline).await;
}

#[tokio::test]
async fn after_the_last_of_the_fuel() {
    let limits = Limits {
        fuel: 3_000_000_000,
        grace_ms: 600_000,
        ..limits()
    };
    check(&limits, SWALLOWS, Outcome::OutOfFuel).await;
}

#[tokio::test]
async fn memory_that_runs_out_is_no_reason() {
    let mut stage = prepared().await;
    let report = stage
        .execute("kept.append('more')\nhuge = 'x' * 10**9")
        .await;
    assert_eq!(
        (report.outcome, report.restored),
        (Outcome::OutOfMemory, false)
    );
    assert_eq!(stage.print("print(kept)").await, "['kept', 'more']\n");
}

async fn interrupted(source: &str, grace_ms: u64, times_ms: &[u64]) -> (Stage, Report) {
    let mut stage = prepared().await;
    stage.session.set_limits(&Limits {
        fuel: Limits::script().fuel,
        grace_ms,
        ..limits()
    });
    let interrupter = stage.session.interrupter();
    let source = format!("{SPOIL}{source}");
    let times_ms = times_ms.to_owned();
    // Code that never looks holds the thread that runs it.
    let presses = std::thread::spawn(move || {
        let mut at = 0;
        for time in times_ms {
            std::thread::sleep(Duration::from_millis(time - at));
            at = time;
            interrupter.interrupt();
        }
    });
    let report = stage.execute(&source).await;
    presses.join().unwrap();
    (stage, report)
}

#[tokio::test]
async fn after_an_interrupt_that_nobody_sees() {
    let (stage, report) = interrupted(NEVER_LOOKS, 200, &[2_000]).await;
    is_as_before(stage, report, Outcome::Interrupted).await;
}

#[tokio::test]
async fn after_a_second_interrupt_of_what_swallows_the_first() {
    let (stage, report) = interrupted(SWALLOWS, 200, &[2_000, 2_600]).await;
    is_as_before(stage, report, Outcome::Interrupted).await;
}

#[tokio::test]
async fn a_program_may_handle_an_interrupt_twice() {
    let source = "
for _ in range(2):
    try:
        while True: pass
    except KeyboardInterrupt: handled = True
";
    let (mut stage, report) = interrupted(source, 10_000, &[2_000, 2_600]).await;
    assert_eq!(
        (report.outcome, report.restored),
        (Outcome::Completed, false)
    );
    assert_eq!(
        stage.print("print(kept, handled)").await,
        "['kept', 'spoilt'] True\n"
    );
}

#[tokio::test]
async fn questions_are_undone_too() {
    let mut stage = prepared().await;
    stage
        .print("class A:\n    @property\n    def x(self):\n        kept.append('asked'); import os; os.abort()\na = A()")
        .await;
    let request = r#"{"op": "evaluate", "expressions": {"x": "a.x"}}"#;
    let called = stage.session.call(request).await.unwrap();
    assert!(
        matches!(called.report.outcome, Outcome::Trapped(_)),
        "{called:?}"
    );
    assert!(called.report.restored && called.reply.is_none());
    assert_eq!(stage.print(SHOW).await, SHOWN);
}

#[tokio::test]
async fn again_and_again_it_is_the_same() {
    let mut stage = prepared().await;
    let abort = format!("{SPOIL}\nimport os\nos.abort()");
    let mut reports = Vec::new();
    for _ in 0..100 {
        let report = stage.execute(&abort).await;
        assert!(report.restored);
        // Work, memory and what was kept: nothing grows.
        reports.push((report.fuel, report.memory_bytes, report.checkpoint_bytes));
    }
    reports.dedup();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert_eq!(stage.print(SHOW).await, SHOWN);
}

#[tokio::test]
async fn virtual_time_and_seeded_chance_go_back() {
    let policy = Policy {
        clock: Clock::Frozen(1_700_000_000_000_000_000),
        random: Random::Seeded(7),
        ..Policy::default()
    };
    let look = "import os, time; time.sleep(5); print(os.urandom(8).hex(), time.time(), time.perf_counter() < 100)";
    let mut shown = Vec::new();
    for fails in [false, true] {
        let memory = Memory::default();
        let console = Box::new(memory.clone());
        let session = Session::start(engine(), &policy, &limits(), console)
            .await
            .unwrap();
        let mut stage = Stage { session, memory };
        let first = stage.print(look).await;
        if fails {
            let report = stage.execute(&format!("{look}\nos.abort()")).await;
            assert!(report.restored, "{report:?}");
        }
        shown.push((first, stage.print(look).await));
    }
    assert_eq!(shown[0], shown[1]);
    assert_ne!(shown[0].0, shown[0].1);
}

#[tokio::test]
async fn chance_is_drawn_anew_only_outside() {
    let mut stage = Stage::new(&limits()).await;
    stage.print("import os, random").await;
    let draw = "print(random.random(), os.urandom(8).hex())";
    let abort = format!("{draw}\nos.abort()");
    let mut drawn = Vec::new();
    for _ in 0..2 {
        stage.memory.0.lock().unwrap().stdout.clear();
        assert!(stage.execute(&abort).await.restored);
        let printed = stage.memory.0.lock().unwrap().stdout.clone();
        let (number, bytes) = printed.trim().split_once(' ').unwrap();
        drawn.push((number.to_owned(), bytes.to_owned()));
    }
    // The generator is as it was before the cell, as every object is; the host's bytes never come twice.
    assert_eq!(drawn[0].0, drawn[1].0);
    assert_ne!(drawn[0].1, drawn[1].1);
}

#[tokio::test]
async fn files_of_mounts_do_not_leak_and_are_not_mistaken() {
    let folder = tempfile::tempdir().unwrap();
    let mount = Mount {
        host: folder.path().to_owned(),
        guest: "/data".into(),
        access: Access::ReadWrite,
        rules: Default::default(),
    };
    let policy = Policy {
        mounts: vec![mount],
        ..Policy::default()
    };
    let limits = Limits {
        open_files: 16,
        ..limits()
    };
    let memory = Memory::default();
    let console = Box::new(memory.clone());
    let session = Session::start(engine(), &policy, &limits, console)
        .await
        .unwrap();
    let mut stage = Stage { session, memory };
    let before = "import os; kept = open('/data/kept', 'w+'); lost = open('/data/lost', 'w'); kept.write('kept'); kept.flush()";
    stage.print(before).await;
    // Each opens four files, and would use the limit up.
    let cell = "lost.close(); more = [open(f'/data/{i}', 'w') for i in range(4)]; os.abort()";
    for _ in 0..10 {
        let report = stage.execute(cell).await;
        assert!(report.restored, "{report:?}");
    }
    let after = "
more = [open(f'/data/{i}', 'w') for i in range(4)]
kept.seek(0)
print(kept.read())
lost.write('for nobody else')
try: lost.flush()
except OSError as error: print(error)
for file in more: file.close()
print([os.path.getsize(f'/data/{i}') for i in range(4)])
";
    let printed = stage.print(after).await;
    assert_eq!(
        printed,
        "kept\n[Errno 9] Bad file descriptor\n[0, 0, 0, 0]\n"
    );
    // The number is free again when the program closes what it takes for open.
    let close = "try: lost.close()\nexcept OSError: pass\nprint(open('/data/kept').read())";
    assert_eq!(stage.print(close).await, "kept\n");
}
