//! Delivers what a kernel says, and merges what a program writes in many small pieces.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::super::outbox::Item;
use super::super::wire::Json;
use super::{Hub, To};

/// A stream's pieces are merged up to this size.
const MERGED_BYTES: usize = 8 << 10;
/// No message is longer than this.
const LONGEST_BYTES: usize = 64 << 10;
/// How long a piece waits for others: less than a frame of the reader's screen.
const MERGE_WITHIN: Duration = Duration::from_millis(8);

/// Pieces of one stream that wait for more.
struct Held {
    name: &'static str,
    parent_header: Json,
    text: String,
    until: Instant,
}

/// Delivers until it is dropped.
pub(crate) async fn pump(hub: Arc<Hub>) {
    let mut held: Option<Held> = None;
    loop {
        let item = match &held {
            Some(pieces) => timeout_at(pieces.until, hub.outbox.next()).await.ok(),
            None => Some(hub.outbox.next().await),
        };
        match item {
            None => flush(&hub, &mut held).await,
            Some(Item::Message(message, to)) => {
                flush(&hub, &mut held).await;
                hub.deliver(message, to).await;
            }
            Some(Item::Stream {
                name,
                parent_header,
                text,
            }) => {
                let same = |held: &Held| held.name == name && held.parent_header == parent_header;
                if !held.as_ref().is_some_and(same) {
                    flush(&hub, &mut held).await;
                }
                let pieces = held.get_or_insert_with(|| Held {
                    name,
                    parent_header,
                    text: String::new(),
                    until: Instant::now() + MERGE_WITHIN,
                });
                pieces.text.push_str(&text);
                if pieces.text.len() >= MERGED_BYTES {
                    flush(&hub, &mut held).await;
                }
            }
        }
    }
}

async fn flush(hub: &Hub, held: &mut Option<Held>) {
    let Some(held) = held.take() else {
        return;
    };
    let mut rest = held.text.as_str();
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(rest.floor_char_boundary(LONGEST_BYTES));
        let message = hub.stream_message(held.name, held.parent_header.clone(), piece);
        hub.deliver(message, To::All).await;
        rest = tail;
    }
}
