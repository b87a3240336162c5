//! Messages of the Jupyter messaging protocol 5.4, as far as every message has them.
//!
//! The types are ours and not those of the crate `jupyter-protocol`: a parent header must go back byte for byte, and that
//! crate parses headers into fields and writes them anew (and brings chrono and uuid along).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::identity::{hex, random};

/// The version of the protocol that we speak.
pub(crate) const PROTOCOL_VERSION: &str = "5.4";

/// The longest header that is accepted. It is echoed with every message of a cell, so its size multiplies.
const MAX_HEADER_BYTES: usize = 4 << 10;

/// The channel of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Channel {
    Shell,
    Control,
    Stdin,
    Iopub,
}

impl Channel {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Shell => "shell",
            Self::Control => "control",
            Self::Stdin => "stdin",
            Self::Iopub => "iopub",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Shell, Self::Control, Self::Stdin, Self::Iopub]
            .into_iter()
            .find(|channel| channel.name() == name)
    }
}

/// Text that is known to be JSON. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Json(Arc<str>);

impl Json {
    pub(crate) fn of(value: &impl Serialize) -> Self {
        Self(
            serde_json::to_string(value)
                .expect("our own types are JSON")
                .into(),
        )
    }

    /// Text of the guest's: `None` unless it is one JSON object.
    pub(crate) fn object(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.starts_with('{') {
            return None;
        }
        serde_json::from_str::<&RawValue>(text).ok()?;
        Some(Self(text.into()))
    }

    pub(crate) fn empty() -> Self {
        Self("{}".into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The header of a request: the fields that we look at, and all of it as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) msg_id: String,
    pub(crate) msg_type: String,
    pub(crate) session: String,
    /// The header's JSON, byte for byte.
    pub(crate) raw: Json,
}

/// A message from a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) channel: Channel,
    pub(crate) header: Header,
    pub(crate) parent_header: Json,
    pub(crate) metadata: Json,
    pub(crate) content: Json,
}

/// Why a frame is not a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WireError {
    #[error("the frame is not laid out as the protocol says")]
    Layout,
    #[error("the channel is not one of shell, control, stdin")]
    Channel,
    #[error("a part of the message is not the JSON object that it should be")]
    Json,
    #[error("the header is larger than {MAX_HEADER_BYTES} bytes")]
    HeaderSize,
}

impl Request {
    /// Puts a message together from its parts' JSON.
    pub(crate) fn from_parts(
        channel: &str,
        header: &str,
        parent_header: &str,
        metadata: &str,
        content: &str,
    ) -> Result<Self, WireError> {
        let channel = Channel::named(channel).filter(|channel| *channel != Channel::Iopub);
        let object = |text: &str| match text.trim() {
            "" | "null" => Ok(Json::empty()),
            text => Json::object(text).ok_or(WireError::Json),
        };
        if header.len() > MAX_HEADER_BYTES || parent_header.len() > MAX_HEADER_BYTES {
            return Err(WireError::HeaderSize);
        }
        Ok(Self {
            channel: channel.ok_or(WireError::Channel)?,
            header: Header::parse(header)?,
            parent_header: object(parent_header)?,
            metadata: object(metadata)?,
            content: object(content)?,
        })
    }

    /// The content as `T`; fields that are missing have `T`'s defaults.
    pub(crate) fn content<'a, T: Deserialize<'a>>(&'a self) -> Result<T, WireError> {
        serde_json::from_str(self.content.as_str()).map_err(|_| WireError::Json)
    }
}

impl Header {
    fn parse(text: &str) -> Result<Self, WireError> {
        #[derive(Deserialize)]
        struct Fields {
            msg_id: String,
            msg_type: String,
            #[serde(default)]
            session: String,
        }
        let raw = Json::object(text).ok_or(WireError::Json)?;
        let fields: Fields = serde_json::from_str(text).map_err(|_| WireError::Json)?;
        Ok(Self {
            msg_id: fields.msg_id,
            msg_type: fields.msg_type,
            session: fields.session,
            raw,
        })
    }
}

/// A message to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) channel: Channel,
    pub(crate) msg_id: String,
    pub(crate) msg_type: &'static str,
    pub(crate) header: Json,
    pub(crate) parent_header: Json,
    pub(crate) content: Json,
}

