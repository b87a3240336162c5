//! Who may do what: hosts, origins, readers. Every refusal has a twin that succeeds.

use crate::harness::{Client, Framing, Reader, Request, Server};

#[tokio::test]
async fn a_new_reader_gets_a_cookie_that_scripts_cannot_see() {
    let server = Server::start().await;
    let reply = Request::get("/").send(server.address).await;
    let cookie = reply.header("set-cookie").unwrap();
    let parts: Vec<&str> = cookie.split("; ").collect();
    for part in ["Path=/", "HttpOnly", "SameSite=Strict"] {
        assert!(parts.contains(&part), "{cookie}");
    }
    let (_, token) = parts[0].split_once('=').unwrap();
    assert_eq!(token.len(), 64);

    let again = Request::get("/")
        .cookie(parts[0])
        .send(server.address)
        .await;
    assert_eq!(again.header("set-cookie"), None);
    let forged = Request::get("/").cookie("croquant-reader=1");
    assert!(
        forged
            .send(server.address)
            .await
            .header("set-cookie")
            .is_some()
    );
}

#[tokio::test]
async fn hosts() {
    let server = Server::changed(|config| config.hosts = vec!["tutorial.example".into()]).await;
    let port = server.address.port();
    let get = async |path: &str, host: &str| {
        let request = Request::get(path).header("host", host);
        request.send(server.address).await.status
    };
    for path in ["/", "/api/kernelspecs", "/_croquant/app.js"] {
        assert_eq!(get(path, &format!("localhost:{port}")).await, 200, "{path}");
        assert_eq!(get(path, &format!("127.0.0.1:{port}")).await, 200, "{path}");
        assert_eq!(get(path, "tutorial.example").await, 200, "{path}");
        assert_eq!(
            get(path, &format!("evil.example:{port}")).await,
            403,
            "{path}"
        );
        assert_eq!(get(path, "192.0.2.1").await, 403, "{path}");
    }
}

#[tokio::test]
async fn origins_of_requests() {
    let server = Server::start().await;
    let reader = server.reader().await;
    let post = async |origin: &str| {
        let request = Request::new("POST", "/api/kernels").cookie(&reader.cookie);
        request
            .header("origin", origin)
            .send(server.address)
            .await
            .status
    };
    assert_eq!(post(&format!("http://{}", server.address)).await, 201);
    assert_eq!(post("http://evil.example").await, 403);
    assert_eq!(post("http://127.0.0.1").await, 403);
    assert_eq!(post("null").await, 403);
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
}

#[tokio::test]
async fn origins_of_websockets() {
    let server = Server::start().await;
    let reader = server.reader().await;
    let kernel = reader.kernel().await;
    let connect = async |origin: Option<&str>| {
        let client = Client::connect(&reader, &kernel, Framing::V1, origin).await;
        client.map(|_| ())
    };
    let own = format!("http://{}", server.address);
    assert_eq!(connect(Some(&own)).await, Ok(()));
    assert_eq!(connect(None).await, Ok(()));
    assert_eq!(connect(Some("http://evil.example")).await, Err(403));
    assert_eq!(connect(Some("null")).await, Err(403));
    assert_eq!(
        connect(Some(&format!("{own}.evil.example"))).await,
        Err(403)
    );
}

#[tokio::test]
async fn readers_do_not_see_each_other() {
    let server = Server::start().await;
    let (one, other) = (server.reader().await, server.reader().await);
    let kernel = one.kernel().await;
    let session = one.post("/api/sessions", r#"{"path":"/a"}"#).await.json();
    let session = session["id"].as_str().unwrap().to_owned();

    assert_eq!(
        other.get("/api/kernels").await.json(),
        serde_json::json!([])
    );
    assert_eq!(
        other.get("/api/sessions").await.json(),
        serde_json::json!([])
    );
    let path = format!("/api/kernels/{kernel}");
    let attempts = async |reader: &Reader| {
        vec![
            reader.get(&path).await.status,
            reader.post(&format!("{path}/interrupt"), "").await.status,
            reader.post(&format!("{path}/restart"), "").await.status,
            Client::connect(reader, &kernel, Framing::V1, None)
                .await
                .map_or_else(|status| status, |_| 101),
            reader.get(&format!("/api/sessions/{session}")).await.status,
            reader
                .delete(&format!("/api/sessions/{session}"))
                .await
                .status,
            reader.delete(&path).await.status,
        ]
    };
    assert_eq!(attempts(&other).await, [404; 7]);
    assert_eq!(attempts(&one).await, [200, 204, 200, 101, 200, 204, 204]);
    assert_eq!(attempts(&one).await, [404; 7]);
}

#[tokio::test]
async fn another_readers_kernel_cannot_be_taken_into_a_session() {
    let server = Server::start().await;
    let (one, other) = (server.reader().await, server.reader().await);
    let kernel = one.kernel().await;
    let body = format!(r#"{{"path":"/a","kernel":{{"id":"{kernel}"}}}}"#);
    assert_eq!(other.post("/api/sessions", &body).await.status, 404);
    let session = one.post("/api/sessions", &body).await;
    assert_eq!(session.json()["kernel"]["id"], kernel);
}
