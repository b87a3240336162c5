//! A Jupyter client: the frames are laid out here once more, independently of the server's own code.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Reader, SOON};

const V1: &str = "v1.kernel.websocket.jupyter.org";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    V1,
    Json,
}

/// A message from the kernel.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) channel: String,
    pub(crate) header: Value,
    /// As it stands in the frame.
    pub(crate) raw_parent: String,
    pub(crate) content: Value,
}

impl Message {
    pub(crate) fn kind(&self) -> &str {
        self.header["msg_type"].as_str().unwrap()
    }

    fn parent(&self) -> Value {
        serde_json::from_str(&self.raw_parent).unwrap()
    }

    /// `status busy`, `stream`, …
    pub(crate) fn short(&self) -> String {
        match self.content["execution_state"].as_str() {
            Some(state) if self.kind() == "status" => format!("status {state}"),
            _ => self.kind().to_owned(),
        }
    }
}

pub(crate) struct Client {
    pub(crate) reader: Reader,
    pub(crate) kernel: String,
    framing: Framing,
    session: String,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next: u32,
}

impl Client {
    /// Opens the websocket; the error is the status of a refusal.
    pub(crate) async fn connect(
        reader: &Reader,
        kernel: &str,
        framing: Framing,
        origin: Option<&str>,
    ) -> Result<Self, u16> {
        let url = format!("ws://{}/api/kernels/{kernel}/channels", reader.address);
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("cookie", reader.cookie.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().unwrap());
        }
        if framing == Framing::V1 {
            headers.insert("sec-websocket-protocol", V1.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, response)) => {
                let chosen = response.headers().get("sec-websocket-protocol");
                assert_eq!(chosen.is_some(), framing == Framing::V1);
                static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
                let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Ok(Self {
                    reader: reader.clone(),
                    kernel: kernel.to_owned(),
                    framing,
                    session: format!("client-{number}"),
                    socket,
                    next: 0,
                })
            }
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
                Err(response.status().as_u16())
            }
            Err(error) => panic!("the websocket failed: {error}"),
        }
    }

    /// Sends a message; returns its id.
    pub(crate) async fn send(&mut self, channel: &str, kind: &str, content: Value) -> String {
        self.send_with(channel, kind, content, json!({}), json!({}))
            .await
    }

    pub(crate) async fn send_with(
        &mut self,
        channel: &str,
        kind: &str,
        content: Value,
        metadata: Value,
        parent: Value,
    ) -> String {
        self.next += 1;
        let id = format!("{}-{}", self.session, self.next);
        let header = json!({
            "msg_id": id, "msg_type": kind, "session": self.session, "username": "",
            "date": "2026-01-01T00:00:00Z", "version": "5.4",
        });
        let parts = [header, parent, metadata, content].map(|part| part.to_string());
        self.send_raw(channel, &parts).await;
        id
    }

    /// Sends a message from its parts: header, parent header, metadata, content.
    pub(crate) async fn send_raw(&mut self, channel: &str, parts: &[String; 4]) {
        let frame = match self.framing {
            Framing::V1 => Frame::binary(v1_frame(channel, parts)),
            Framing::Json => {
                let [header, parent, metadata, content] = parts;
                Frame::text(format!(
                    r#"{{"channel":"{channel}","header":{header},"parent_header":{parent},"metadata":{metadata},"content":{content},"buffers":[]}}"#
                ))
            }
        };
        self.send_frame(frame).await;
    }

    pub(crate) async fn send_frame(&mut self, frame: Frame) {
        self.socket.send(frame).await.unwrap();
    }

    /// The next message; `None` when the connection has ended.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            let frame = tokio::time::timeout(SOON, self.socket.next()).await;
            match frame.expect("a message comes in time")? {
                Ok(Frame::Binary(bytes)) => {
                    assert_eq!(self.framing, Framing::V1);
                    return Some(read_v1(&bytes));
                }
                Ok(Frame::Text(text)) => {
                    assert_eq!(self.framing, Framing::Json);
                    return Some(read_json(&text));
                }
                Ok(Frame::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next message of this kind, whatever comes before it.
    pub(crate) async fn next_of(&mut self, kind: &str) -> Message {
        loop {
            let message = self.next().await;
            let message = message.unwrap_or_else(|| panic!("the connection ended before `{kind}`"));
            if message.short() == kind {
                return message;
            }
        }
    }

    /// All messages that answer the request `id`, up to `idle`.
    pub(crate) async fn answers(&mut self, id: &str) -> Answers {
        let mut messages = Vec::new();
        loop {
            let message = self.next().await.expect("the connection lasts");
            if message.parent()["msg_id"] != id {
                continue;
            }
            let over = message.short() == "status idle";
            messages.push(message);
            if over {
                return Answers(messages);
            }
        }
    }

    /// Runs a cell to its end.
    pub(crate) async fn run(&mut self, code: &str) -> Answers {
        let id = self.execute(code).await;
        self.answers(&id).await
    }

    /// Sends a cell; returns the request's id.
    pub(crate) async fn execute(&mut self, code: &str) -> String {
        self.execute_with(code, json!({})).await
    }

    /// Sends a cell with other fields than the usual.
    pub(crate) async fn execute_with(&mut self, code: &str, fields: Value) -> String {
        let mut content = json!({
            "code": code, "silent": false, "store_history": true, "user_expressions": {},
            "allow_stdin": true, "stop_on_error": true,
        });
        let changes = fields.as_object().unwrap().clone();
        content.as_object_mut().unwrap().extend(changes);
        self.send("shell", "execute_request", content).await
    }

    /// Asks something of the shell channel; returns the reply's content.
    pub(crate) async fn ask(&mut self, kind: &str, content: Value) -> Value {
        let id = self.send("shell", kind, content).await;
        let answers = self.answers(&id).await;
        let reply = kind.replace("_request", "_reply");
        answers.one(&reply).content.clone()
    }

    pub(crate) async fn close(mut self) {
        self.socket.close(None).await.unwrap();
        while self.next().await.is_some() {}
    }
}

/// What came back for one request.
#[derive(Debug)]
pub(crate) struct Answers(pub(crate) Vec<Message>);

impl Answers {
    /// All of them in short, streams merged: how they are cut is not promised.
    pub(crate) fn order(&self) -> Vec<String> {
        let mut order: Vec<String> = self.0.iter().map(Message::short).collect();
        order.dedup_by(|one, other| one == other && one == "stream");
        order
    }

    #[track_caller]
    pub(crate) fn one(&self, kind: &str) -> &Message {
        let mut found = self.0.iter().filter(|message| message.kind() == kind);
        let one = found.next();
        assert!(found.next().is_none(), "more than one `{kind}`: {self:#?}");
        one.unwrap_or_else(|| panic!("no `{kind}`: {self:#?}"))
    }

    pub(crate) fn has(&self, kind: &str) -> bool {
        self.0.iter().any(|message| message.kind() == kind)
    }

    /// All that was written to a stream.
    pub(crate) fn stream(&self, name: &str) -> String {
        let streams = self.0.iter().filter(|message| message.kind() == "stream");
        let own = streams.filter(|message| message.content["name"] == name);
        own.map(|message| message.content["text"].as_str().unwrap())
            .collect()
    }

    pub(crate) fn stdout(&self) -> String {
        self.stream("stdout")
    }

    /// The reply to the cell.
    #[track_caller]
    pub(crate) fn reply(&self) -> &Value {
        &self.one("execute_reply").content
    }

    /// The text of the cell's result.
    #[track_caller]
    pub(crate) fn result(&self) -> &str {
        let content = &self.one("execute_result").content;
        content["data"]["text/plain"].as_str().unwrap()
    }
}

fn v1_frame(channel: &str, parts: &[String; 4]) -> Vec<u8> {
    let [header, parent, metadata, content] = parts;
    let parts = [channel, header, parent, metadata, content];
    let count = parts.len() as u64 + 1;
    let mut frame = count.to_le_bytes().to_vec();
    let mut offset = 8 * (count + 1);
    frame.extend(offset.to_le_bytes());
    for part in parts {
        offset += part.len() as u64;
        frame.extend(offset.to_le_bytes());
    }
    frame.extend(parts.concat().into_bytes());
    frame
}

fn read_v1(frame: &[u8]) -> Message {
    let number = |index: usize| {
        let bytes = frame[8 * index..8 * index + 8].try_into().unwrap();
        u64::from_le_bytes(bytes) as usize
    };
    let count = number(0);
    assert_eq!(number(1), 8 * (count + 1));
    assert_eq!(number(count), frame.len());
    let part = |index: usize| {
        let part = &frame[number(index + 1)..number(index + 2)];
        std::str::from_utf8(part).unwrap()
    };
    Message {
        channel: part(0).to_owned(),
        header: serde_json::from_str(part(1)).unwrap(),
        raw_parent: part(2).to_owned(),
        content: serde_json::from_str(part(4)).unwrap(),
    }
}

fn read_json(text: &str) -> Message {
    #[derive(serde::Deserialize)]
    struct Parts<'a> {
        channel: String,
        header: Value,
        #[serde(borrow)]
        parent_header: &'a serde_json::value::RawValue,
        content: Value,
    }
    let parts: Parts<'_> = serde_json::from_str(text).unwrap();
    Message {
        channel: parts.channel,
        header: parts.header,
        raw_parent: parts.parent_header.get().to_owned(),
        content: parts.content,
    }
}
