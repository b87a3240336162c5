//! Sessions that sleep, wake, and outlive their server.

use std::time::Duration;

use croquant_store::{Store, StoreConfig};
use croquant_web::Config;
use serde_json::{Value, json};

use crate::harness::{Answers, Client, Folder, Framing, Reader, Server};

/// A generator on its way: nothing that could be written down as a value.
const GENERATOR: &str = "def count():\n    n = 0\n    while True:\n        n += 1\n        yield n\nc = count(); next(c)";

fn quick(config: &mut Config) {
    config.nap = Duration::from_millis(50);
    config.grace = Duration::from_millis(200);
}

/// The kernel of this reader's session for a page.
async fn page(reader: &Reader, path: &str) -> String {
    let body = format!(r#"{{"path": "{path}", "type": "page", "name": "A page"}}"#);
    let reply = reader.post("/api/sessions", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()["kernel"]["id"].as_str().unwrap().to_owned()
}

async fn client(reader: &Reader, kernel: &str) -> Client {
    reader.connect(kernel, Framing::V1).await
}

/// The same reader at the same kernel, as the server that came after has them.
async fn back(server: &Server, before: &Client) -> Client {
    client(&server.again(&before.reader), &before.kernel).await
}

/// A client of a server that has stopped, whose session has a variable `x` and cannot be woken.
async fn unwakeable(folder: &Folder) -> Client {
    let server = Server::stored(folder, quick).await;
    let mut client = server.client().await;
    client.run("x = 1").await;
    server.stop().await;
    // What was sealed with another key is not taken.
    let key = folder.store().with_extension("db.key");
    std::fs::write(key, [1; 32]).unwrap();
    client
}

/// The answers say that the session is lost and another began.
#[track_caller]
fn tells_of_loss(answers: &Answers) {
    let told = answers.stream("stderr");
    assert!(told.contains("a new one began"), "{answers:#?}");
}

#[tokio::test]
async fn a_session_that_does_nothing_sleeps_and_wakes_unnoticed() {
    let folder = Folder::new();
    let server = Server::stored(&folder, quick).await;
    let mut client = server.client().await;
    client.run(GENERATOR).await;
    for turn in 2..5 {
        server.until_awake(0).await;
        let answers = client.run("next(c)").await;
        assert_eq!(answers.result(), turn.to_string());
        assert_eq!(answers.reply()["execution_count"], turn);
        assert_eq!(
            answers.order(),
            [
                "status busy",
                "execute_input",
                "execute_result",
                "execute_reply",
                "status idle"
            ]
        );
    }
    server.until_awake(0).await;
    // Tools wake it, too.
    let content = json!({ "code": "coun", "cursor_pos": 4 });
    let reply = client.ask("complete_request", content).await;
    assert_eq!(reply["matches"], json!(["count"]));
}

#[tokio::test]
async fn without_a_store_nothing_sleeps() {
    let server = Server::changed(quick).await;
    let mut client = server.client().await;
    client.run("x = 1").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.until_awake(1).await;
    assert_eq!(client.run("x").await.result(), "1");
}

#[tokio::test]
async fn a_page_that_was_left_is_found_again() {
    let folder = Folder::new();
    let server = Server::stored(&folder, quick).await;
    let reader = server.reader().await;
    let kernel = page(&reader, "/lesson").await;
    let mut first = client(&reader, &kernel).await;
    first.run(GENERATOR).await;
    first.close().await;
    server.until_awake(0).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let listed = reader.get("/api/sessions").await.json();
    assert_eq!(listed[0]["path"], "/lesson");
    assert_eq!(listed[0]["kernel"]["id"], kernel.as_str());
    assert_eq!(listed[0]["kernel"]["execution_state"], "idle");
    // To have looked has woken nobody.
    server.until_awake(0).await;
    assert_eq!(page(&reader, "/lesson").await, kernel);
    let mut again = client(&reader, &kernel).await;
    assert_eq!(again.run("next(c)").await.result(), "2");
    let stranger = server.reader().await;
    let path = format!("/api/kernels/{kernel}");
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(
        stranger.get("/api/sessions").await.json(),
        Value::Array(vec![])
    );
    assert_ne!(page(&stranger, "/lesson").await, kernel);
}

#[tokio::test]
async fn the_next_server_has_all_sessions() {
    let folder = Folder::new();
    let server = Server::stored(&folder, quick).await;
    let reader = server.reader().await;
    let mut kernels = Vec::new();
    for path in ["/a", "/b", "/c"] {
        let kernel = page(&reader, path).await;
        client(&reader, &kernel).await.run(GENERATOR).await;
        kernels.push((path, kernel));
    }
    let unused = page(&reader, "/unused").await;
    server.stop().await;
    let server = Server::stored(&folder, quick).await;
    let reader = server.again(&reader);
    for (path, kernel) in &kernels {
        assert_eq!(page(&reader, path).await, *kernel);
        let answers = client(&reader, kernel).await.run("next(c)").await;
        assert_eq!(answers.result(), "2");
        assert_eq!(answers.reply()["execution_count"], 2);
    }
    assert_eq!(page(&reader, "/unused").await, unused);
    let mut unused = client(&reader, &unused).await;
    assert_eq!(unused.run("1").await.result(), "1");
}

#[tokio::test]
async fn a_cell_that_runs_when_the_server_stops_is_interrupted_and_keeps_its_variables() {
    let folder = Folder::new();
    let server = Server::stored(&folder, quick).await;
    let mut client = server.client().await;
    client.run("x = 0").await;
    let id = client.execute("x = 1\nwhile True: pass").await;
    client.next_of("execute_input").await;
    let (_, answers) = tokio::join!(server.stop(), client.answers(&id));
    assert_eq!(answers.reply()["ename"], "KeyboardInterrupt");
    assert!(answers.stream("stderr").contains("the server stops"));
    assert!(client.next().await.is_none());
    let server = Server::stored(&folder, quick).await;
    let mut client = back(&server, &client).await;
    assert_eq!(client.run("x").await.result(), "1");
}

#[tokio::test]
async fn a_cell_that_ends_in_time_is_answered() {
    let folder = Folder::new();
    let change = |config: &mut Config| config.grace = Duration::from_secs(30);
    let server = Server::stored(&folder, change).await;
    let mut client = server.client().await;
    let id = client
        .execute("import time\nprint('begun')\ntime.sleep(0.3)\n7")
        .await;
    client.next_of("stream").await;
    let (_, answers) = tokio::join!(server.stop(), client.answers(&id));
    assert_eq!(answers.result(), "7");
    assert_eq!(answers.reply()["status"], "ok");
}

#[tokio::test]
async fn a_cell_that_cannot_be_interrupted_is_given_up() {
    let folder = Folder::new();
    let server = Server::stored(&folder, quick).await;
    let mut client = server.client().await;
    client.run("x = 0").await;
    let stubborn =
        "x = 1\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass";
    let id = client.execute(stubborn).await;
    client.next_of("execute_input").await;
    let (_, answers) = tokio::join!(server.stop(), client.answers(&id));
    assert_ne!(answers.reply()["status"], "ok");
    let server = Server::stored(&folder, quick).await;
    let mut client = back(&server, &client).await;
    assert_eq!(client.run("x").await.result(), "0");
}

#[tokio::test]
async fn a_server_that_dies_loses_no_cell_that_was_answered() {
    let folder = Folder::new();
    let server = Server::stored(&folder, quick).await;
    let mut client = server.client().await;
    client.run(GENERATOR).await;
    client.run("next(c)").await;
    client.execute("next(c)\nwhile True: pass").await;
    client.next_of("execute_input").await;
    // Its tasks are dropped wherever they are.
    drop(server);
    let server = Server::stored(&folder, quick).await;
    let mut client = back(&server, &client).await;
    let answers = client.run("next(c)").await;
    assert_eq!(answers.result(), "3");
    assert_eq!(answers.reply()["execution_count"], 3);
}

#[tokio::test]
async fn what_has_ended_does_not_come_back() {
    let folder = Folder::new();
    let server = Server::stored(&folder, quick).await;
    let reader = server.reader().await;
    let (ended, restarted, exited) = (
        page(&reader, "/ended").await,
        page(&reader, "/restarted").await,
        page(&reader, "/exited").await,
    );
    for kernel in [&ended, &restarted] {
        client(&reader, kernel).await.run("x = 1").await;
    }
    client(&reader, &exited).await.run("x = 1; exit()").await;
    let reply = reader.delete(&format!("/api/kernels/{ended}")).await;
    assert_eq!(reply.status, 204);
    let path = format!("/api/kernels/{restarted}/restart");
    assert_eq!(reader.post(&path, "").await.status, 200);
    drop(server);
    let server = Server::stored(&folder, quick).await;
    let reader = server.again(&reader);
    let path = format!("/api/kernels/{ended}");
    assert_eq!(reader.get(&path).await.status, 404);
    for kernel in [&restarted, &exited] {
        let answers = client(&reader, kernel).await.run("x").await;
        assert_eq!(answers.reply()["ename"], "NameError");
        assert_eq!(answers.reply()["execution_count"], 1);
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_woken_begins_anew_and_says_so() {
    let folder = Folder::new();
    let client = unwakeable(&folder).await;
    let server = Server::stored(&folder, quick).await;
    let mut client = back(&server, &client).await;
    let answers = client.run("x").await;
    assert_eq!(answers.reply()["ename"], "NameError");
    tells_of_loss(&answers);
    let answers = client.run("2").await;
    assert_eq!(
        (answers.result(), answers.stream("stderr")),
        ("2", String::new())
    );
}

#[tokio::test]
async fn a_completion_does_not_begin_a_session_anew() {
    let folder = Folder::new();
    let client = unwakeable(&folder).await;
    let server = Server::stored(&folder, quick).await;
    let mut client = back(&server, &client).await;
    for _ in 0..2 {
        let content = json!({"code": "x.", "cursor_pos": 2});
        let reply = client.ask("complete_request", content).await;
        assert_eq!(reply["ename"], "SessionLost", "{reply}");
    }
    tells_of_loss(&client.run("1").await);
}

#[tokio::test]
async fn a_loss_that_is_told_in_a_cell_which_does_not_end_is_told_again() {
    let folder = Folder::new();
    let mut client = unwakeable(&folder).await;
    for _ in 0..2 {
        let server = Server::stored(&folder, quick).await;
        client = back(&server, &client).await;
        client.execute("while True: pass").await;
        let told = client.next_of("stream").await;
        let text = told.content["text"].as_str().unwrap();
        assert!(text.contains("a new one began"), "{text}");
        // The server's end, in the midst of the cell.
        drop(server);
    }
    let server = Server::stored(&folder, quick).await;
    tells_of_loss(&back(&server, &client).await.run("1").await);
}

#[tokio::test]
async fn a_session_that_cannot_be_stored_says_so_once_and_stays_in_memory() {
    let folder = Folder::new();
    let bounds = StoreConfig {
        quota_bytes_per_owner: 100_000,
        ..StoreConfig::tutorial()
    };
    let server = Server::bounded(&folder, &bounds, quick).await;
    let mut client = server.client().await;
    let told = "this session cannot be stored";
    assert_eq!(
        client.run("import random; x = 1").await.stream("stderr"),
        ""
    );
    let large = client.run("y = random.randbytes(1_000_000)").await;
    assert!(large.stream("stderr").contains(told), "{large:#?}");
    assert_eq!(large.reply()["status"], "ok");
    assert_eq!(client.run("x = 2").await.stream("stderr"), "");
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.until_awake(1).await;
    assert_eq!(client.run("x, len(y)").await.result(), "(2, 1000000)");
    drop(server);
    // What it was long ago does not come back.
    let server = Server::bounded(&folder, &bounds, quick).await;
    let mut client = back(&server, &client).await;
    let answers = client.run("x").await;
    assert_eq!(answers.reply()["ename"], "NameError");
    tells_of_loss(&answers);
}

#[tokio::test]
async fn a_session_for_which_there_is_no_room_at_all_does_not_come_back_as_it_was() {
    let folder = Folder::new();
    let server = Server::stored(&folder, quick).await;
    let mut client = server.client().await;
    client.run("x = 1").await;
    drop(server);
    // Not even for a note that the session is lost.
    let bounds = StoreConfig {
        quota_bytes_per_owner: 10,
        ..StoreConfig::tutorial()
    };
    let server = Server::bounded(&folder, &bounds, quick).await;
    let mut client = back(&server, &client).await;
    let answers = client.run("x += 1; print(x)").await;
    assert_eq!(answers.stdout(), "2\n");
    let told = "this session cannot be stored";
    assert!(answers.stream("stderr").contains(told), "{answers:#?}");
    drop(server);
    let server = Server::stored(&folder, quick).await;
    let mut client = back(&server, &client).await;
    let answers = client.run("x").await;
    assert_eq!(answers.reply()["ename"], "NameError");
    tells_of_loss(&answers);
    // And the new one is stored as any other.
    client.run("x = 7").await;
    drop(server);
    let server = Server::stored(&folder, quick).await;
    let mut client = back(&server, &client).await;
    assert_eq!(client.run("x").await.result(), "7");
}

#[tokio::test]
async fn the_oldest_makes_room_in_the_store() {
    let folder = Folder::new();
    let bounds = StoreConfig {
        quota_records_per_owner: 3,
        ..StoreConfig::tutorial()
    };
    let server = Server::bounded(&folder, &bounds, quick).await;
    let reader = server.reader().await;
    let mut kernels = Vec::new();
    for path in ["/1", "/2", "/3", "/4"] {
        kernels.push(page(&reader, path).await);
        client(&reader, &kernels[kernels.len() - 1])
            .await
            .run("x = 1")
            .await
            .reply();
        // All leave memory, and time has passed.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
    }
    let status = async |kernel: &str| reader.get(&format!("/api/kernels/{kernel}")).await.status;
    assert_eq!(status(&kernels[0]).await, 404);
    for kernel in &kernels[1..] {
        assert_eq!(status(kernel).await, 200);
    }
    let owner_of_all = Store::open(&folder.store(), &bounds)
        .unwrap()
        .store
        .usage_total();
    assert_eq!(owner_of_all.unwrap().records, 3);
}
