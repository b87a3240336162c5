//! The requests besides cells.

use serde_json::json;

use crate::harness::{Request, Server};

#[tokio::test]
async fn kernel_info() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let info = client.ask("kernel_info_request", json!({})).await;
    assert_eq!(info["status"], "ok");
    assert_eq!(info["protocol_version"], "5.4");
    assert_eq!(info["language_info"]["name"], "python");
    let version = client.run("import sys; sys.version").await;
    let stated = info["language_info"]["version"].as_str().unwrap();
    assert!(version.result().trim_matches('\'').starts_with(stated));
}

#[tokio::test]
async fn completion() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.run("apricot = 1").await;
    let content = json!({"code": "é = apri", "cursor_pos": 8});
    let reply = client.ask("complete_request", content).await;
    assert_eq!(reply["status"], "ok");
    assert_eq!(reply["matches"], json!(["apricot"]));
    assert_eq!(
        (&reply["cursor_start"], &reply["cursor_end"]),
        (&json!(4), &json!(8))
    );
}

#[tokio::test]
async fn inspection() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let content = json!({"code": "len", "cursor_pos": 2, "detail_level": 0});
    let reply = client.ask("inspect_request", content).await;
    assert_eq!(reply["found"], true, "{reply}");
    let text = reply["data"]["text/plain"].as_str().unwrap();
    assert!(text.contains("number of items"), "{text}");
}

#[tokio::test]
async fn whether_code_is_complete() {
    let server = Server::start().await;
    let mut client = server.client().await;
    for (code, status) in [
        ("x = 1", "complete"),
        ("for i in x:", "incomplete"),
        ("x = (", "incomplete"),
        ("x = = 1", "invalid"),
    ] {
        let reply = client
            .ask("is_complete_request", json!({"code": code}))
            .await;
        assert_eq!(reply["status"], status, "{code}");
    }
}

#[tokio::test]
async fn history() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.run("x = 1").await;
    client.run("x").await;
    let content = json!({"hist_access_type": "tail", "n": 10, "output": false, "raw": true});
    let reply = client.ask("history_request", content).await;
    assert_eq!(reply["history"], json!([[0, 1, "x = 1"], [0, 2, "x"]]));
}

#[tokio::test]
async fn comms() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let reply = client.ask("comm_info_request", json!({})).await;
    assert_eq!(reply["comms"], json!({}));
    let content = json!({"comm_id": "c", "target_name": "t", "data": {}});
    let id = client.send("shell", "comm_open", content).await;
    let answers = client.answers(&id).await;
    assert_eq!(answers.one("comm_close").content["comm_id"], "c");
}

#[tokio::test]
async fn requests_that_we_do_not_know() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let reply = client.ask("debug_request", json!({})).await;
    assert_eq!(reply["status"], "error");
    let id = client.send("shell", "no_such_request", json!({})).await;
    assert_eq!(
        client.answers(&id).await.order(),
        ["status busy", "status idle"]
    );
    assert_eq!(client.run("1").await.result(), "1");
}

#[tokio::test]
async fn contents_that_make_no_sense() {
    let server = Server::start().await;
    let mut client = server.client().await;
    for content in [json!({"code": 1}), json!({"code": "1", "silent": "yes"})] {
        let id = client.send("shell", "execute_request", content).await;
        let answers = client.answers(&id).await;
        assert_eq!(answers.reply()["status"], "error");
    }
    assert_eq!(client.run("1").await.result(), "1");
}

#[tokio::test]
async fn kernels_over_rest() {
    let server = Server::start().await;
    let reader = server.reader().await;
    let specs = reader.get("/api/kernelspecs").await.json();
    assert_eq!(specs["default"], "python3");
    assert_eq!(
        specs["kernelspecs"]["python3"]["spec"]["language"],
        "python"
    );

    let started = reader.post("/api/kernels", r#"{"name":"python3"}"#).await;
    assert_eq!(started.status, 201);
    let model = started.json();
    let path = format!("/api/kernels/{}", model["id"].as_str().unwrap());
    assert_eq!(started.header("location"), Some(path.as_str()));
    assert_eq!(model["execution_state"], "idle");
    assert_eq!(model["connections"], 0);
    assert_eq!(reader.get(&path).await.json()["name"], "python3");
    assert_eq!(
        reader
            .get("/api/kernels")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(reader.delete(&path).await.status, 204);
    assert_eq!(reader.get(&path).await.status, 404);

    assert_eq!(
        reader
            .post("/api/kernels", r#"{"name":"julia"}"#)
            .await
            .status,
        400
    );
    assert_eq!(reader.post("/api/kernels", "{").await.status, 400);
    assert_eq!(reader.get("/api/nothing").await.status, 404);
    let large = "x".repeat(1 << 20);
    assert_eq!(reader.post("/api/kernels", &large).await.status, 413);
}

#[tokio::test]
async fn a_page_has_one_session_for_each_reader() {
    let server = Server::start().await;
    let (one, other) = (server.reader().await, server.reader().await);
    let open = async |reader: &crate::harness::Reader, path: &str| {
        let body =
            json!({"path": path, "type": "page", "name": "T", "kernel": {"name": "python3"}});
        let reply = reader.post("/api/sessions", &body.to_string()).await;
        assert_eq!(reply.status, 201);
        reply.json()
    };
    // Two tabs at once.
    let (first, second) = tokio::join!(open(&one, "/a"), open(&one, "/a"));
    assert_eq!(first["id"], second["id"]);
    assert_eq!(first["kernel"]["id"], second["kernel"]["id"]);
    assert_eq!(
        (&first["path"], &first["type"]),
        (&json!("/a"), &json!("page"))
    );
    assert_ne!(
        open(&one, "/b").await["kernel"]["id"],
        first["kernel"]["id"]
    );
    assert_ne!(
        open(&other, "/a").await["kernel"]["id"],
        first["kernel"]["id"]
    );
    assert_eq!(
        one.get("/api/sessions")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let path = format!("/api/sessions/{}", first["id"].as_str().unwrap());
    assert_eq!(one.delete(&path).await.status, 204);
    assert_eq!(one.get(&path).await.status, 404);
    assert_ne!(open(&one, "/a").await["id"], first["id"]);
    assert_eq!(one.post("/api/sessions", "{}").await.status, 400);
}

#[tokio::test]
async fn answers_of_the_api_are_not_kept() {
    let server = Server::start().await;
    let reply = Request::get("/api/kernels").send(server.address).await;
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
}
