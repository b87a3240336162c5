//! Several clients, absent clients, and clients that behave badly.

use std::time::Duration;

use serde_json::json;
use tokio_tungstenite::tungstenite::protocol::Message as Frame;

use crate::harness::{Client, Framing, Server};

#[tokio::test]
async fn two_tabs_see_the_same() {
    let server = Server::start().await;
    let mut one = server.client().await;
    let mut other = one.reader.connect(&one.kernel, Framing::Json).await;
    let id = one.execute("print('hello')").await;
    assert_eq!(one.answers(&id).await.stdout(), "hello\n");
    let seen = other.answers(&id).await;
    assert_eq!(seen.stdout(), "hello\n");
    assert!(!seen.has("execute_reply"), "the reply is for who asked");
}

/// Runs `code` while nobody is connected; returns the client that comes back, and the request's id.
async fn run_unseen(server: &Server, code: &str) -> (Client, String) {
    let mut client = server.client().await;
    let code = format!("try:\n    input()\nexcept KeyboardInterrupt:\n    pass\n{code}");
    let id = client.execute(&code).await;
    client.next_of("input_request").await;
    let (reader, kernel) = (client.reader.clone(), client.kernel.clone());
    client.close().await;
    let path = format!("/api/kernels/{kernel}");
    while reader.get(&path).await.json()["connections"] != 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let interrupt = reader.post(&format!("{path}/interrupt"), "").await;
    assert_eq!(interrupt.status, 204);
    while reader.get(&path).await.json()["execution_state"] != "idle" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    (reader.connect(&kernel, Framing::V1).await, id)
}

#[tokio::test]
async fn a_client_that_comes_back_hears_what_it_missed() {
    let server = Server::start().await;
    let code = "print('while you were away')\n'result'";
    let (mut client, id) = run_unseen(&server, code).await;
    let answers = client.answers(&id).await;
    assert_eq!(
        answers.order(),
        ["stream", "execute_result", "execute_reply", "status idle"]
    );
    assert_eq!(answers.stdout(), "while you were away\n");
    assert_eq!(answers.result(), "'result'");
    assert_eq!(client.run("7").await.result(), "7");
}

#[tokio::test]
async fn what_is_kept_for_an_absent_client_is_bounded() {
    let server = Server::changed(|config| {
        config.limits.output_bytes = 64 << 20;
        config.limits.output_lines = 10_000_000;
    })
    .await;
    let code = "for i in range(200_000):\n    print('x' * 100)\nprint('end')";
    let (mut client, id) = run_unseen(&server, code).await;
    let answers = client.answers(&id).await;
    let text = answers.stdout();
    assert!(text.ends_with("x\nend\n"));
    assert!(text.len() < 2 << 20, "{} bytes were kept", text.len());
    assert!(answers.stream("stderr").contains("output was dropped"));
}

/// Runs a test that measures memory again, in a process of its own, where no other test's sessions count. False in that process.
fn ran_alone(test: &str) -> bool {
    const ALONE: &str = "CROQUANT_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return false;
    }
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    let done = again
        .args(["--exact", test])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && told.contains("1 passed"), "{told}");
    true
}

