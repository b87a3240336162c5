//! How messages lie in websocket frames: two framings, chosen when the websocket is opened.
//!
//! - `v1.kernel.websocket.jupyter.org`: binary; a count, as many offsets, then the parts; all 64-bit, little-endian.
//! - none: the message as one JSON text; a message with buffers is binary, with 32-bit big-endian offsets before the JSON.
//!
//! Parsing allocates no more than the frame's own size: offsets are checked against the frame, never trusted.

use std::borrow::Cow;

use axum::extract::ws::{Message, Utf8Bytes};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::{Outgoing, Request, WireError};

/// The subprotocol of the first framing.
pub(crate) const V1: &str = "v1.kernel.websocket.jupyter.org";

/// The largest frame that a client may send. Protects memory: a frame is held whole.
pub(crate) const MAX_FRAME_BYTES: usize = 4 << 20;

/// How many parts a frame may have, buffers included.
const MAX_PARTS: usize = 64;

/// The framing of a websocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    V1,
    Default,
}

impl Framing {
    /// Reads a frame. `None` for frames that carry no message: pings, pongs, closings.
    pub(crate) fn decode(self, frame: &Message) -> Option<Result<Request, WireError>> {
        match (self, frame) {
            (Self::V1, Message::Binary(bytes)) => Some(decode_v1(bytes)),
            (Self::Default, Message::Binary(bytes)) => Some(decode_with_buffers(bytes)),
            // Jupyter's own server takes text frames on either kind of websocket.
            (_, Message::Text(text)) => Some(decode_json(text)),
            (_, Message::Ping(_) | Message::Pong(_) | Message::Close(_)) => None,
        }
    }

    pub(crate) fn encode(self, message: &Outgoing) -> Message {
        match self {
            Self::V1 => Message::Binary(encode_v1(message).into()),
            Self::Default => Message::Text(Utf8Bytes::from(encode_json(message))),
        }
    }
}

fn decode_v1(frame: &[u8]) -> Result<Request, WireError> {
    let number = |at: usize| {
        let bytes = frame.get(at..at + 8)?;
        let number = u64::from_le_bytes(bytes.try_into().ok()?);
        usize::try_from(number).ok().filter(|n| *n <= frame.len())
    };
    let count = number(0).ok_or(WireError::Layout)?;
    // Channel, header, parent header, metadata, content, and the end.
    if !(6..=MAX_PARTS).contains(&count) {
        return Err(WireError::Layout);
    }
    let offsets: Option<Vec<usize>> = (1..=count).map(|index| number(8 * index)).collect();
    let offsets = offsets.ok_or(WireError::Layout)?;
    if offsets[0] < 8 * (1 + count) || offsets[count - 1] != frame.len() {
        return Err(WireError::Layout);
    }
    let part = |index: usize| {
        let bytes = frame.get(offsets[index]..offsets[index + 1]);
        let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
        text.ok_or(WireError::Layout)
    };
    if !offsets.is_sorted() {
        return Err(WireError::Layout);
    }
    Request::from_parts(part(0)?, part(1)?, part(2)?, part(3)?, part(4)?)
}

fn decode_with_buffers(frame: &[u8]) -> Result<Request, WireError> {
    let number = |at: usize| {
        let bytes = frame.get(at..at + 4)?;
        let number = u32::from_be_bytes(bytes.try_into().ok()?);
        usize::try_from(number).ok().filter(|n| *n <= frame.len())
    };
    let count = number(0).ok_or(WireError::Layout)?;
    if !(1..=MAX_PARTS).contains(&count) {
        return Err(WireError::Layout);
    }
    let offsets: Option<Vec<usize>> = (1..=count).map(|index| number(4 * index)).collect();
    let offsets = offsets.ok_or(WireError::Layout)?;
    if offsets[0] < 4 * (1 + count) || !offsets.is_sorted() {
        return Err(WireError::Layout);
    }
    let end = offsets.get(1).copied().unwrap_or(frame.len());
    let json = frame.get(offsets[0]..end).ok_or(WireError::Layout)?;
    decode_json(std::str::from_utf8(json).map_err(|_| WireError::Layout)?)
}

fn decode_json(text: &str) -> Result<Request, WireError> {
    #[derive(Deserialize)]
    struct Parts<'a> {
        #[serde(borrow)]
        channel: Option<Cow<'a, str>>,
        #[serde(borrow)]
        header: &'a RawValue,
        #[serde(borrow)]
        parent_header: Option<&'a RawValue>,
        #[serde(borrow)]
        metadata: Option<&'a RawValue>,
        #[serde(borrow)]
        content: Option<&'a RawValue>,
    }
    let parts: Parts<'_> = serde_json::from_str(text).map_err(|_| WireError::Json)?;
    let raw = |part: Option<&'_ RawValue>| part.map_or("", RawValue::get).to_owned();
    Request::from_parts(
        // A message that names no channel is for the shell, as in Jupyter's own server.
        parts.channel.as_deref().unwrap_or("shell"),
        parts.header.get(),
        &raw(parts.parent_header),
        &raw(parts.metadata),
        &raw(parts.content),
    )
}

fn encode_v1(message: &Outgoing) -> Vec<u8> {
    let parts = [
        message.channel.name(),
        message.header.as_str(),
        message.parent_header.as_str(),
        "{}",
        message.content.as_str(),
    ];
    let count = parts.len() + 1;
    let mut offset = 8 * (1 + count);
    let len = offset + parts.iter().map(|part| part.len()).sum::<usize>();
    let mut frame = Vec::with_capacity(len);
    frame.extend_from_slice(&(count as u64).to_le_bytes());
    frame.extend_from_slice(&(offset as u64).to_le_bytes());
    for part in parts {
        offset += part.len();
        frame.extend_from_slice(&(offset as u64).to_le_bytes());
    }
    for part in parts {
        frame.extend_from_slice(part.as_bytes());
    }
    frame
}

fn encode_json(message: &Outgoing) -> String {
    format!(
        r#"{{"header":{},"msg_id":"{}","msg_type":"{}","parent_header":{},"metadata":{{}},"content":{},"buffers":[],"channel":"{}"}}"#,
        message.header.as_str(),
        message.msg_id,
        message.msg_type,
        message.parent_header.as_str(),
        message.content.as_str(),
        message.channel.name(),
    )
}

#[cfg(test)]
mod tests;
