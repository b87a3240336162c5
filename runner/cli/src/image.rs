//! The guest image that is part of this executable.

use std::fs::File;
use std::path::PathBuf;

use crate::exit::Failure;

/// The hash of everything that made the image.
pub(crate) const HASH: &str = croquant_guest::HASH;

/// The image, ready to be mapped.
///
/// # Errors
/// If it cannot be unpacked or opened.
pub(crate) fn open() -> Result<File, Failure> {
    croquant_guest::open().map_err(Failure::host)
}

/// The folder that it is unpacked to.
pub(crate) fn folder() -> Option<PathBuf> {
    croquant_guest::folder()
}

/// Its name: the hash of everything that made it.
pub(crate) fn hash() -> &'static str {
    croquant_guest::HASH
}

/// The version of its Python.
pub(crate) fn python() -> &'static str {
    croquant_guest::PYTHON
}

/// One line that names croquant, its Python and its image.
pub(crate) fn version() -> String {
    format!(
        "croquant {} (Python {}, image {})",
        env!("CARGO_PKG_VERSION"),
        croquant_guest::PYTHON,
        HASH
    )
}

/// The licences of everything in the image.
pub(crate) fn licences() -> &'static str {
    croquant_guest::licences()
}
