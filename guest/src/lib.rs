//! Hands out the guest image: CPython for WASI, pre-initialised and compiled ahead of time, which this crate carries compressed.
//!
//! The image is unpacked once into the cache folder and mapped from there by every process after that. Nothing else is needed to run Python
//! in the sandbox:
//!
//! ```
//! # fn main() -> Result<(), croquant_guest::Error> {
//! let image = croquant_guest::open()?;
//! assert!(croquant_guest::PYTHON.starts_with("3."));
//! println!("Python {}, image {}", croquant_guest::PYTHON, croquant_guest::HASH);
//! # drop(image);
//! # Ok(())
//! # }
//! ```

mod cache_root;
mod extract;

use std::fs::File;
use std::io;
use std::path::PathBuf;

/// The image's name: the hash of everything that made it.
pub const HASH: &str = env!("CROQUANT_IMAGE_HASH");

/// The version of CPython in the image.
pub const PYTHON: &str = env!("CROQUANT_PYTHON");

/// Where the machine that built the image keeps the module that it was compiled from; for tests there.
pub const MODULE: &str = env!("CROQUANT_MODULE_PATH");

/// The image could be written nowhere.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot unpack the guest image: {cause}\nhint: set `CROQUANT_CACHE` to a folder that can be written"
)]
pub struct Error {
    #[source]
    cause: io::Error,
}

/// Opens the image, ready for `Engine::new`. The first call on a machine unpacks it to the cache folder; where that cannot be
/// written, or belongs to someone else, into memory.
///
/// # Errors
/// Neither the cache folder nor memory took it.
pub fn open() -> Result<File, Error> {
    if let Some(folder) = folder()
        && let Ok(file) = extract::to_folder(&folder)
    {
        return Ok(file);
    }
    extract::to_memory().map_err(|cause| Error { cause })
}

/// The folder that the image is unpacked to, which has to belong to this user alone; none without a home.
pub fn folder() -> Option<PathBuf> {
    Some(cache_root::cache_root()?.join("image"))
}

/// The folder for what can be made again: `$CROQUANT_CACHE`, else `croquant` in the user's cache folder; none without a home.
pub fn cache() -> Option<PathBuf> {
    cache_root::cache_root()
}

/// The licences of all software in the image, as one text.
pub fn licences() -> &'static str {
    include_str!(env!("CROQUANT_LICENCES_PATH"))
}
