//! The guest image that is part of this executable.

use std::fs::File;

use crate::exit::Failure;

/// The image, ready to be mapped.
///
/// # Errors
/// If it cannot be unpacked or opened.
pub(crate) fn open() -> Result<File, Failure> {
    let path = std::env::var_os("CROQUANT_IMAGE").unwrap_or_default();
    File::open(path).map_err(Failure::host)
}

/// One line that names croquant, its Python and its image.
pub(crate) fn version() -> String {
    format!("croquant {}", env!("CARGO_PKG_VERSION"))
}
