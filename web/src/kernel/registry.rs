//! All kernels of the server: whose they are, which page each belongs to, and when they go.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::http::StatusCode;
use croquant_sandbox::Policy;
use croquant_worker::{Error, Pool};

use super::Kernel;
use super::owner::Means;
use super::wire;
use crate::config::Config;
use crate::error::ApiError;
use crate::identity::Reader;

/// A page's session: one kernel, under the page's path.
#[derive(Clone)]
pub(crate) struct PageSession {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) kernel: Arc<Kernel>,
}

/// The kernels that there are.
pub(crate) struct Registry {
    means: Means,
    per_reader: usize,
    in_total: usize,
    idle: Duration,
    tables: Mutex<Tables>,
    /// Held while a kernel is made: two tabs that open one page at once get one session.
    making: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Tables {
    kernels: HashMap<String, Arc<Kernel>>,
    sessions: HashMap<String, PageSession>,
    closed: bool,
}

impl Registry {
    pub(crate) fn new(config: &Config, pool: Pool) -> Self {
        Self {
            means: Means {
                pool,
                policy: Policy::default(),
                limits: config.limits.clone(),
            },
            per_reader: config.kernels_per_reader,
            in_total: config.kernels,
            idle: config.idle,
            tables: Mutex::default(),
            making: tokio::sync::Mutex::default(),
        }
    }

    /// A kernel of this reader's.
    pub(crate) fn kernel(&self, id: &str, reader: Reader) -> Result<Arc<Kernel>, ApiError> {
        let tables = self.tables();
        let kernel = tables
            .kernels
            .get(id)
            .filter(|kernel| kernel.reader == reader);
        kernel
            .filter(|kernel| !kernel.is_over())
            .cloned()
            .ok_or_else(|| ApiError::not_found("kernel", id))
    }

    /// All kernels of this reader's.
    pub(crate) fn kernels(&self, reader: Reader) -> Vec<Arc<Kernel>> {
        let mut tables = self.tables();
        tables.forget(Kernel::is_over);
        let own = tables
            .kernels
            .values()
            .filter(|kernel| kernel.reader == reader);
        own.cloned().collect()
    }

    /// Starts a kernel; idle ones without a page make room for it.
    pub(crate) async fn start(&self, reader: Reader) -> Result<Arc<Kernel>, ApiError> {
        let _making = self.making.lock().await;
        self.start_one(reader).await
    }

    async fn start_one(&self, reader: Reader) -> Result<Arc<Kernel>, ApiError> {
        self.make_room(reader)?;
        let kernel = Kernel::start(reader, self.means.clone()).await;
        let kernel = Arc::new(kernel.map_err(|error| cannot_start(&error))?);
        let mut tables = self.tables();
        if tables.closed {
            return Err(cannot_start(&Error::from(croquant_sandbox::Error::Ended)));
        }
        tables
            .kernels
            .insert(kernel.id.clone(), Arc::clone(&kernel));
        Ok(kernel)
    }

    fn make_room(&self, reader: Reader) -> Result<(), ApiError> {
        let mut tables = self.tables();
        tables.forget(|kernel| kernel.is_over());
        let own = |kernel: &Kernel| kernel.reader == reader;
        if tables.count(own) >= self.per_reader && !tables.forget_oldest_idle(own) {
            return Err(self.too_many());
        }
        if tables.count(|_| true) >= self.in_total && !tables.forget_oldest_idle(|_| true) {
            return Err(full());
        }
        Ok(())
    }

    fn too_many(&self) -> ApiError {
        ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            format!(
                "{} pages are open already\nhint: close one of them",
                self.per_reader
            ),
        )
    }

    /// Ends a kernel of this reader's, and its session.
    pub(crate) async fn end(&self, id: &str, reader: Reader) -> Result<(), ApiError> {
        let kernel = self.kernel(id, reader)?;
        self.tables().forget(|other| other.id == id);
        kernel.shutdown().await;
        Ok(())
    }

    /// The session of this reader for the page at `path`: the same one until its kernel ends.
    pub(crate) async fn open_session(
        &self,
        reader: Reader,
        path: String,
        name: String,
        kind: String,
        kernel_id: Option<String>,
    ) -> Result<PageSession, ApiError> {
        let _making = self.making.lock().await;
        let known = self.sessions(reader);
        let count = known.len();
        if let Some(session) = known.into_iter().find(|session| session.path == path) {
            return Ok(session);
        }
        if kernel_id.is_some() && count >= self.per_reader {
            return Err(self.too_many());
        }
        let kernel = match kernel_id {
            Some(id) => self.kernel(&id, reader)?,
            None => self.start_one(reader).await?,
        };
        let session = PageSession {
            id: wire::uuid(),
            path,
            name,
            kind,
            kernel,
        };
        let mut tables = self.tables();
        tables.sessions.insert(session.id.clone(), session.clone());
        Ok(session)
    }

    pub(crate) fn sessions(&self, reader: Reader) -> Vec<PageSession> {
        let tables = self.tables();
        let own = tables
            .sessions
            .values()
            .filter(|session| session.kernel.reader == reader && !session.kernel.is_over());
        own.cloned().collect()
    }

    pub(crate) fn session(&self, id: &str, reader: Reader) -> Result<PageSession, ApiError> {
        let mut own = self.sessions(reader).into_iter();
        own.find(|session| session.id == id)
            .ok_or_else(|| ApiError::not_found("session", id))
    }

    /// Ends the kernels that nobody has used for long. Never returns.
    pub(crate) async fn take_care(&self) {
        let every = (self.idle / 4).clamp(Duration::from_millis(50), Duration::from_secs(60));
        loop {
            tokio::time::sleep(every).await;
            let unused = |kernel: &Kernel| {
                kernel.is_over()
                    || kernel.is_idle() && kernel.activity().since.elapsed() >= self.idle
            };
            let gone = self.tables().forget(unused);
            if gone > 0 {
                tracing::debug!(gone, "unused kernels were ended");
            }
        }
    }

    /// Ends all kernels, and takes no more.
    pub(crate) fn close(&self) {
        let mut tables = self.tables();
        tables.closed = true;
        tables.forget(|kernel| {
            kernel.hub.close();
            true
        });
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().expect("no holder panics")
    }
}

impl Tables {
    fn count(&self, of: impl Fn(&Kernel) -> bool) -> usize {
        self.kernels.values().filter(|kernel| of(kernel)).count()
    }

    /// Drops kernels, with their sessions. Returns how many.
    fn forget(&mut self, which: impl Fn(&Kernel) -> bool) -> usize {
        let before = self.kernels.len();
        self.kernels.retain(|_, kernel| !which(kernel));
        let kernels = &self.kernels;
        self.sessions
            .retain(|_, session| kernels.contains_key(&session.kernel.id));
        before - self.kernels.len()
    }

    fn forget_oldest_idle(&mut self, among: impl Fn(&Kernel) -> bool) -> bool {
        let idle = self.kernels.values();
        let idle = idle.filter(|kernel| among(kernel) && kernel.is_idle());
        let Some(oldest) = idle.min_by_key(|kernel| kernel.activity().since) else {
            return false;
        };
        let id = oldest.id.clone();
        self.forget(|kernel| kernel.id == id) > 0
    }
}

fn full() -> ApiError {
    ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "all sessions of this server are in use\nhint: try again in a few minutes",
    )
}

fn cannot_start(error: &Error) -> ApiError {
    match error {
        Error::Full { .. } => full(),
        _ => {
            tracing::error!(%error, "a kernel cannot be started");
            ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "a session cannot be started\nhint: the server's log says why",
            )
        }
    }
}