/// Memory of this process that is in use, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("RssAnon:"))
        .unwrap();
    let kib: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib << 10
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_never_reads_costs_a_fixed_amount() {
    if ran_alone("clients::a_client_that_never_reads_costs_a_fixed_amount") {
        return;
    }
    const LINES: usize = 1_000_000;
    let server = Server::changed(|config| {
        config.limits.output_bytes = 1 << 30;
        config.limits.output_lines = 10_000_000;
    })
    .await;
    let code = format!("for i in range({LINES}):\n    print('x' * 99)");
    let mut lazy = server.client().await;
    let before = resident();
    let id = lazy.execute(&code).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let path = format!("/api/kernels/{}", lazy.kernel);
    let state = lazy.reader.get(&path).await.json();
    assert_eq!(
        state["execution_state"], "busy",
        "the guest waits for its reader"
    );
    let grown = resident().saturating_sub(before);
    assert!(
        grown < 64 << 20,
        "{grown} bytes for a client that does not read"
    );
    // Another kernel is not held up, and the output is all there once it is read.
    assert_eq!(server.client().await.run("1").await.result(), "1");
    assert_eq!(lazy.answers(&id).await.stdout().len(), 100 * LINES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_asks_on_and_on_costs_a_fixed_amount() {
    if ran_alone("clients::a_client_that_asks_on_and_on_costs_a_fixed_amount") {
        return;
    }
    let server = Server::start().await;
    let mut client = server.client().await;
    client.execute("input()").await;
    client.next_of("input_request").await;
    let before = resident();
    let header = |number: u32, kind: &str| {
        let filler = "x".repeat(3_500);
        json!({"msg_id": number.to_string(), "msg_type": kind, "filler": filler}).to_string()
    };
    let empty = || "{}".to_owned();
    let flood = async {
        for number in 0..40_000 {
            let (channel, kind) = match number % 2 {
                0 => ("shell", "execute_request"),
                _ => ("control", "kernel_info_request"),
            };
            let parts = [header(number, kind), empty(), empty(), empty()];
            client.send_raw(channel, &parts).await;
        }
    };
    // The server may stop reading, or read all of it; either is well.
    let _ = tokio::time::timeout(Duration::from_secs(10), flood).await;
    let grown = resident().saturating_sub(before);
    assert!(
        grown < 96 << 20,
        "{grown} bytes for requests whose answers nobody reads"
    );
    assert_eq!(server.client().await.run("1").await.result(), "1");
}

#[tokio::test]
async fn sessions_and_clients_of_one_kernel_are_limited() {
    let server = Server::changed(|config| config.kernels_per_reader = 3).await;
    let reader = server.reader().await;
    let kernel = reader.kernel().await;
    let open = async |path: &str| {
        let body = json!({"path": path, "kernel": {"id": kernel}}).to_string();
        reader.post("/api/sessions", &body).await.status
    };
    for path in ["/a", "/b", "/c"] {
        assert_eq!(open(path).await, 201);
    }
    assert_eq!(open("/d").await, 429);
    assert_eq!(open("/a").await, 201);

    let mut tabs = Vec::new();
    for _ in 0..32 {
        tabs.push(reader.connect(&kernel, Framing::V1).await);
    }
    assert_eq!(tabs[31].run("1").await.result(), "1");
    let mut one_more = reader.connect(&kernel, Framing::V1).await;
    assert!(one_more.next().await.is_none());
    tabs.pop().unwrap().close().await;
    let mut again = reader.connect(&kernel, Framing::V1).await;
    assert_eq!(again.run("1").await.result(), "1");
}

#[tokio::test]
async fn frames_that_are_no_messages() {
    let server = Server::start().await;
    let mut client = server.client().await;
    for _ in 0..5 {
        client.send_frame(Frame::binary(vec![0xff; 100])).await;
        client.send_frame(Frame::text("nonsense")).await;
    }
    assert_eq!(client.run("1").await.result(), "1");
    for _ in 0..10 {
        client.send_frame(Frame::text("{}")).await;
    }
    assert!(client.next().await.is_none(), "enough is enough");
}

#[tokio::test]
async fn frames_that_are_too_large() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let code = format!("len('{}')", "x".repeat(3 << 20));
    assert_eq!(client.run(&code).await.result(), (3 << 20).to_string());
    let reader = client.reader.clone();
    let kernel = client.kernel.clone();
    // The server may hang up while the frame is still on its way.
    let sending = tokio::spawn(async move {
        client.send_frame(Frame::binary(vec![0; 5 << 20])).await;
        assert!(client.next().await.is_none());
    });
    let _ = sending.await;
    let mut client = reader.connect(&kernel, Framing::V1).await;
    assert_eq!(client.run("1").await.result(), "1");
}

#[tokio::test]
async fn too_many_waiting_cells_are_refused() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let first = client.execute("input()").await;
    client.next_of("input_request").await;
    for _ in 0..1_100 {
        client.execute("pass").await;
    }
    let reply = client.next_of("execute_reply").await;
    assert_eq!(reply.content["ename"], "NotRun");
    assert!(
        reply.content["evalue"]
            .as_str()
            .unwrap()
            .contains("too many cells")
    );
    client
        .send("stdin", "input_reply", json!({"value": ""}))
        .await;
    assert_eq!(client.answers(&first).await.reply()["status"], "ok");
}

#[tokio::test]
async fn kernels_of_one_reader_are_limited() {
    let server = Server::changed(|config| config.kernels_per_reader = 2).await;
    let reader = server.reader().await;
    let first = reader.kernel().await;
    let second = reader.kernel().await;
    let open = reader.connect(&first, Framing::V1).await;
    // The idle one without a page makes room.
    let third = reader.kernel().await;
    let status = async |id: &str| reader.get(&format!("/api/kernels/{id}")).await.status;
    assert_eq!(status(&first).await, 200);
    assert_eq!(status(&second).await, 404);
    assert_eq!(status(&third).await, 200);
    // With pages open in both there is no room.
    let also_open = reader.connect(&third, Framing::V1).await;
    let refused = reader.post("/api/kernels", "").await;
    assert_eq!(refused.status, 429);
    assert!(
        refused.json()["message"]
            .as_str()
            .unwrap()
            .contains("hint: ")
    );
    // Another reader has their own.
    server.reader().await.kernel().await;
    open.close().await;
    also_open.close().await;
    reader.kernel().await;
}

#[tokio::test]
async fn kernels_in_total_are_limited() {
    let server = Server::changed(|config| config.kernels = 2).await;
    let mut pages: Vec<Client> = Vec::new();
    for _ in 0..2 {
        pages.push(server.client().await);
    }
    let reader = server.reader().await;
    assert_eq!(reader.post("/api/kernels", "").await.status, 503);
    pages.pop().unwrap().close().await;
    assert_eq!(reader.post("/api/kernels", "").await.status, 201);
}

#[tokio::test]
async fn unused_kernels_end() {
    let server = Server::changed(|config| config.idle = Duration::from_millis(300)).await;
    let mut used = server.client().await;
    let unused = used.reader.kernel().await;
    let path = format!("/api/kernels/{unused}");
    while used.reader.get(&path).await.status != 404 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // One with a page stays, however long nothing happens.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(used.run("1").await.result(), "1");
}
