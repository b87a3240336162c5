//! A server for each test, and the clients that speak to it.

mod client;
mod http;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use croquant_sandbox::{Engine, EngineConfig, SnapshotKey};
use croquant_store::{Opened, Store, StoreConfig};
use croquant_web::{AppState, Config, Pages};
use croquant_worker::{Pool, PoolConfig};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub(crate) use client::{Answers, Client, Framing};
pub(crate) use http::{Reply, Request};

/// Longer than anything here takes: a test that waits for what never comes ends with a message.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// The engine, made once for all tests.
fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    let make = || {
        let image = croquant_guest::open().expect("the image opens");
        Engine::new(image, &EngineConfig::server(200)).expect("the engine takes the image")
    };
    ENGINE.get_or_init(make).clone()
}

/// A server that ends with the test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) pool: Pool,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    tasks: JoinSet<std::io::Result<()>>,
}

impl Server {
    /// Serves the example tutorial.
    pub(crate) async fn start() -> Self {
        Self::changed(|_| {}).await
    }

    pub(crate) async fn folder(folder: &Folder) -> Self {
        Self::with(Pages::Folder(folder.site()), None, |_| {}).await
    }

    pub(crate) async fn changed(change: impl FnOnce(&mut Config)) -> Self {
        Self::with(Pages::Example, None, change).await
    }

    /// Serves the example tutorial; its sessions sleep in `folder`.
    pub(crate) async fn stored(folder: &Folder, change: impl FnOnce(&mut Config)) -> Self {
        Self::bounded(folder, &StoreConfig::tutorial(), change).await
    }

    pub(crate) async fn bounded(
        folder: &Folder,
        bounds: &StoreConfig,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let opened = Store::open(&folder.store(), bounds).unwrap();
        assert!(opened.set_aside.is_none());
        Self::with(Pages::Example, Some(opened), change).await
    }

    async fn with(pages: Pages, opened: Option<Opened>, change: impl FnOnce(&mut Config)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut config = Config::tutorial(pages, address);
        change(&mut config);
        let pool = Pool::in_process(
            engine(),
            PoolConfig::server(2, 200),
            SnapshotKey::new(opened.as_ref().map_or([7; 32], |opened| opened.key)),
        );
        let store = opened.map(|opened| Arc::new(opened.store));
        let state = AppState::new(&config, pool.clone(), store).unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(croquant_web::serve(listener, state, async {
            let _ = stopped.await;
        }));
        Self {
            address,
            pool,
            stop: Some(stop),
            tasks,
        }
    }

    /// Asks the server to stop, and waits until it has.
    pub(crate) async fn stop(mut self) {
        self.stop.take();
        let ended = tokio::time::timeout(SOON, self.tasks.join_next());
        ended.await.unwrap().unwrap().unwrap().unwrap();
    }

    /// A reader who has just arrived: with a cookie, from this server's own pages.
    pub(crate) async fn reader(&self) -> Reader {
        let reply = Request::get("/").send(self.address).await;
        let cookie = reply.cookie().expect("a new reader gets a cookie");
        Reader {
            address: self.address,
            cookie,
        }
    }

    /// Waits until this many sessions are in memory.
    pub(crate) async fn until_awake(&self, sessions: usize) {
        let begin = std::time::Instant::now();
        let awake = || {
            let workers = self.pool.workers();
            workers.iter().map(|worker| worker.sessions).sum::<usize>()
        };
        while awake() != sessions {
            assert!(begin.elapsed() < SOON, "{} are in memory", awake());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The same reader, as the server that came after sees it.
    pub(crate) fn again(&self, reader: &Reader) -> Reader {
        Reader {
            address: self.address,
            cookie: reader.cookie.clone(),
        }
    }

    /// A client with a kernel of its own.
    pub(crate) async fn client(&self) -> Client {
        let reader = self.reader().await;
        let kernel = reader.kernel().await;
        reader.connect(&kernel, Framing::V1).await
    }
}

/// A reader's browser.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) address: SocketAddr,
    pub(crate) cookie: String,
}

impl Reader {
    pub(crate) async fn get(&self, path: &str) -> Reply {
        Request::get(path)
            .cookie(&self.cookie)
            .send(self.address)
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Reply {
        let request = Request::new("POST", path).body(body);
        request.cookie(&self.cookie).send(self.address).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        let request = Request::new("DELETE", path);
        request.cookie(&self.cookie).send(self.address).await
    }

    /// Starts a kernel; returns its id.
    pub(crate) async fn kernel(&self) -> String {
        let reply = self.post("/api/kernels", "").await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn connect(&self, kernel: &str, framing: Framing) -> Client {
        let client = Client::connect(self, kernel, framing, None).await;
        client.unwrap_or_else(|status| panic!("the websocket was refused: {status}"))
    }
}

/// A folder of pages with a secret beside it; removed in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("croquant-server-{}-{number}", std::process::id());
        let root = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("site")).unwrap();
        fs::write(root.join("secret.txt"), "the secret").unwrap();
        Self(root)
    }

    pub(crate) fn site(&self) -> PathBuf {
        self.0.join("site")
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.0.join("sessions.db")
    }

    pub(crate) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.site().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
