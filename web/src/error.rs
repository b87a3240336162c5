//! What a client is told when a request cannot be answered.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// An answer that is an error: the message is for the reader, what else is known goes to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    status: StatusCode,
    message: String,
}

/// The body, as Jupyter's servers have it.
#[derive(Serialize)]
struct Body<'a> {
    message: &'a str,
    reason: Option<&'a str>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    /// What is not there, or is another reader's: the two cannot be told apart.
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        let id: String = id.chars().take(64).collect();
        Self::new(
            StatusCode::NOT_FOUND,
            format!("there is no {what} `{id}`\nhint: reload the page"),
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = Body {
            message: &self.message,
            reason: self.status.canonical_reason(),
        };
        let mut response = (self.status, Json(body)).into_response();
        let no_store = HeaderValue::from_static("no-store");
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, no_store);
        response
    }
}
