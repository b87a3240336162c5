//! The websocket half of the protocol.

use std::sync::Arc;

use axum::Extension;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, State};
use axum::response::Response;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};

use super::Kernel;
use super::frame::{Framing, MAX_FRAME_BYTES, V1};
use super::hub::{ClientId, Connection};
use crate::error::ApiError;
use crate::identity::Reader;
use crate::server::AppState;

/// How many frames that are no messages a client may send before it is cut off.
const MAX_BAD_FRAMES: u32 = 16;

/// `GET /api/kernels/{id}/channels`, which becomes a websocket.
pub(super) async fn channels(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let kernel = state.registry().kernel(&id, reader).await?;
    let upgrade = upgrade
        .max_message_size(MAX_FRAME_BYTES)
        .max_frame_size(MAX_FRAME_BYTES)
        .protocols([V1]);
    let framing = match upgrade.selected_protocol() {
        Some(protocol) if protocol == V1 => Framing::V1,
        _ => Framing::Default,
    };
    // The kernel ends with its place in the registry, not with its last page.
    let kernel = Arc::downgrade(&kernel);
    Ok(upgrade.on_upgrade(async move |socket| {
        let Some(connection) = kernel.upgrade().and_then(|kernel| kernel.attach()) else {
            return;
        };
        let client = connection.id;
        let (writer, reader) = socket.split();
        let submit = |frame: &Message| receive(&kernel, framing, client, frame);
        // Whichever side ends first ends the other.
        tokio::select! {
            () = send(writer, connection, framing) => {}
            () = listen(reader, submit) => {}
        }
    }))
}

/// Sends what the kernel says, until it is gone.
async fn send(
    mut writer: SplitSink<WebSocket, Message>,
    mut connection: Connection,
    framing: Framing,
) {
    while let Some(parcel) = connection.next().await {
        if writer.send(framing.encode(&parcel.message)).await.is_err() {
            return;
        }
    }
    let goodbye = CloseFrame {
        code: close_code::AWAY,
        reason: "the session has ended".into(),
    };
    // The client may have gone first.
    let _ = writer.send(Message::Close(Some(goodbye))).await;
}

/// Takes what the client says, until it goes, or says nothing that makes sense.
async fn listen(
    mut reader: SplitStream<WebSocket>,
    mut submit: impl FnMut(&Message) -> Result<(), Refused>,
) {
    let mut bad = 0;
    while let Some(Ok(frame)) = reader.next().await {
        if submit(&frame).is_err() {
            bad += 1;
            if bad >= MAX_BAD_FRAMES {
                return;
            }
        }
    }
}

/// A frame that is no message.
struct Refused;

fn receive(
    kernel: &std::sync::Weak<Kernel>,
    framing: Framing,
    client: ClientId,
    frame: &Message,
) -> Result<(), Refused> {
    let Some(kernel) = kernel.upgrade() else {
        return Ok(());
    };
    match framing.decode(frame) {
        None => Ok(()),
        Some(Ok(request)) => {
            kernel.submit(request, client);
            Ok(())
        }
        Some(Err(error)) => {
            tracing::debug!(%error, kernel = kernel.id, "a frame was refused");
            Err(Refused)
        }
    }
}
