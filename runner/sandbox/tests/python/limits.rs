//! Each limit ends Python in its own way, and leaves it its variables where that can be.

use croquant_sandbox::{Limits, Outcome, Program, Session};

use crate::stage::{Memory, Stage, engine, limits};

/// A cell that meets a limit, and the twin that stays within it.
async fn check(limits: &Limits, source: &str, expected: Outcome, error: &str, twin: &str) {
    let mut stage = Stage::new(limits).await;
    let report = stage.execute(source).await;
    assert_eq!(
        (report.outcome, stage.error().as_str()),
        (expected, error),
        "{source}"
    );
    stage.remembers(source).await;
    stage.session.set_limits(limits);
    assert_eq!(
        stage.execute(twin).await.outcome,
        Outcome::Completed,
        "{twin}: {}",
        stage.error()
    );
}

#[tokio::test]
async fn fuel() {
    let limits = Limits {
        fuel: 100_000_000,
        ..limits()
    };
    let twin = "for i in range(1000): pass";
    check(
        &limits,
        "while True: pass",
        Outcome::OutOfFuel,
        "KeyboardInterrupt",
        twin,
    )
    .await;
    check(
        &limits,
        "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')",
        Outcome::OutOfFuel,
        "KeyboardInterrupt",
        twin,
    )
    .await;
    // Whatever the program makes of it, the limit is what is reported.
    check(
        &limits,
        "try:\n    while True: pass\nexcept BaseException: pass",
        Outcome::OutOfFuel,
        "",
        twin,
    )
    .await;
}

#[tokio::test]
async fn fuel_is_the_same_for_the_same_program() {
    let source = "d = {str(i): [i] * 10 for i in range(1000)}\nprint(sorted(d)[:3], sum(len(v) for v in d.values()))";
    let mut fuel = Vec::new();
    for _ in 0..100 {
        fuel.push(Stage::new(&limits()).await.execute(source).await.fuel);
    }
    assert!(fuel[0] > 1_000_000, "{fuel:?}");
    assert!(fuel.iter().all(|&one| one == fuel[0]), "{fuel:?}");
}

#[tokio::test]
async fn fuel_of_the_hundredth_cell_does_not_depend_on_chance() {
    let mut sessions = [Stage::new(&limits()).await, Stage::new(&limits()).await];
    for number in 0..100 {
        let source = format!(
            "import re\nd = {{str(i): object() for i in range({number} + 200)}}\ntry: d['x']\nexcept KeyError: pass\nkept.append(sorted(d)[:3])\nprint(len(set(d)), re.sub('[0-9]+', 'n', ' '.join(d))[:9], sum(i * i for i in range(99)))"
        );
        let mut fuel = Vec::new();
        for session in &mut sessions {
            let report = session.execute(&source).await;
            assert_eq!(report.outcome, Outcome::Completed, "{}", session.error());
            fuel.push(report.fuel);
        }
        assert!(fuel[0] > 10_000 && fuel[0] == fuel[1], "{number}: {fuel:?}");
    }
}

#[tokio::test]
async fn the_deadline() {
    let limits = Limits {
        deadline_ms: 200,
        ..limits()
    };
    check(
        &limits,
        "while True: pass",
        Outcome::Deadline,
        "KeyboardInterrupt",
        "pass",
    )
    .await;
    check(
        &limits,
        "import time\ntime.sleep(100)",
        Outcome::Deadline,
        "KeyboardInterrupt",
        "time.sleep(0.001)",
    )
    .await;
}

#[tokio::test]
async fn idle_input() {
    let limits = Limits {
        input_idle_ms: 100,
        ..limits()
    };
    check(
        &limits,
        "input()",
        Outcome::InputIdle,
        "KeyboardInterrupt",
        "pass",
    )
    .await;
}

#[tokio::test]
async fn memory() {
    let limits = Limits {
        memory_bytes: 64 << 20,
        ..limits()
    };
    let twin = "x = bytearray(10**7); del x";
    check(
        &limits,
        "x = bytearray(10**9)",
        Outcome::OutOfMemory,
        "MemoryError",
        twin,
    )
    .await;
    check(
        &limits,
        "x = [0] * 10**8",
        Outcome::OutOfMemory,
        "MemoryError",
        twin,
    )
    .await;
    check(
        &limits,
        "x = 'a' * (1 << 30)",
        Outcome::OutOfMemory,
        "MemoryError",
        twin,
    )
    .await;
    check(
        &limits,
        "def f():\n    x = []\n    while True: x.append('%d' % len(x) * 100)\nf()",
        Outcome::OutOfMemory,
        "MemoryError",
        twin,
    )
    .await;
    check(
        &limits,
        "def f():\n    x = {}\n    while True: x[len(x)] = [len(x)]\nf()",
        Outcome::OutOfMemory,
        "MemoryError",
        twin,
    )
    .await;
}

#[tokio::test]
async fn output() {
    let limits = Limits {
        output_bytes: 10_000,
        ..limits()
    };
    check(
        &limits,
        "while True: print('x' * 100)",
        Outcome::OutputLimit,
        "KeyboardInterrupt",
        "print('x' * 100)",
    )
    .await;
}

#[tokio::test]
async fn exits_end_the_session() {
    for (source, code) in [
        ("import sys\nsys.exit(3)", 3),
        ("raise SystemExit", 0),
        ("import os\nos._exit(4)", 4),
        ("exit('why')", 1),
    ] {
        let mut stage = Stage::new(&limits()).await;
        let report = stage.execute(source).await;
        assert_eq!(
            (report.outcome, report.alive),
            (Outcome::Exited(code), false),
            "{source}"
        );
    }
}

#[tokio::test]
async fn programs_exit_as_under_python() {
    let cases = [
        ("print(1)", Outcome::Exited(0)),
        ("1 / 0", Outcome::Exited(1)),
        ("import sys; sys.exit(42)", Outcome::Exited(42)),
        ("while True: pass", Outcome::OutOfFuel),
    ];
    for (source, expected) in cases {
        let limits = Limits {
            fuel: 500_000_000,
            ..limits()
        };
        let policy = croquant_sandbox::Policy {
            args: vec!["-c".into()],
            mode: croquant_sandbox::Mode::Program,
            ..Default::default()
        };
        let mut session = Session::start(engine(), &policy, &limits, Box::new(Memory::default()))
            .await
            .unwrap();
        let report = session.run(&Program::Command(source.into())).await.unwrap();
        assert_eq!(report.outcome, expected, "{source}");
    }
}

#[tokio::test]
async fn too_many_files_end_the_cell_alone() {
    let few = Limits {
        files: 10,
        ..limits()
    };
    let mut stage = Stage::new(&few).await;
    let fill = "for i in range(11): open(str(i), 'w').close()";
    let report = stage.execute(fill).await;
    assert_eq!((report.outcome, report.alive), (Outcome::Files, true));
    let caught = format!("try:\n    {fill}\nexcept OSError as error: print(error.errno == 28)");
    assert_eq!(stage.print(&caught).await, "True\n");
    let room = "import os\nfor i in range(10): os.remove(str(i))\nfor i in range(10): open(str(i), 'w').close()\nprint(len(os.listdir()))";
    assert_eq!(stage.print(room).await, "10\n");
    // What a session that is begun again goes back to has the same limit.
    let report = stage.execute("os.abort()").await;
    assert!(report.restored);
    assert_eq!(
        stage.execute("open('one more', 'w')").await.outcome,
        Outcome::Files
    );
    stage.remembers("too many files").await;
}
