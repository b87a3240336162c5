//! What a page says to the server: one request over HTTP, then the Jupyter protocol over a websocket.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// The connection was refused or lost, or the server does not take anybody now.
#[derive(Debug)]
pub(crate) struct Lost;

/// The kernel of this reader's page, whose token is in the cookie.
pub(crate) async fn kernel(address: SocketAddr, token: &str) -> Result<String, Lost> {
    let body = r#"{"path": "/chaos", "type": "page", "name": "Chaos"}"#;
    let request = format!(
        "POST /api/sessions HTTP/1.1\r\nhost: {address}\r\ncookie: croquant-reader={token}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut answer = Vec::new();
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        stream.read_to_end(&mut answer).await
    };
    exchange.await.map_err(|_| Lost)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(Lost)?;
    if !head.starts_with("HTTP/1.1 201 ") {
        let is_away = ["HTTP/1.1 503 ", "HTTP/1.1 500 "]
            .iter()
            .any(|status| head.starts_with(status));
        assert!(is_away, "{answer}");
        return Err(Lost);
    }
    let session: Value = serde_json::from_str(body).map_err(|_| Lost)?;
    let kernel = session["kernel"]["id"].as_str().expect("a kernel");
    Ok(kernel.to_owned())
}

/// A page's connection to its kernel.
pub(crate) struct Connection {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// A message from the kernel.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) kind: String,
    /// The request that it belongs to.
    pub(crate) parent: String,
    pub(crate) content: Value,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr, token: &str, kernel: &str) -> Result<Self, Lost> {
        let url = format!("ws://{address}/api/kernels/{kernel}/channels");
        let mut request = url.into_client_request().expect("a URL");
        let cookie = format!("croquant-reader={token}");
        let cookie = cookie.parse().expect("a header");
        request.headers_mut().insert("cookie", cookie);
        let (socket, _) = connect_async(request).await.map_err(|_| Lost)?;
        Ok(Self { socket })
    }

    /// Sends a cell, as the request `id`.
    pub(crate) async fn execute(&mut self, id: &str, code: &str) -> Result<(), Lost> {
        let message = json!({
            "channel": "shell",
            "header": {
                "msg_id": id, "msg_type": "execute_request", "session": "chaos", "username": "",
                "date": "2026-01-01T00:00:00Z", "version": "5.4",
            },
            "parent_header": {}, "metadata": {}, "buffers": [],
            "content": {
                "code": code, "silent": false, "store_history": true, "user_expressions": {},
                "allow_stdin": false, "stop_on_error": true,
            },
        });
        let frame = Frame::text(message.to_string());
        self.socket.send(frame).await.map_err(|_| Lost)
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Result<Message, Lost> {
        loop {
            let text = match self.socket.next().await {
                Some(Ok(Frame::Text(text))) => text,
                Some(Ok(Frame::Close(_)) | Err(_)) | None => return Err(Lost),
                Some(Ok(_)) => continue,
            };
            let mut message: Value = serde_json::from_str(&text).expect("a message is JSON");
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            return Ok(Message {
                kind: text(&message["header"]["msg_type"]),
                parent: text(&message["parent_header"]["msg_id"]),
                content: message["content"].take(),
            });
        }
    }
}
