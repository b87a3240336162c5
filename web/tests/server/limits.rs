//! Cells that end by a limit: what the reader sees, and what is left.

use croquant_sandbox::Limits;

use crate::harness::{Client, Server};

async fn client(change: impl FnOnce(&mut Limits)) -> (Server, Client) {
    let server = Server::changed(|config| change(&mut config.limits)).await;
    let client = server.client().await;
    (server, client)
}

/// Runs `code`, which must end with the error `name`, told with a hint; the session goes on, or begins anew and says so.
async fn check(client: &mut Client, code: &str, name: &str) {
    client.run("x = 1").await;
    let answers = client.run(code).await;
    let error = &answers.one("error").content;
    assert_eq!(error["ename"], name, "{answers:#?}");
    assert_eq!(answers.reply()["ename"], name);
    assert_eq!(answers.reply()["evalue"], error["evalue"]);
    if name != "MemoryError" && name != "RecursionError" {
        assert!(error["evalue"].as_str().unwrap().contains("\nhint: "));
    }
    let restarted = answers
        .stream("stderr")
        .contains("the session was restarted");
    let after = client.run("x").await;
    if restarted {
        assert_eq!(after.reply()["ename"], "NameError");
        assert_eq!(after.reply()["execution_count"], 1);
    } else {
        assert_eq!(after.result(), "1");
    }
    assert_eq!(client.run("2 + 2").await.result(), "4");
}

#[tokio::test]
async fn fuel() {
    let (_server, mut client) = client(|limits| limits.fuel = 200_000_000).await;
    assert_eq!(client.run("sum(range(1000))").await.result(), "499500");
    check(&mut client, "while True:\n    pass", "OutOfFuel").await;
}

#[tokio::test]
async fn deadline() {
    let (_server, mut client) = client(|limits| limits.deadline_ms = 500).await;
    check(&mut client, "while True:\n    pass", "DeadlineExceeded").await;
    check(
        &mut client,
        "import time\ntime.sleep(100)",
        "DeadlineExceeded",
    )
    .await;
}

#[tokio::test]
async fn a_wait_for_input() {
    let (_server, mut client) = client(|limits| limits.input_idle_ms = 300).await;
    check(&mut client, "input()", "InputTimeout").await;
}

#[tokio::test]
async fn memory() {
    let (_server, mut client) = client(|limits| limits.memory_bytes = 128 << 20).await;
    check(&mut client, "b = bytearray(1 << 28)", "MemoryError").await;
    assert_eq!(
        client.run("len(bytearray(1 << 20))").await.result(),
        "1048576"
    );
}

#[tokio::test]
async fn output() {
    let (_server, mut client) = client(|limits| limits.output_bytes = 100_000).await;
    assert_eq!(
        client.run("print('x' * 90_000)").await.stdout().len(),
        90_001
    );
    check(
        &mut client,
        "while True:\n    print('x' * 100)",
        "OutputLimit",
    )
    .await;
}

#[tokio::test]
async fn a_little_too_much_output_is_cut_and_said() {
    let (_server, mut client) = client(|limits| limits.output_bytes = 1_000).await;
    let answers = client.run("print('x' * 1_500)\n'end'").await;
    assert_eq!(answers.reply()["status"], "ok");
    assert!(
        answers.stream("stderr").contains("are not shown"),
        "{answers:#?}"
    );
    assert!(answers.stdout().len() < 1_200);
}

#[tokio::test]
async fn recursion() {
    let (_server, mut client) = client(|_| {}).await;
    let code = "def f(n):\n    return f(n + 1)\nf(0)";
    check(&mut client, code, "RecursionError").await;
}

#[tokio::test]
async fn an_exit_begins_a_new_session_and_says_so() {
    let (_server, mut client) = client(|_| {}).await;
    client.run("x = 1").await;
    let answers = client.run("print('bye')\nraise SystemExit(3)").await;
    assert_eq!(answers.stdout(), "bye\n");
    assert!(
        answers.stream("stderr").contains("exit code 3"),
        "{answers:#?}"
    );
    assert!(
        answers
            .stream("stderr")
            .contains("the session was restarted")
    );
    assert_eq!(client.run("x").await.reply()["ename"], "NameError");
}

#[tokio::test]
async fn a_cell_that_does_not_stop_is_undone_and_says_so() {
    let (_server, mut client) = client(|limits| {
        limits.deadline_ms = 500;
        limits.grace_ms = 100;
    })
    .await;
    client.run("kept = [1]").await;
    let swallows = "kept.append(2)\nprint('begun')\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass";
    let answers = client.run(swallows).await;
    assert_eq!(answers.reply()["ename"], "DeadlineExceeded");
    assert_eq!(answers.reply()["execution_count"], 2);
    assert_eq!(answers.stdout(), "begun\n");
    assert_eq!(
        answers.stream("stderr"),
        "[stopped for good: the variables are as they were before this cell]\n"
    );
    // The count goes on where the session does.
    let after = client.run("kept").await;
    assert_eq!(after.result(), "[1]");
    assert_eq!(after.reply()["execution_count"], 2);
    assert_eq!(after.one("execute_result").content["execution_count"], 2);
    let answers = client.run("import os\nos.abort()").await;
    assert_eq!(answers.reply()["ename"], "PythonFailed");
    assert_eq!(client.run("kept").await.result(), "[1]");
}

#[tokio::test]
async fn a_session_too_large_to_keep_is_lost_and_says_why() {
    let (_server, mut client) = client(|limits| limits.checkpoint_bytes = 1 << 20).await;
    client.run("large = [[i] for i in range(100_000)]").await;
    let answers = client.run("import os\nos.abort()").await;
    assert_eq!(answers.reply()["ename"], "SessionLost");
    assert!(
        answers
            .stream("stderr")
            .contains("more than the 1 MiB that can be kept"),
        "{answers:#?}"
    );
    assert_eq!(client.run("large").await.reply()["ename"], "NameError");
}
