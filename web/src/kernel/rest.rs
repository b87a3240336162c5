//! The REST half of the protocol, as Jupyter's servers have it.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};

use super::messages::{ExecutionState, kernelspecs};
use super::registry::Known;
use super::sleep::Page;
use super::{KERNEL_NAME, Kernel, socket};
use crate::error::ApiError;
use crate::identity::Reader;
use crate::server::AppState;

/// The largest body of a request. Protects memory.
const MAX_BODY_BYTES: usize = 64 << 10;
/// The longest path or name of a session.
const MAX_NAME_BYTES: usize = 4 << 10;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(version))
        .route("/kernelspecs", get(async || Json(kernelspecs())))
        .route("/kernels", get(list_kernels).post(start_kernel))
        .route("/kernels/{id}", get(show_kernel).delete(end_kernel))
        .route("/kernels/{id}/interrupt", post(interrupt_kernel))
        .route("/kernels/{id}/restart", post(restart_kernel))
        .route("/kernels/{id}/channels", get(socket::channels))
        .route("/sessions", get(list_sessions).post(open_session))
        .route("/sessions/{id}", get(show_session).delete(end_session))
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "there is no such resource"))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

/// A kernel, as clients see it.
#[derive(Serialize)]
struct KernelModel {
    id: String,
    name: &'static str,
    last_activity: String,
    execution_state: ExecutionState,
    connections: usize,
}

impl KernelModel {
    fn of(kernel: &Kernel) -> Self {
        let activity = kernel.activity();
        Self {
            id: kernel.id.clone(),
            name: KERNEL_NAME,
            last_activity: activity.last,
            execution_state: activity.state,
            connections: kernel.connections(),
        }
    }

    fn known(known: Known) -> Self {
        match known {
            Known::Here(kernel) => Self::of(&kernel),
            Known::Asleep(sleeper) => Self {
                id: sleeper.id,
                name: KERNEL_NAME,
                last_activity: sleeper.last,
                execution_state: ExecutionState::Idle,
                connections: 0,
            },
        }
    }
}

/// A session, as clients see it.
#[derive(Serialize)]
struct SessionModel {
    #[serde(flatten)]
    page: Page,
    kernel: KernelModel,
}

impl SessionModel {
    fn of((page, kernel): (Page, Known)) -> Self {
        let kernel = KernelModel::known(kernel);
        Self { page, kernel }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct KernelRequest {
    id: Option<String>,
    name: Option<String>,
}

impl KernelRequest {
    fn check(&self) -> Result<(), ApiError> {
        match &self.name {
            Some(name) if !name.is_empty() && name != KERNEL_NAME => {
                Err(bad("there is only the kernel `python3`"))
            }
            _ => Ok(()),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SessionRequest {
    path: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    kernel: KernelRequest,
}

type Answer<T> = Result<T, ApiError>;

async fn version() -> Json<serde_json::Value> {
    Json(serde_json::json!({ "version": env!("CARGO_PKG_VERSION") }))
}

async fn list_kernels(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Answer<Response> {
    let kernels = state.registry().kernels(reader).await?;
    let models = kernels.into_iter().map(KernelModel::known);
    Ok(fresh(Json(models.collect::<Vec<_>>())))
}

async fn start_kernel(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    body: axum::body::Bytes,
) -> Answer<Response> {
    let request: KernelRequest = parse(&body)?;
    request.check()?;
    let kernel = state.registry().start(reader).await?;
    let place = format!("/api/kernels/{}", kernel.id);
    Ok(created(&place, KernelModel::of(&kernel)))
}

async fn show_kernel(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Answer<Response> {
    let kernel = state.registry().kernel(&id, reader).await?;
    Ok(fresh(Json(KernelModel::of(&kernel))))
}

async fn end_kernel(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    state.registry().end(&id, reader).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn interrupt_kernel(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let kernel: Arc<Kernel> = state.registry().kernel(&id, reader).await?;
    kernel.interrupt().await;
    Ok(StatusCode::NO_CONTENT)
}

async fn restart_kernel(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Answer<Response> {
    let kernel = state.registry().kernel(&id, reader).await?;
    if let Err(error) = kernel.restart().await {
        tracing::error!(%error, kernel = id, "a kernel cannot be restarted");
        return Err(ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the session cannot be restarted\nhint: reload the page",
        ));
    }
    Ok(fresh(Json(KernelModel::of(&kernel))))
}

async fn list_sessions(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Answer<Response> {
    let sessions = state.registry().sessions(reader).await?;
    let models = sessions.into_iter().map(SessionModel::of);
    Ok(fresh(Json(models.collect::<Vec<_>>())))
}

async fn open_session(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    body: axum::body::Bytes,
) -> Answer<Response> {
    let request: SessionRequest = parse(&body)?;
    request.kernel.check()?;
    let texts = [&request.path, &request.name, &request.kind];
    if request.path.is_empty() || texts.iter().any(|text| text.len() > MAX_NAME_BYTES) {
        return Err(bad("a session needs a path, of no more than 4 KiB"));
    }
    let registry = state.registry();
    let (page, kernel) = registry
        .open_session(
            reader,
            request.path,
            request.name,
            request.kind,
            request.kernel.id,
        )
        .await?;
    let place = format!("/api/sessions/{}", page.id);
    let session = (page, Known::Here(kernel));
    Ok(created(&place, SessionModel::of(session)))
}

async fn show_session(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Answer<Response> {
    let session = state.registry().session(&id, reader).await?;
    Ok(fresh(Json(SessionModel::of(session))))
}

async fn end_session(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let registry = state.registry();
    let (_, kernel) = registry.session(&id, reader).await?;
    registry.end(kernel.id(), reader).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A body is optional, as in Jupyter's servers, and its content type is not looked at: what is not JSON is refused.
fn parse<T: Default + for<'a> Deserialize<'a>>(body: &[u8]) -> Answer<T> {
    if body.trim_ascii().is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(body).map_err(|error| bad(&format!("the body cannot be read: {error}")))
}

fn bad(message: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, message)
}

fn fresh(body: impl IntoResponse) -> Response {
    let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (headers, body).into_response()
}

fn created(place: &str, model: impl Serialize) -> Response {
    let place = HeaderValue::try_from(place).expect("a path of ours is a valid header");
    let headers = [(header::LOCATION, place)];
    fresh((StatusCode::CREATED, headers, Json(model)))
}
