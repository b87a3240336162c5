//! Questions to the reader.

use serde_json::json;

use crate::harness::{Framing, Server};

#[tokio::test]
async fn a_question_and_its_answer() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let id = client
        .execute("name = input('Who? ')\nprint('hello', name)")
        .await;
    let question = client.next_of("input_request").await;
    assert_eq!(question.channel, "stdin");
    assert_eq!(
        question.content,
        json!({"prompt": "Who? ", "password": false})
    );
    let answer = json!({"status": "ok", "value": "Ada Ω"});
    client
        .send_with("stdin", "input_reply", answer, json!({}), question.header)
        .await;
    let answers = client.answers(&id).await;
    assert_eq!(answers.stdout(), "hello Ada Ω\n");
    assert_eq!(answers.reply()["status"], "ok");
}

#[tokio::test]
async fn output_comes_before_the_question() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.execute("print('first')\ninput()").await;
    let stream = client.next_of("stream").await;
    assert_eq!(stream.content["text"], "first\n");
    client.next_of("input_request").await;
}

#[tokio::test]
async fn passwords_are_asked_for_as_such() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let id = client
        .execute("import getpass\nlen(getpass.getpass('Key: '))")
        .await;
    let question = client.next_of("input_request").await;
    assert_eq!(
        question.content,
        json!({"prompt": "Key: ", "password": true})
    );
    client
        .send("stdin", "input_reply", json!({"value": "secret"}))
        .await;
    assert_eq!(client.answers(&id).await.result(), "6");
}

#[tokio::test]
async fn standard_input_is_the_reader_too() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let id = client.execute("import sys\nsys.stdin.readline()").await;
    client.next_of("input_request").await;
    client
        .send("stdin", "input_reply", json!({"value": "a line"}))
        .await;
    assert_eq!(client.answers(&id).await.result(), "'a line\\n'");
}

#[tokio::test]
async fn where_nobody_can_answer() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let id = client
        .execute_with("input()", json!({"allow_stdin": false}))
        .await;
    let answers = client.answers(&id).await;
    assert_eq!(answers.reply()["status"], "error");
    assert!(!answers.has("input_request"));
    assert_eq!(client.run("1").await.result(), "1");
}

#[tokio::test]
async fn a_question_is_taken_back_by_an_interrupt() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.run("x = 5").await;
    let id = client.execute("input()").await;
    let question = client.next_of("input_request").await;
    client.send("control", "interrupt_request", json!({})).await;
    let answers = client.answers(&id).await;
    assert_eq!(answers.reply()["ename"], "KeyboardInterrupt");
    // An answer that comes too late is no answer to the next question.
    client
        .send_with(
            "stdin",
            "input_reply",
            json!({"value": "late"}),
            json!({}),
            question.header,
        )
        .await;
    let id = client.execute("input(), x").await;
    let question = client.next_of("input_request").await;
    client
        .send_with(
            "stdin",
            "input_reply",
            json!({"value": "on time"}),
            json!({}),
            question.header,
        )
        .await;
    assert_eq!(client.answers(&id).await.result(), "('on time', 5)");
}

#[tokio::test]
async fn a_question_outlives_its_page() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let id = client.execute("input('? ')").await;
    client.next_of("input_request").await;
    let (reader, kernel) = (client.reader.clone(), client.kernel.clone());
    client.close().await;
    let mut client = reader.connect(&kernel, Framing::V1).await;
    let question = client.next_of("input_request").await;
    assert_eq!(question.content["prompt"], "? ");
    client
        .send_with(
            "stdin",
            "input_reply",
            json!({"value": "back"}),
            json!({}),
            question.header,
        )
        .await;
    assert_eq!(client.answers(&id).await.result(), "'back'");
}