impl Outgoing {
    /// About how much memory it takes.
    pub(crate) fn weight(&self) -> usize {
        let texts = [&self.header, &self.parent_header, &self.content];
        texts.iter().map(|json| json.as_str().len()).sum::<usize>() + 256
    }
}

/// Makes headers: one for each kernel.
#[derive(Debug)]
pub(crate) struct Headers {
    session: String,
    next: AtomicU64,
}

impl Headers {
    pub(crate) fn new() -> Self {
        Self {
            session: uuid(),
            next: AtomicU64::new(1),
        }
    }

    pub(crate) fn message(
        &self,
        channel: Channel,
        msg_type: &'static str,
        parent_header: Json,
        content: Json,
    ) -> Outgoing {
        #[derive(Serialize)]
        struct Fields<'a> {
            msg_id: &'a str,
            msg_type: &'static str,
            username: &'static str,
            session: &'a str,
            date: String,
            version: &'static str,
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let msg_id = format!("{}_{number}", self.session);
        let header = Json::of(&Fields {
            msg_id: &msg_id,
            msg_type,
            username: "croquant",
            session: &self.session,
            date: now(),
            version: PROTOCOL_VERSION,
        });
        Outgoing {
            channel,
            msg_id,
            msg_type,
            header,
            parent_header,
            content,
        }
    }
}

/// A random UUID, version 4.
pub(crate) fn uuid() -> String {
    let mut bytes = random::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(&bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    parts.map(|part| &digits[part]).join("-")
}

/// The time now, as ISO 8601 in UTC with microseconds.
pub(crate) fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    iso8601(since.map_or(0, |since| since.as_micros() as u64))
}

pub(crate) fn iso8601(micros: u64) -> String {
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (days, seconds) = (seconds / 86_400, seconds % 86_400);
    // Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day is the last.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_date(seconds: u64, expected: &str) {
        assert_eq!(iso8601(seconds * 1_000_000), expected);
    }

    #[test]
    fn dates() {
        check_date(0, "1970-01-01T00:00:00.000000Z");
        check_date(951_782_400, "2000-02-29T00:00:00.000000Z");
        check_date(951_868_800, "2000-03-01T00:00:00.000000Z");
        check_date(1_735_689_599, "2024-12-31T23:59:59.000000Z");
        check_date(1_795_467_845, "2026-11-23T21:04:05.000000Z");
        assert_eq!(iso8601(7), "1970-01-01T00:00:00.000007Z");
    }

    #[test]
    fn uuids() {
        let id = uuid();
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
        assert_ne!(id, uuid());
    }

    #[track_caller]
    fn check_parts(channel: &str, header: &str, content: &str, expected: Option<WireError>) {
        let result = Request::from_parts(channel, header, "{}", "", content);
        assert_eq!(result.err(), expected);
    }

    const HEADER: &str = r#"{"msg_id":"1","msg_type":"x","session":"s"}"#;

    #[test]
    fn parts() {
        check_parts("shell", HEADER, "{}", None);
        check_parts("stdin", HEADER, "null", None);
        check_parts("iopub", HEADER, "{}", Some(WireError::Channel));
        check_parts("", HEADER, "{}", Some(WireError::Channel));
        check_parts("shell", "{}", "{}", Some(WireError::Json));
        check_parts("shell", "[]", "{}", Some(WireError::Json));
        check_parts("shell", HEADER, "[]", Some(WireError::Json));
        check_parts("shell", HEADER, "{}{}", Some(WireError::Json));
        let long = format!("{{\"msg_id\":\"{}\"}}", "x".repeat(5_000));
        check_parts("shell", &long, "{}", Some(WireError::HeaderSize));
    }

    #[test]
    fn headers_are_kept_byte_for_byte() {
        let odd = "{ \"msg_type\" : \"x\",\t\"msg_id\":\"\\u0031\", \"extra\": 1.50 }";
        let request = Request::from_parts("shell", odd, "", "", "").unwrap();
        assert_eq!(request.header.raw.as_str(), odd);
        assert_eq!(request.header.msg_id, "1");
    }

    #[test]
    fn deep_nesting_is_refused_or_passed_but_never_overflows() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let _ = Json::object(&deep);
        let request = Request::from_parts("shell", HEADER, "", "", &deep);
        if let Ok(request) = request {
            assert!(request.content::<serde_json::Value>().is_err());
        }
    }
}
