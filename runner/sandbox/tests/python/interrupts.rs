//! Stop keeps the variables.

use std::time::Duration;

use croquant_sandbox::{Limits, Outcome};

use crate::stage::{Stage, limits};

async fn interrupt(stage: &mut Stage, source: &str) -> croquant_sandbox::Report {
    let interrupter = stage.session.interrupter();
    // From another thread: what never looks holds the one that it runs on.
    let later = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        interrupter.interrupt();
    });
    let report = stage.execute(source).await;
    later.join().unwrap();
    report
}

/// A cell that runs for ever, or nearly, is stopped by an interrupt with `KeyboardInterrupt`.
async fn check(source: &str) {
    let mut stage = Stage::new(&limits()).await;
    let report = interrupt(&mut stage, source).await;
    assert_eq!(
        (report.outcome, stage.error().as_str()),
        (Outcome::Interrupted, "KeyboardInterrupt"),
        "{source}"
    );
    stage.remembers(source).await;
}

#[tokio::test]
async fn loops() {
    check("while True: pass").await;
    check("while True:\n    x = [i * i for i in range(1000)]").await;
    check("for i in range(10**15):\n    kept[0]").await;
    check("import itertools\nfor i in itertools.count(): pass").await;
    check("def f():\n    while True: yield 1\nfor _ in f(): pass").await;
    check("sum(i for i in range(10**15))").await;
}

#[tokio::test]
async fn nested_tries() {
    check("while True:\n    try:\n        try:\n            while True: pass\n        except ValueError: pass\n    except Exception: pass").await;
    check("while True:\n    try:\n        while True: pass\n    finally:\n        done = 1").await;
}

#[tokio::test]
async fn regular_expressions() {
    check("import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')").await;
}

#[tokio::test]
async fn waits() {
    check("import time\ntime.sleep(10**6)").await;
    check("input('? ')").await;
    check("import asyncio\nasyncio.run(asyncio.sleep(10**6))").await;
    check("import asyncio\nawait asyncio.sleep(10**6)").await;
}

#[tokio::test]
async fn a_program_may_catch_it() {
    let mut stage = Stage::new(&limits()).await;
    let report = interrupt(
        &mut stage,
        "try:\n    while True: pass\nexcept KeyboardInterrupt:\n    caught = True",
    )
    .await;
    assert_eq!(report.outcome, Outcome::Completed);
    assert_eq!(stage.print("print(caught)").await, "True\n");
    stage.remembers("catching").await;
}

#[tokio::test]
async fn finally_blocks_run() {
    let mut stage = Stage::new(&limits()).await;
    let report = interrupt(
        &mut stage,
        "try:\n    while True: pass\nfinally:\n    ran = True",
    )
    .await;
    assert_eq!(report.outcome, Outcome::Interrupted);
    assert_eq!(stage.print("print(ran)").await, "True\n");
}

#[tokio::test]
async fn one_interrupt_interrupts_once() {
    let mut stage = Stage::new(&limits()).await;
    interrupt(&mut stage, "while True: pass").await;
    assert_eq!(
        stage.print("import time; time.sleep(0.01); print(1)").await,
        "1\n"
    );
    stage.remembers("the next cell").await;
}

#[tokio::test]
async fn what_never_looks_is_stopped_after_the_grace() {
    let mut stage = Stage::new(&Limits {
        grace_ms: 200,
        ..limits()
    })
    .await;
    stage
        .execute(
            "import sqlite3\na = bytes(10**7)\nb = sqlite3.connect(':memory:'), (a + a, a + b'b')",
        )
        .await;
    // One step of SQLite's machine, for ages.
    let report = interrupt(&mut stage, "b[0].execute('select instr(?, ?)', b[1])").await;
    assert_eq!(
        (report.outcome, report.alive, report.restored),
        (Outcome::Interrupted, true, true)
    );
    stage.remembers("being stopped").await;
}

/// Interrupts a cell after each of many amounts of work, wherever that may be: none is lost in code that drops exceptions.
async fn check_everywhere(before: &str, source: &str) {
    for point in 0..150 {
        let mut stage = Stage::new(&limits()).await;
        assert_eq!(
            stage.execute(before).await.outcome,
            Outcome::Completed,
            "{}",
            stage.error()
        );
        stage.session.set_limits(&Limits {
            fuel: 1_500_000 + 997 * point,
            ..limits()
        });
        // What the limit on fuel does first is to interrupt.
        let report = stage.execute(source).await;
        assert_eq!(
            (report.outcome, report.restored, stage.error().as_str()),
            (Outcome::OutOfFuel, false, "KeyboardInterrupt"),
            "{source} at {point}"
        );
        stage.remembers(source).await;
    }
}

const SLOWLY: &str = "\
import gc, io, sqlite3, sys, weakref
def slowly(*args):
    for i in range(3000): pass
    return 1
";

#[tokio::test]
async fn none_is_lost_by_a_converter() {
    let source = "while True:\n    try: int('x' * 5000)\n    except ValueError: pass";
    check_everywhere("", source).await;
    let source = "while True:\n    try: int('x')\n    except ValueError: pass";
    check_everywhere("", source).await;
}

#[tokio::test]
async fn none_is_lost_by_input() {
    let before = "class Err(io.StringIO): flush = slowly\nsys.stdin, sys.stderr = io.StringIO('\\n' * 10**6), Err()";
    check_everywhere(&format!("{SLOWLY}{before}"), "while True: input()").await;
}

#[tokio::test]
async fn none_is_lost_at_an_object_s_end() {
    let before = format!("{SLOWLY}class A: __del__ = slowly");
    check_everywhere(&before, "while True: A()").await;
    check_everywhere(&before, "while True:\n    weakref.ref(set(), slowly)").await;
    check_everywhere(
        &before,
        "gc.callbacks.append(slowly)\nwhile True: gc.collect(0)",
    )
    .await;
}

#[tokio::test]
async fn none_is_lost_by_a_database() {
    let before = format!(
        "{SLOWLY}database = sqlite3.connect(':memory:')\ndatabase.create_function('f', 0, slowly)\ndatabase.create_collation('c', slowly)"
    );
    let source = "while True:\n    try: database.execute('select f()').fetchone()\n    except sqlite3.Error: pass";
    check_everywhere(&before, source).await;
    let source = "while True:\n    try: database.execute(\"select 'a' = 'b' collate c\").fetchone()\n    except sqlite3.Error: pass";
    check_everywhere(&before, source).await;
}
