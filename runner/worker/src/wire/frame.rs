//! Frames: four bytes of length, little-endian, then the message.

use std::io::{self, Read};

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest message. What a guest may send at once, and what is kept of a session, has to fit. Protects the memory of both sides: a frame
/// that says it is longer is not read.
pub(crate) const MOST_BYTES: usize = 81 << 20;

/// How much is set aside for frames before any of them has come: a length is only a promise.
const ROOM_BYTES: usize = 64 << 10;

/// Why a connection has to end.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The other side is gone, or what connects both is broken.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The message is longer than a frame may be.
    #[error("a frame of {bytes} bytes is too long")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The message is not one.
    #[error("a frame holds no message: {0}")]
    Malformed(postcard::Error),
    /// Something follows the message.
    #[error("a frame holds {bytes} bytes more than its message")]
    Leftover {
        /// How much.
        bytes: usize,
    },
}

/// The frame of `message`: four bytes of length, little-endian, then the message as postcard has it.
///
/// # Errors
/// [`FrameError::TooLong`], or a message that cannot be written down.
pub fn encode(message: &impl Serialize) -> Result<Vec<u8>, FrameError> {
    let mut frame = Vec::new();
    append(&mut frame, message)?;
    Ok(frame)
}

/// Puts the frame of `message` behind others. They are as they were if it has none.
pub(crate) fn append(frames: &mut Vec<u8>, message: &impl Serialize) -> Result<(), FrameError> {
    let start = frames.len();
    frames.extend_from_slice(&[0; 4]);
    if let Err(error) = postcard::serialize_with_flavor(message, Behind(frames)) {
        frames.truncate(start);
        return Err(FrameError::Malformed(error));
    }
    let bytes = frames.len() - start - 4;
    match u32::try_from(bytes) {
        Ok(length) if bytes <= MOST_BYTES => {
            frames[start..start + 4].copy_from_slice(&length.to_le_bytes());
            Ok(())
        }
        _ => {
            frames.truncate(start);
            Err(FrameError::TooLong { bytes })
        }
    }
}

/// Where postcard writes: behind what is there.
struct Behind<'a>(&'a mut Vec<u8>);

impl Flavor for Behind<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
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
///
/// # Errors
/// Those of `from`, among them [`io::ErrorKind::UnexpectedEof`] at its end, and whatever is no frame.
pub fn read<T: DeserializeOwned>(from: &mut impl Read) -> Result<T, FrameError> {
    let mut header = [0; 4];
    from.read_exact(&mut header)?;
    let bytes = length(header)?;
    let mut body = Vec::with_capacity(bytes.min(ROOM_BYTES));
    from.take(bytes as u64).read_to_end(&mut body)?;
    if body.len() < bytes {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    decode(&body)
}

/// Frames as they come from a socket that does not wait, in whatever pieces.
#[derive(Debug)]
pub(crate) struct Frames {
    /// What has come lies between `start` and `end`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Default for Frames {
    fn default() -> Self {
        Self {
            buffer: vec![0; ROOM_BYTES],
            start: 0,
            end: 0,
        }
    }
}

impl Frames {
    /// Reads once. The buffer grows with what has come, not with what a frame promises.
    ///
    /// # Errors
    /// The socket's, [`io::ErrorKind::WouldBlock`] among them, and [`io::ErrorKind::UnexpectedEof`] at its end.
    pub(crate) fn fill(
        &mut self,
        read: impl FnOnce(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<()> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            // A long message has gone through: its room is given back.
            self.buffer.truncate(ROOM_BYTES);
            self.buffer.shrink_to_fit();
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start.., 0);
            (self.start, self.end) = (0, self.end - self.start);
            self.buffer.resize(self.end * 2 + ROOM_BYTES, 0);
        }
        match read(&mut self.buffer[self.end..])? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            bytes => {
                self.end += bytes;
                Ok(())
            }
        }
    }

    /// The next message, if it is there whole.
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, FrameError> {
        let come = &self.buffer[self.start..self.end];
        let Some((header, rest)) = come.split_first_chunk() else {
            return Ok(None);
        };
        let bytes = length(*header)?;
        let Some(body) = rest.get(..bytes) else {
            return Ok(None);
        };
        let message = decode(body)?;
        self.start += header.len() + bytes;
        Ok(Some(message))
    }
}
