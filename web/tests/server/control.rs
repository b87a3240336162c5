//! Interrupt, restart, shut down.

use serde_json::json;

use crate::harness::{Framing, Server};

const ENDLESS: &str = "x = 1\nprint('begun', flush=True)\nwhile True:\n    pass";

#[tokio::test]
async fn an_endless_loop_is_interrupted_and_keeps_its_variables() {
    let server = Server::start().await;
    for over_rest in [true, false] {
        let mut client = server.client().await;
        let id = client.execute(ENDLESS).await;
        client.next_of("stream").await;
        if over_rest {
            let path = format!("/api/kernels/{}/interrupt", client.kernel);
            assert_eq!(client.reader.post(&path, "").await.status, 204);
        } else {
            client.send("control", "interrupt_request", json!({})).await;
        }
        let answers = client.answers(&id).await;
        assert_eq!(answers.one("error").content["ename"], "KeyboardInterrupt");
        assert_eq!(answers.reply()["status"], "error");
        assert_eq!(client.run("x").await.result(), "1");
    }
}

#[tokio::test]
async fn a_second_interrupt_undoes_what_swallows_the_first() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.run("x = 1").await;
    let swallows = "x = 2\nwhile True:\n    try:\n        print('begun')\n        while True: pass\n    except KeyboardInterrupt: pass";
    let id = client.execute(swallows).await;
    client.next_of("stream").await;
    client.send("control", "interrupt_request", json!({})).await;
    // It goes on.
    client.next_of("stream").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    client.send("control", "interrupt_request", json!({})).await;
    let answers = client.answers(&id).await;
    assert_eq!(answers.reply()["ename"], "KeyboardInterrupt");
    assert!(
        answers
            .stream("stderr")
            .contains("as they were before this cell"),
        "{answers:#?}"
    );
    assert_eq!(client.run("x").await.result(), "1");
}

#[tokio::test]
async fn an_interrupt_is_answered_and_harmless_when_nothing_runs() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.send("control", "interrupt_request", json!({})).await;
    let reply = client.next_of("interrupt_reply").await;
    assert_eq!(reply.channel, "control");
    assert_eq!(reply.content, json!({"status": "ok"}));
    assert_eq!(client.run("1").await.result(), "1");
}

#[tokio::test]
async fn a_restart_begins_anew() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.run("x = 1").await;
    let path = format!("/api/kernels/{}/restart", client.kernel);
    let reply = client.reader.post(&path, "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["id"], client.kernel);
    assert_eq!(reply.json()["execution_state"], "idle");
    for status in ["status restarting", "status starting", "status idle"] {
        assert_eq!(client.next_of(status).await.raw_parent, "{}");
    }
    let answers = client.run("x").await;
    assert_eq!(answers.reply()["ename"], "NameError");
    assert_eq!(answers.reply()["execution_count"], 1);
}

#[tokio::test]
async fn a_restart_stops_what_runs_and_what_waits() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let running = client.execute(ENDLESS).await;
    client.next_of("stream").await;
    let waiting = client.execute("y = 1").await;
    let path = format!("/api/kernels/{}/restart", client.kernel);
    assert_eq!(client.reader.post(&path, "").await.status, 200);
    assert_eq!(client.answers(&running).await.reply()["status"], "aborted");
    assert_eq!(client.answers(&waiting).await.reply()["status"], "aborted");
    assert_eq!(client.run("2").await.result(), "2");
}

#[tokio::test]
async fn a_restart_by_message() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.run("x = 1").await;
    client
        .send("control", "shutdown_request", json!({"restart": true}))
        .await;
    let reply = client.next_of("shutdown_reply").await;
    assert_eq!(reply.content, json!({"status": "ok", "restart": true}));
    assert_eq!(client.run("x").await.reply()["ename"], "NameError");
}

#[tokio::test]
async fn a_shutdown_by_message() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client
        .send("control", "shutdown_request", json!({"restart": false}))
        .await;
    client.next_of("shutdown_reply").await;
    client.next_of("status dead").await;
    let (reader, kernel) = (client.reader.clone(), client.kernel.clone());
    assert!(client.next().await.is_none(), "the websocket ends");
    assert_eq!(
        reader.get(&format!("/api/kernels/{kernel}")).await.status,
        404
    );
}

#[tokio::test]
async fn an_end_over_rest_is_told_to_the_page() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.execute(ENDLESS).await;
    client.next_of("stream").await;
    let path = format!("/api/kernels/{}", client.kernel);
    assert_eq!(client.reader.delete(&path).await.status, 204);
    client.next_of("status dead").await;
    assert!(client.next().await.is_none());
}

#[tokio::test]
async fn the_server_stops_with_pages_open() {
    let server = Server::start().await;
    let mut busy = server.client().await;
    let mut idle = busy.reader.connect(&busy.kernel, Framing::Json).await;
    busy.execute(ENDLESS).await;
    busy.next_of("stream").await;
    server.stop().await;
    while busy.next().await.is_some() {}
    while idle.next().await.is_some() {}
}
