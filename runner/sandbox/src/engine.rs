//! The engine: the guest image, mapped and ready to be instantiated.

use crate::Error;

/// The wasmtime engine with the image loaded. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine;

/// How many sessions an engine holds, and how large each may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineConfig {
    /// Sessions alive at once. Address space is set aside for each.
    pub max_sessions: u32,
    /// The largest [`Limits::memory_bytes`](crate::Limits::memory_bytes) that a session of this engine can have.
    pub max_memory_bytes: usize,
}

impl EngineConfig {
    /// One script at a time (and room for a few more), up to all that 32-bit linear memory can hold.
    pub fn script() -> Self {
        Self {
            max_sessions: 4,
            max_memory_bytes: 4 << 30,
        }
    }

    /// Many sessions of up to 1 GiB each.
    pub fn server(max_sessions: u32) -> Self {
        Self {
            max_sessions,
            max_memory_bytes: 1 << 30,
        }
    }
}

impl Engine {
    /// Loads `image`, the compiled guest: an open file, mapped and never copied.
    ///
    /// The file is trusted: it must come from this project's own build.
    ///
    /// # Errors
    /// [`Error::Image`] if it was not made by this version for this machine.
    pub fn new(image: std::fs::File, config: &EngineConfig) -> Result<Self, Error> {
        let _ = (image, config);
        Err(Error::Image {
            reason: "not yet".into(),
        })
    }
}
