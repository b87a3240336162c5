//! All kernels of the server: whose they are, which page each belongs to, and when they go.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::http::StatusCode;
use croquant_sandbox::Policy;
use croquant_worker::{Error, Pool};

use super::Kernel;
use super::owner::Means;
use super::sleep::{Dormitory, Page, Sleeper};
use crate::config::Config;
use crate::error::ApiError;
use crate::identity::Reader;

/// A kernel, wherever it is.
#[derive(Clone)]
pub(crate) enum Known {
    /// In memory.
    Here(Arc<Kernel>),
    /// In the store.
    Asleep(Sleeper),
}

impl Known {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Here(kernel) => &kernel.id,
            Self::Asleep(sleeper) => &sleeper.id,
        }
    }

    fn pages(&self) -> Vec<Page> {
        match self {
            Self::Here(kernel) => kernel.pages(),
            Self::Asleep(sleeper) => sleeper.note.pages.clone(),
        }
    }
}

/// The kernels that there are.
pub(crate) struct Registry {
    means: Means,
    dormitory: Option<Dormitory>,
    per_reader: usize,
    in_total: usize,
    idle: Duration,
    grace: Duration,
    tables: Mutex<Tables>,
    /// Held while a kernel is made or recalled: two tabs that open one page at once get one session.
    making: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Tables {
    kernels: HashMap<String, Arc<Kernel>>,
    closed: bool,
}

impl Registry {
    pub(crate) fn new(config: &Config, pool: Pool, dormitory: Option<Dormitory>) -> Self {
        Self {
            means: Means {
                pool,
                policy: Policy::default(),
                limits: config.limits.clone(),
                nap: config.nap,
            },
            dormitory,
            per_reader: config.kernels_per_reader,
            in_total: config.kernels,
            idle: config.idle,
            grace: config.grace,
            tables: Mutex::default(),
            making: tokio::sync::Mutex::default(),
        }
    }

    /// A kernel of this reader's; one that sleeps has a place in memory again.
    pub(crate) async fn kernel(&self, id: &str, reader: Reader) -> Result<Arc<Kernel>, ApiError> {
        if let Some(kernel) = self.tables().find(id, reader) {
            return Ok(kernel);
        }
        let _making = self.making.lock().await;
        self.kernel_or_recall(id, reader).await
    }

    async fn kernel_or_recall(&self, id: &str, reader: Reader) -> Result<Arc<Kernel>, ApiError> {
        if let Some(kernel) = self.tables().find(id, reader) {
            return Ok(kernel);
        }
        let sleeper = self.sleepers(reader).await?;
        let sleeper = sleeper.into_iter().find(|sleeper| sleeper.id == id);
        match (sleeper, &self.dormitory) {
            (Some(sleeper), Some(dormitory)) => {
                self.make_room(reader)?;
                let means = self.means.clone();
                let kernel = Kernel::recall(reader, means, dormitory, sleeper).await;
                self.enter(kernel)
            }
            _ => Err(ApiError::not_found("kernel", id)),
        }
    }

    /// All kernels of this reader's.
    pub(crate) async fn kernels(&self, reader: Reader) -> Result<Vec<Known>, ApiError> {
        let mut known: Vec<Known> = {
            let mut tables = self.tables();
            tables.forget(Kernel::is_over);
            let own = tables.kernels.values();
            let own = own.filter(|kernel| kernel.reader == reader);
            own.map(|kernel| Known::Here(Arc::clone(kernel))).collect()
        };
        let sleepers = self.sleepers(reader).await?;
        known.extend(sleepers.into_iter().map(Known::Asleep));
        Ok(known)
    }

    /// What the store has of this reader's kernels, but for those that are in memory.
    async fn sleepers(&self, reader: Reader) -> Result<Vec<Sleeper>, ApiError> {
        let Some(dormitory) = &self.dormitory else {
            return Ok(Vec::new());
        };
        let mut sleepers = dormitory.of(reader).await.map_err(|error| {
            tracing::error!(%error, "the store cannot be read");
            ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the sessions that were stored cannot be read now\nhint: try again; the server's log says why",
            )
        })?;
        let tables = self.tables();
        sleepers.retain(|sleeper| !tables.kernels.contains_key(&sleeper.id));
        Ok(sleepers)
    }

    /// Starts a kernel; idle ones without a page make room for it.
    pub(crate) async fn start(&self, reader: Reader) -> Result<Arc<Kernel>, ApiError> {
        let _making = self.making.lock().await;
        self.start_one(reader, None).await
    }

    async fn start_one(&self, reader: Reader, page: Option<Page>) -> Result<Arc<Kernel>, ApiError> {
        self.make_room(reader)?;
        if let Some(dormitory) = &self.dormitory {
            let awake = self.tables().kernels.keys().cloned().collect();
            if let Err(error) = dormitory.make_room(reader, awake).await {
                tracing::error!(%error, "the store cannot be tidied");
            }
        }
        let means = self.means.clone();
        self.enter(Kernel::start(reader, means, self.dormitory.as_ref(), page).await)
    }

