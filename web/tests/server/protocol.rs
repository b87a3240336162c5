//! The order and the form of messages.

use serde_json::json;

use crate::harness::{Framing, Server};

const FRAMINGS: [Framing; 2] = [Framing::V1, Framing::Json];

#[tokio::test]
async fn a_cell_from_busy_to_idle_in_both_framings() {
    let server = Server::start().await;
    let reader = server.reader().await;
    let kernel = reader.kernel().await;
    for (number, framing) in (1..).zip(FRAMINGS) {
        let mut client = reader.connect(&kernel, framing).await;
        let answers = client.run("print('hello')\n6 * 7").await;
        assert_eq!(
            answers.order(),
            [
                "status busy",
                "execute_input",
                "stream",
                "execute_result",
                "execute_reply",
                "status idle"
            ]
        );
        assert_eq!(answers.stdout(), "hello\n");
        assert_eq!(answers.result(), "42");
        assert_eq!(
            answers.one("execute_result").content["execution_count"],
            number
        );
        assert_eq!(
            answers.one("execute_input").content["execution_count"],
            number
        );
        assert_eq!(
            answers.one("execute_input").content["code"],
            "print('hello')\n6 * 7"
        );
        let reply = answers.reply();
        assert_eq!(reply["status"], "ok");
        assert_eq!(reply["execution_count"], number);
        assert_eq!(reply["payload"], json!([]));
        let channels: Vec<_> = answers
            .0
            .iter()
            .map(|message| message.channel.as_str())
            .collect();
        assert!(
            channels
                .iter()
                .all(|channel| matches!(*channel, "iopub" | "shell"))
        );
        assert_eq!(answers.one("execute_reply").channel, "shell");
        client.close().await;
    }
}

#[tokio::test]
async fn the_parent_header_goes_back_byte_for_byte() {
    let server = Server::start().await;
    let reader = server.reader().await;
    let kernel = reader.kernel().await;
    let odd = "{ \"msg_type\" : \"kernel_info_request\",\t\"msg_id\":\"\\u0061\", \"date\":1.50, \"é\": [ ] }";
    for framing in FRAMINGS {
        let mut client = reader.connect(&kernel, framing).await;
        let empty = || "{}".to_owned();
        let parts = [odd.to_owned(), empty(), empty(), empty()];
        client.send_raw("shell", &parts).await;
        let answers = client.answers("a").await;
        assert_eq!(
            answers.order(),
            ["status busy", "kernel_info_reply", "status idle"]
        );
        for message in &answers.0 {
            assert_eq!(message.raw_parent, odd);
        }
        client.close().await;
    }
}

#[tokio::test]
async fn headers_are_complete_and_ids_differ() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let answers = client.run("1").await;
    let mut ids = std::collections::HashSet::new();
    for message in &answers.0 {
        let header = &message.header;
        assert!(ids.insert(header["msg_id"].as_str().unwrap().to_owned()));
        assert_eq!(header["version"], "5.4");
        assert_eq!(header["session"], answers.0[0].header["session"]);
        let date = header["date"].as_str().unwrap();
        assert!(
            date.starts_with("20") && date.ends_with('Z') && date.len() == 27,
            "{date}"
        );
    }
}

#[tokio::test]
async fn an_exception() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let answers = client.run("def f():\n    return {}['key']\nf()").await;
    assert_eq!(
        answers.order(),
        [
            "status busy",
            "execute_input",
            "error",
            "execute_reply",
            "status idle"
        ]
    );
    let error = &answers.one("error").content;
    assert_eq!(error["ename"], "KeyError");
    assert_eq!(error["evalue"], "'key'");
    let traceback = error["traceback"].as_array().unwrap();
    let traceback: Vec<_> = traceback
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect();
    assert!(traceback.join("\n").contains("in f"), "{traceback:?}");
    let reply = answers.reply();
    assert_eq!(reply["status"], "error");
    assert_eq!(reply["ename"], "KeyError");
    assert_eq!(reply["traceback"], error["traceback"]);
}

#[tokio::test]
async fn cells_share_their_variables_and_count_up() {
    let server = Server::start().await;
    let mut client = server.client().await;
    assert_eq!(client.run("x = 20").await.reply()["execution_count"], 1);
    let answers = client.run("x + 1").await;
    assert_eq!(answers.result(), "21");
    assert_eq!(answers.reply()["execution_count"], 2);
}

#[tokio::test]
async fn silent_and_uncounted_cells() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let id = client
        .execute_with("x = 1\nx", json!({"silent": true}))
        .await;
    let answers = client.answers(&id).await;
    assert_eq!(
        answers.order(),
        ["status busy", "execute_reply", "status idle"]
    );
    let id = client
        .execute_with("x", json!({"store_history": false}))
        .await;
    assert_eq!(client.answers(&id).await.result(), "1");
    let answers = client.run("x").await;
    assert_eq!(answers.reply()["execution_count"], 1);
    assert_eq!(answers.one("execute_result").content["execution_count"], 1);
}

