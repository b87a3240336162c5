//! What is embedded in the executable: the page's script and style, and the example tutorial.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::identity::hex;
use crate::mime::mime_of;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The licences of the software in the page's script.
pub fn licences() -> String {
    let text = find(UI, "THIRD-PARTY.txt").unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// A file of the example tutorial, by its path.
pub(crate) fn example(path: &str) -> Option<&'static [u8]> {
    find(EXAMPLE, path)
}

/// The paths of the example tutorial's files, in order.
pub(crate) fn example_paths() -> impl Iterator<Item = &'static str> {
    EXAMPLE.iter().map(|(path, _)| *path)
}

fn find(files: &'static [(&'static str, &'static [u8])], path: &str) -> Option<&'static [u8]> {
    let file = files.iter().find(|(name, _)| *name == path);
    file.map(|(_, content)| *content)
}

/// `GET /_croquant/{name}`.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(content) = find(UI, &name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", hex(&Sha256::digest(content)[..16]));
    let tag = HeaderValue::try_from(tag).expect("hexadecimal digits are a valid header");
    // The name stays the same from version to version, so the browser asks each time, and mostly hears "unchanged".
    let common = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::ETAG, tag.clone()),
    ];
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let mime = [(header::CONTENT_TYPE, mime_of(&name))];
    (common, mime, content).into_response()
}
