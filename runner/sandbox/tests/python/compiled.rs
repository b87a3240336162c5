//! Compiled code runs as a script, as `python` runs it.

use croquant_sandbox::{Mode, Outcome, Policy, Program, Session};

use crate::stage::{Memory, Stage, engine, limits};

/// What a guest of this image compiles `source` to, with the head of a `.pyc` file.
async fn compile(source: &str) -> Vec<u8> {
    let mut stage = Stage::new(&limits()).await;
    let hex = stage
        .print(&format!(
            "import marshal, importlib.util\nprint((importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile({source:?}, 'x.py', 'exec'))).hex())"
        ))
        .await;
    let digits = hex.trim().as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

async fn run(name: &str, bytes: Vec<u8>) -> (Outcome, String) {
    let memory = Memory::default();
    let policy = Policy {
        args: vec![name.into(), "a".into()],
        files: vec![(format!("/home/user/{name}"), bytes)],
        mode: Mode::Program,
        ..Policy::default()
    };
    let mut session = Session::start(engine(), &policy, &limits(), Box::new(memory.clone()))
        .await
        .unwrap();
    let report = session.run(&Program::File(name.into())).await.unwrap();
    let stdout = std::mem::take(&mut memory.0.lock().unwrap().stdout);
    (report.outcome, stdout)
}

#[tokio::test]
async fn it_runs_as_main() {
    let bytes = compile(
        "import sys\nprint(__name__, __file__, __cached__, type(__loader__).__name__, sys.argv)",
    )
    .await;
    // By its name, and by its first bytes.
    for name in ["x.pyc", "x"] {
        let expected = format!("__main__ {name} None SourcelessFileLoader ['{name}', 'a']\n");
        assert_eq!(
            run(name, bytes.clone()).await,
            (Outcome::Exited(0), expected)
        );
    }
}

#[tokio::test]
async fn its_exit_is_the_program_s() {
    let bytes = compile("raise SystemExit(7)").await;
    assert_eq!(
        run("x.pyc", bytes).await,
        (Outcome::Exited(7), String::new())
    );
}