#[tokio::test]
async fn a_cell_as_at_a_prompt() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let content = json!({"code": "for i in range(2):\n    i"});
    let metadata = json!({"croquant": {"mode": "single"}});
    let id = client
        .send_with(
            "shell",
            "execute_request",
            content.clone(),
            metadata,
            json!({}),
        )
        .await;
    let answers = client.answers(&id).await;
    let shown: Vec<_> = answers
        .0
        .iter()
        .filter_map(|message| match message.kind() {
            "execute_result" => message.content["data"]["text/plain"].as_str(),
            "stream" => message.content["text"].as_str(),
            _ => None,
        })
        .map(str::trim)
        .collect();
    assert_eq!(shown.join("\n"), "0\n1", "{answers:#?}");
    // The same as a notebook's cell shows nothing.
    let id = client.send("shell", "execute_request", content).await;
    let answers = client.answers(&id).await;
    assert_eq!(
        answers.order(),
        [
            "status busy",
            "execute_input",
            "execute_reply",
            "status idle"
        ]
    );
}

#[tokio::test]
async fn user_expressions() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let expressions = json!({"user_expressions": {"sum": "x + 1", "bad": "y"}});
    let id = client.execute_with("x = 1", expressions).await;
    let answers = client.answers(&id).await;
    let values = &answers.reply()["user_expressions"];
    assert_eq!(values["sum"]["status"], "ok", "{values}");
    assert_eq!(values["sum"]["data"]["text/plain"], "2");
    assert_eq!(values["bad"]["status"], "error");
    assert_eq!(values["bad"]["ename"], "NameError");
}

#[tokio::test]
async fn an_error_gives_up_the_cells_that_wait() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let first = client.execute("input()").await;
    client.next_of("input_request").await;
    let waiting = client.execute("x = 1").await;
    let info = client.send("shell", "kernel_info_request", json!({})).await;
    client.send("control", "interrupt_request", json!({})).await;
    assert_eq!(client.answers(&first).await.reply()["status"], "error");
    let answers = client.answers(&waiting).await;
    assert_eq!(
        answers.order(),
        ["status busy", "execute_reply", "status idle"]
    );
    assert_eq!(answers.reply()["status"], "aborted");
    assert!(client.answers(&info).await.has("kernel_info_reply"));

    // Without `stop_on_error` they are run.
    let fields = json!({"stop_on_error": false});
    let first = client.execute_with("input()", fields).await;
    client.next_of("input_request").await;
    let waiting = client.execute("x = 1").await;
    client.send("control", "interrupt_request", json!({})).await;
    assert_eq!(client.answers(&first).await.reply()["status"], "error");
    assert_eq!(client.answers(&waiting).await.reply()["status"], "ok");
}

#[tokio::test]
async fn output_is_merged_and_complete() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let answers = client.run("for i in range(5000):\n    print(i)").await;
    let expected: String = (0..5000).map(|i| format!("{i}\n")).collect();
    assert_eq!(answers.stdout(), expected);
    let streams = answers
        .0
        .iter()
        .filter(|message| message.kind() == "stream")
        .count();
    assert!(streams < 500, "{streams} messages for 5000 lines");
}

#[tokio::test]
async fn streams_keep_their_order() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let code =
        "import sys\nfor i in range(3):\n    print('out', i)\n    print('err', i, file=sys.stderr)";
    let answers = client.run(code).await;
    let streams = answers
        .0
        .iter()
        .filter(|message| message.kind() == "stream");
    let text: String = streams
        .map(|message| message.content["text"].as_str().unwrap())
        .collect();
    assert_eq!(text, "out 0\nerr 0\nout 1\nerr 1\nout 2\nerr 2\n");
    assert_eq!(answers.stream("stderr"), "err 0\nerr 1\nerr 2\n");
}

#[tokio::test]
async fn characters_are_never_cut() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let answers = client.run("print('é🐍' * 40000)").await;
    assert_eq!(answers.stdout(), format!("{}\n", "é🐍".repeat(40_000)));
    let code = "import sys\nfor b in '🐍'.encode():\n    sys.stdout.buffer.write(bytes([b]))\n    sys.stdout.buffer.flush()";
    assert_eq!(client.run(code).await.stdout(), "🐍");
}

#[tokio::test]
async fn rich_output() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let code = "from croquant import HTML, clear_output, display, update_display\n\
                display(HTML('<b>1</b>'), display_id='a')\n\
                update_display(HTML('<b>2</b>'), display_id='a')\n\
                clear_output(wait=True)";
    let answers = client.run(code).await;
    assert_eq!(
        answers.order(),
        [
            "status busy",
            "execute_input",
            "display_data",
            "update_display_data",
            "clear_output",
            "execute_reply",
            "status idle"
        ]
    );
    let shown = &answers.one("display_data").content;
    assert_eq!(shown["data"]["text/html"], "<b>1</b>");
    assert_eq!(shown["transient"]["display_id"], "a");
    let changed = &answers.one("update_display_data").content;
    assert_eq!(changed["data"]["text/html"], "<b>2</b>");
    assert_eq!(changed["transient"]["display_id"], "a");
    assert_eq!(answers.one("clear_output").content, json!({"wait": true}));
}
