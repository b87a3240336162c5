//! The server as a whole: its state, its routes, and its life.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use croquant_store::Store;
use croquant_worker::Pool;
use tokio::net::TcpListener;

use crate::assets::asset;
use crate::config::{Config, ConfigError};
use crate::guard::{Hosts, guard};
use crate::identity::identify;
use crate::kernel::registry::Registry;
use crate::kernel::rest;
use crate::kernel::sleep::Dormitory;
use crate::site::{Site, page};

/// How long open connections may take to end when the server stops.
const FAREWELL: Duration = Duration::from_secs(3);

/// What all requests share. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

struct Shared {
    hosts: Hosts,
    site: Site,
    registry: Registry,
}

impl AppState {
    /// Checks `config` and opens its pages. Sessions are made by `pool`, and sleep in `store` if there is one.
    ///
    /// # Errors
    /// [`ConfigError`] if the folder is not there, is none, or cannot be read, or a value makes no sense.
    pub fn new(
        config: &Config,
        pool: Pool,
        store: Option<Arc<Store>>,
    ) -> Result<Self, ConfigError> {
        config.validate()?;
        Ok(Self(Arc::new(Shared {
            hosts: Hosts::new(config.bind, &config.hosts),
            site: Site::open(&config.pages)?,
            registry: Registry::new(config, pool, store.map(Dormitory::new)),
        })))
    }

    pub(crate) fn hosts(&self) -> &Hosts {
        &self.0.hosts
    }

    pub(crate) fn site(&self) -> &Site {
        &self.0.site
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.0.registry
    }
}

/// The routes: pages, our own assets under `/_croquant/`, kernels under `/api/`.
pub fn router(state: AppState) -> Router {
    let own = Router::new()
        .nest("/api", rest::routes())
        .route("/_croquant/{name}", get(asset))
        .layer(middleware::from_fn(harden));
    Router::new()
        .merge(own)
        .fallback(page)
        .layer(middleware::from_fn_with_state(state.clone(), identify))
        .layer(middleware::from_fn_with_state(state.clone(), guard))
        .with_state(state)
}

/// Serves until `shutdown` is done; then gives cells a moment to end, and open connections a few seconds. Sessions that are stored go on
/// with the next server.
///
/// # Errors
/// If the listener fails.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let ending = state.clone();
    let shutdown = async move {
        shutdown.await;
        ending.registry().close().await;
        // Whoever waits for it is below.
        let _ = stopping.send(());
    };
    let farewell = async move {
        match stopped.await {
            Ok(()) => tokio::time::sleep(FAREWELL).await,
            Err(_) => std::future::pending().await,
        }
    };
    // Messages are small and follow each other closely: held back for the last one's acknowledgement (Nagle), each
    // execution would take 40 ms longer.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let server = axum::serve(listener, router(state.clone())).with_graceful_shutdown(shutdown);
    tokio::select! {
        result = server => result,
        () = farewell => Ok(()),
        () = state.registry().take_care() => Ok(()),
    }
}

/// Headers of everything that is ours; the teacher's pages are served as they are.
async fn harden(request: Request, next: Next) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