    fn enter(&self, kernel: Result<Kernel, Error>) -> Result<Arc<Kernel>, ApiError> {
        let kernel = Arc::new(kernel.map_err(|error| cannot_start(&error))?);
        let mut tables = self.tables();
        if tables.closed {
            return Err(stopping());
        }
        tables
            .kernels
            .insert(kernel.id.clone(), Arc::clone(&kernel));
        Ok(kernel)
    }

    fn make_room(&self, reader: Reader) -> Result<(), ApiError> {
        let mut tables = self.tables();
        if tables.closed {
            return Err(stopping());
        }
        tables.forget(Kernel::is_over);
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
        let kernel = self.kernel(id, reader).await?;
        kernel.shutdown().await;
        self.tables().kernels.remove(id);
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
    ) -> Result<(Page, Arc<Kernel>), ApiError> {
        let _making = self.making.lock().await;
        let known = self.sessions(reader).await?;
        let count = known.len();
        if let Some((page, kernel)) = known.into_iter().find(|(page, _)| page.path == path) {
            let kernel = match kernel {
                Known::Here(kernel) => kernel,
                Known::Asleep(sleeper) => self.kernel_or_recall(&sleeper.id, reader).await?,
            };
            return Ok((page, kernel));
        }
        let page = Page::new(path, name, kind);
        let kernel = match kernel_id {
            Some(_) if count >= self.per_reader => return Err(self.too_many()),
            Some(id) => {
                let kernel = self.kernel_or_recall(&id, reader).await?;
                kernel.add_page(page.clone());
                kernel
            }
            None => self.start_one(reader, Some(page.clone())).await?,
        };
        Ok((page, kernel))
    }

    /// The sessions of this reader's, each with its kernel.
    pub(crate) async fn sessions(&self, reader: Reader) -> Result<Vec<(Page, Known)>, ApiError> {
        let mut sessions = Vec::new();
        for known in self.kernels(reader).await? {
            for page in known.pages() {
                sessions.push((page, known.clone()));
            }
        }
        Ok(sessions)
    }

    pub(crate) async fn session(
        &self,
        id: &str,
        reader: Reader,
    ) -> Result<(Page, Known), ApiError> {
        let mut own = self.sessions(reader).await?.into_iter();
        own.find(|(page, _)| page.id == id)
            .ok_or_else(|| ApiError::not_found("session", id))
    }

    /// Lets kernels that nobody uses leave memory, or ends them where there is no store, and tidies the store. Never returns.
    pub(crate) async fn take_care(&self) {
        let store = async {
            match &self.dormitory {
                Some(dormitory) => dormitory.take_care().await,
                None => std::future::pending().await,
            }
        };
        tokio::join!(store, self.take_care_of_memory());
    }

    async fn take_care_of_memory(&self) {
        let (idle, nap) = (self.idle, self.means.nap);
        let every = (idle.min(nap) / 4).clamp(Duration::from_millis(50), Duration::from_secs(60));
        loop {
            tokio::time::sleep(every).await;
            let unused = |kernel: &Kernel| {
                let since = kernel.activity().since.elapsed();
                kernel.is_over()
                    || kernel.is_idle() && since >= idle
                    || kernel.can_leave() && since >= nap
            };
            let gone = self.tables().forget(unused);
            if gone > 0 {
                tracing::debug!(gone, "unused kernels have left memory");
            }
        }
    }

    /// Ends all kernels, and takes no more. What the store has goes on with the next server; what runs has a moment to end.
    pub(crate) async fn close(&self) {
        let kernels: Vec<Arc<Kernel>> = {
            let mut tables = self.tables();
            tables.closed = true;
            tables.kernels.values().cloned().collect()
        };
        let mut resting = tokio::task::JoinSet::new();
        for kernel in kernels {
            let grace = self.grace;
            resting.spawn(async move { kernel.rest(grace).await });
        }
        resting.join_all().await;
        self.tables().kernels.clear();
        if let Some(dormitory) = &self.dormitory {
            dormitory.sync().await;
        }
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().expect("no holder panics")
    }
}

impl Tables {
    fn count(&self, of: impl Fn(&Kernel) -> bool) -> usize {
        self.kernels.values().filter(|kernel| of(kernel)).count()
    }

    fn find(&self, id: &str, reader: Reader) -> Option<Arc<Kernel>> {
        let kernel = self.kernels.get(id)?;
        (kernel.reader == reader && !kernel.is_over()).then(|| Arc::clone(kernel))
    }

    /// Drops kernels that nobody holds. Returns how many.
    fn forget(&mut self, which: impl Fn(&Kernel) -> bool) -> usize {
        let before = self.kernels.len();
        // One that is held would go on beside the one that is recalled.
        let is_held = |kernel: &Arc<Kernel>| Arc::strong_count(kernel) > 1;
        self.kernels
            .retain(|_, kernel| !which(kernel) || is_held(kernel) && !kernel.is_over());
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

fn stopping() -> ApiError {
    ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "the server is stopping\nhint: try again in a moment",
    )
}

fn full() -> ApiError {
    ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "all sessions of this server are in use\nhint: try again in a few minutes",
    )
}

fn cannot_start(error: &Error) -> ApiError {
    match error {
        Error::Full { .. } | Error::NoWorker { .. } => full(),
        _ => {
            tracing::error!(%error, "a kernel cannot be started");
            ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "a session cannot be started\nhint: the server's log says why",
            )
        }
    }
}
