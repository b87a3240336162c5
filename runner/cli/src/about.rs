//! What this executable is made of.

use std::io::Write as _;

use crate::exit::{Exit, Failure};
use crate::image;

/// Prints the version.
pub(crate) fn version() -> Result<Exit, Failure> {
    print(&image::version())
}

/// Prints the licences of what is in the image.
pub(crate) fn licences() -> Result<Exit, Failure> {
    print(image::licences())
}

fn print(text: &str) -> Result<Exit, Failure> {
    match writeln!(std::io::stdout(), "{}", text.trim_end()) {
        // A reader that has seen enough, as `head`, is no failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::host(error)),
        _ => Ok(Exit::Program(0)),
    }
}
