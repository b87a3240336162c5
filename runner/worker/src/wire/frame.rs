//! Frames: four bytes of length, little-endian, then the message.

use std::io::{self, Read};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The longest message. What a guest may send at once, and what is kept of a session, has to fit. Protects the memory of both sides: a frame
/// that says it is longer is not read.
pub(crate) const MOST_BYTES: usize = 81 << 20;

/// How much is set aside for a frame before any of it has come: its length is only a promise.
const FIRST_BYTES: usize = 64 << 10;

/// Why a connection has to end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    /// The other side is gone, or what connects both is broken.
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("a frame of {bytes} bytes is too long")]
    TooLong { bytes: usize },
    #[error("a frame holds no message: {0}")]
    Malformed(postcard::Error),
    #[error("a frame holds {bytes} bytes more than its message")]
    Leftover { bytes: usize },
}

/// The frame of `message`.
pub(crate) fn encode(message: &impl Serialize) -> Result<Vec<u8>, FrameError> {
    let mut frame = postcard::to_extend(message, vec![0; 4]).map_err(FrameError::Malformed)?;
    let bytes = frame.len() - 4;
    match u32::try_from(bytes) {
        Ok(length) if bytes <= MOST_BYTES => {
            frame[..4].copy_from_slice(&length.to_le_bytes());
            Ok(frame)
        }
        _ => Err(FrameError::TooLong { bytes }),
    }
}

/// The message in `body`, and nothing else.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, FrameError> {
    let (message, rest) = postcard::take_from_bytes(body).map_err(FrameError::Malformed)?;
    if !rest.is_empty() {
        return Err(FrameError::Leftover { bytes: rest.len() });
    }
    Ok(message)
}

fn length(header: [u8; 4]) -> Result<usize, FrameError> {
    let bytes = usize::try_from(u32::from_le_bytes(header)).unwrap_or(usize::MAX);
    if bytes > MOST_BYTES {
        return Err(FrameError::TooLong { bytes });
    }
    Ok(bytes)
}

/// The next message, for a thread that waits.
pub(crate) fn read<T: DeserializeOwned>(from: &mut impl Read) -> Result<T, FrameError> {
    let mut header = [0; 4];
    from.read_exact(&mut header)?;
    let bytes = length(header)?;
    let mut body = Vec::with_capacity(bytes.min(FIRST_BYTES));
    from.take(bytes as u64).read_to_end(&mut body)?;
    complete(&body, bytes)?;
    decode(&body)
}

/// The next message, for a task that waits.
pub(crate) async fn receive<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
) -> Result<T, FrameError> {
    let mut header = [0; 4];
    from.read_exact(&mut header).await?;
    let bytes = length(header)?;
    let mut body = Vec::with_capacity(bytes.min(FIRST_BYTES));
    from.take(bytes as u64).read_to_end(&mut body).await?;
    complete(&body, bytes)?;
    decode(&body)
}

fn complete(body: &[u8], bytes: usize) -> Result<(), FrameError> {
    if body.len() < bytes {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(())
}
