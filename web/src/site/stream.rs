//! Large files, sent piece by piece.

use std::fs::File;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::stream;
use tokio::io::AsyncReadExt as _;

const PIECE_BYTES: usize = 64 << 10;

/// A response that holds one piece of the file in memory at a time.
pub(super) fn file(file: File, len: u64, mime: &'static str) -> Response {
    let file = tokio::fs::File::from_std(file);
    let pieces = stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE_BYTES];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        let more = (read > 0).then_some((Bytes::from(piece), file));
        Ok::<_, std::io::Error>(more)
    });
    let mut response = super::plain(mime, Body::from_stream(pieces));
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from(len));
    response
}
