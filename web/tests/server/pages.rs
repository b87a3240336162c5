//! Pages and assets.

use std::os::unix::fs::symlink;

use crate::harness::{Folder, Request, Server};

const PAGE: &str =
    "<html><head><title>T</title></head><body><pre>&gt;&gt;&gt; 1 + 1\n2\n</pre></body></html>";

#[tokio::test]
async fn the_example_tutorial_is_live() {
    let server = Server::start().await;
    let reply = Request::get("/").send(server.address).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let page = reply.text();
    assert!(page.contains("id=\"croquant-page\""));
    assert!(page.contains("data-croquant-block=\"0\""));
    assert!(page.contains("/_croquant/app.js"));
    for (path, status) in [("/missing.html", 404), ("/favicon.ico", 204)] {
        let reply = Request::get(path).send(server.address).await;
        assert_eq!(reply.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_folder_of_pages() {
    let folder = Folder::new();
    folder.write("a.html", PAGE);
    folder.write("plain.html", "<p>nothing to run</p>");
    folder.write("sub dir/b.css", "p {}");
    let server = Server::folder(&folder).await;
    let get = async |path: &str| Request::get(path).send(server.address).await;

    let page = get("/a.html").await.text();
    assert!(page.starts_with("<html><head><title>T</title><link rel=\"stylesheet\""));
    assert!(page.contains("<pre data-croquant-block=\"0\">&gt;&gt;&gt; 1 + 1\n2\n</pre>"));
    assert_eq!(get("/plain.html").await.text(), "<p>nothing to run</p>");

    let style = get("/sub%20dir/b.css").await;
    assert_eq!(
        style.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert_eq!(style.text(), "p {}");

    let index = get("/").await.text();
    assert!(index.contains("<a href=\"a.html\">T</a>"), "{index}");
    assert!(index.contains("<a href=\"sub%20dir/\">sub dir/</a>"));

    let redirect = get("/sub%20dir?x=1").await;
    assert_eq!(redirect.status, 308);
    assert_eq!(redirect.header("location"), Some("/sub%20dir/?x=1"));
    assert_eq!(get("/missing.html").await.status, 404);
    assert_eq!(get("/favicon.ico").await.status, 204);
    folder.write("favicon.ico", "an icon");
    assert_eq!(get("/favicon.ico").await.text(), "an icon");
}

#[tokio::test]
async fn what_is_not_in_the_folder_is_not_there() {
    let folder = Folder::new();
    folder.write("inside.txt", "inside");
    folder.write(".hidden", "hidden");
    symlink("../secret.txt", folder.site().join("link.txt")).unwrap();
    symlink("inside.txt", folder.site().join("inner-link.txt")).unwrap();
    symlink("..", folder.site().join("up")).unwrap();
    // The secret is there for the system itself: the attempts below fail because of the server.
    let through = std::fs::read_to_string(folder.site().join("link.txt")).unwrap();
    assert_eq!(through, "the secret");

    let server = Server::folder(&folder).await;
    let get = async |path: &str| Request::get(path).send(server.address).await;
    for path in [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/x/../../secret.txt",
        "/..%5csecret.txt",
        "//../secret.txt",
        "/link.txt",
        "/up/secret.txt",
        "/.hidden",
        "/%2ehidden",
        "/inside.txt%00.html",
    ] {
        let reply = get(path).await;
        assert!(
            matches!(reply.status, 400 | 403 | 404),
            "{path}: {}",
            reply.status
        );
        assert!(!reply.text().contains("the secret"), "{path}");
    }
    assert_eq!(get("/inside.txt").await.text(), "inside");
    assert_eq!(get("/inner-link.txt").await.text(), "inside");
}

#[tokio::test]
async fn large_files_come_whole() {
    let folder = Folder::new();
    let content: Vec<u8> = (0..20_000_000_u32)
        .map(|n| n.wrapping_mul(2_654_435_761) as u8)
        .collect();
    folder.write("large.bin", &content);
    let server = Server::folder(&folder).await;
    let reply = Request::get("/large.bin").send(server.address).await;
    assert_eq!(reply.header("content-length"), Some("20000000"));
    assert!(reply.body == content);
}

#[tokio::test]
async fn the_servers_own_files_are_guarded_and_cached() {
    let server = Server::start().await;
    let script = Request::get("/_croquant/app.js").send(server.address).await;
    assert_eq!(script.status, 200);
    assert_eq!(
        script.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert_eq!(script.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(script.header("x-frame-options"), Some("DENY"));
    assert!(
        script
            .header("content-security-policy")
            .unwrap()
            .contains("default-src 'none'")
    );
    let tag = script.header("etag").unwrap();
    let again = Request::get("/_croquant/app.js").header("if-none-match", tag);
    let again = again.send(server.address).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let missing = Request::get("/_croquant/other.js")
        .send(server.address)
        .await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn pages_are_only_read() {
    let server = Server::start().await;
    let head = Request::new("HEAD", "/").send(server.address).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    for method in ["POST", "PUT", "DELETE"] {
        let reply = Request::new(method, "/").send(server.address).await;
        assert_eq!(reply.status, 405, "{method}");
    }
}
