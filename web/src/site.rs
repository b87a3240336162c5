//! The pages: the example tutorial, or a folder.
//!
//! **Invariant:** nothing outside the folder is ever read. The folder is held as a capability ([`Dir`]), so neither `..` nor a
//! link leads out of it, whatever changes while the server runs.

mod index;
mod path;
mod stream;

use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::assets;
use crate::config::{ConfigError, Pages};
use crate::mime::{is_page, mime_of};
use crate::page::rewrite_html;
use crate::server::AppState;
use path::SitePath;

/// The largest page that is read as a whole and made live; larger ones are served as they are. Protects memory.
const MAX_PAGE_BYTES: u64 = 16 << 20;

/// Where the pages are.
#[derive(Debug, Clone)]
pub(crate) enum Site {
    Example,
    Folder(Arc<Dir>),
}

/// What is found at a path.
enum Found {
    /// A whole file in memory.
    Content(Vec<u8>),
    /// A file too large for that.
    File(std::fs::File, u64),
    Folder,
    /// Something that is no file, such as a pipe.
    Nothing,
}

impl Site {
    pub(crate) fn open(pages: &Pages) -> Result<Self, ConfigError> {
        match pages {
            Pages::Example => Ok(Self::Example),
            Pages::Folder(path) => Ok(Self::Folder(Arc::new(open_folder(path)?))),
        }
    }

    fn find(&self, path: &str) -> io::Result<Found> {
        match self {
            Self::Example => match assets::example(path) {
                Some(content) => Ok(Found::Content(content.to_vec())),
                None if is_example_folder(path) => Ok(Found::Folder),
                None => Err(ErrorKind::NotFound.into()),
            },
            Self::Folder(dir) => find_in(dir, path),
        }
    }
}

fn is_example_folder(path: &str) -> bool {
    let prefix = format!("{path}/");
    path.is_empty() || assets::example_paths().any(|file| file.starts_with(&prefix))
}

/// The one place where the server is given a part of the file system.
#[expect(
    clippy::disallowed_methods,
    reason = "the folder that the configuration names is opened here"
)]
fn open_folder(path: &Path) -> Result<Dir, ConfigError> {
    let failed = |source: io::Error| {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::NotFound => ConfigError::Missing { path },
            ErrorKind::NotADirectory => ConfigError::NotAFolder { path },
            _ => ConfigError::Unreadable { path, source },
        }
    };
    let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(failed)?;
    dir.entries().map_err(failed)?;
    Ok(dir)
}

fn find_in(dir: &Dir, path: &str) -> io::Result<Found> {
    let path = if path.is_empty() { "." } else { path };
    // Asked first, for opening a pipe or a device would wait for its other end.
    let metadata = dir.metadata(path)?;
    if metadata.is_dir() {
        return Ok(Found::Folder);
    }
    if !metadata.is_file() {
        return Ok(Found::Nothing);
    }
    let mut file = dir.open(path)?.into_std();
    let len = file.metadata()?.len();
    if len > MAX_PAGE_BYTES {
        return Ok(Found::File(file, len));
    }
    let mut content = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
    io::Read::read_to_end(&mut file, &mut content)?;
    Ok(Found::Content(content))
}

/// Browsers ask for it, whatever the pages say, and call it an error if it is not there.
const ICON: &str = "favicon.ico";

/// Serves whatever is not the server's own.
pub(crate) async fn page(State(state): State<AppState>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let Some(path) = SitePath::parse(request.uri().path()) else {
        return not_found();
    };
    let query = request.uri().query().map(str::to_owned);
    let site = state.site().clone();
    // Reading and rewriting take their time: neither should keep the kernels waiting.
    let answer = tokio::task::spawn_blocking(move || serve(&site, &path, query.as_deref()));
    match answer.await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => refuse(&error),
        Err(error) => {
            tracing::error!(%error, "serving a page failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn serve(site: &Site, path: &SitePath, query: Option<&str>) -> io::Result<Response> {
    let file = path.file();
    let found = match site.find(file) {
        Err(error) if error.kind() == ErrorKind::NotFound && file == ICON => {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        found => found?,
    };
    match found {
        Found::Folder if !path.is_folder() => {
            // Relative links in a folder's page need the slash.
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            Ok(Redirect::permanent(&format!("{}{query}", path.as_folder())).into_response())
        }
        Found::Folder => {
            let index = join(file, "index.html");
            match site.find(&index) {
                Ok(Found::Content(content)) => Ok(html(content)),
                Ok(Found::File(file, len)) => Ok(stream::file(file, len, "text/html")),
                Ok(Found::Folder | Found::Nothing) => index::generate(site, file),
                Err(error) if error.kind() == ErrorKind::NotFound => index::generate(site, file),
                Err(error) => Err(error),
            }
        }
        Found::Nothing => Ok(not_found()),
        _ if path.is_folder() => Ok(not_found()),
        Found::Content(content) if is_page(file) => Ok(html(content)),
        Found::Content(content) => Ok(plain(mime_of(file), Body::from(content))),
        Found::File(handle, len) => Ok(stream::file(handle, len, mime_of(file))),
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// A page, made live.
fn html(content: Vec<u8>) -> Response {
    let html = match rewrite_html(&content) {
        Ok(rewritten) => rewritten.html,
        Err(error) => {
            tracing::warn!(%error, "a page is served as it is");
            content
        }
    };
    // A page in another encoding says so itself.
    let mime = match std::str::from_utf8(&html) {
        Ok(_) => "text/html; charset=utf-8",
        Err(_) => "text/html",
    };
    plain(mime, Body::from(html))
}

/// A body of this type.
fn plain(mime: &'static str, body: Body) -> Response {
    let mime = HeaderValue::from_static(mime);
    let headers = [
        (header::CONTENT_TYPE, mime),
        // The author edits and reloads.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    (headers, body).into_response()
}

fn refuse(error: &io::Error) -> Response {
    match error.kind() {
        ErrorKind::PermissionDenied => StatusCode::FORBIDDEN.into_response(),
        _ => not_found(),
    }
}

fn not_found() -> Response {
    const PAGE: &str = include_str!("site/not_found.html");
    (StatusCode::NOT_FOUND, Html(PAGE)).into_response()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests make folders")]
mod tests;
