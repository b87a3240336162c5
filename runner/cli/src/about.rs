//! What this executable is made of.

use std::io::Write as _;

use crate::exit::{Exit, Failure};
use crate::image;

/// Prints the version.
pub(crate) fn version() -> Result<Exit, Failure> {
    print(&image::version())
}

/// Prints the licences of what is in the image and in the page's script.
pub(crate) fn licences() -> Result<Exit, Failure> {
    print(&format!(
        "{}\n\n{}",
        image::licences().trim_end(),
        croquant_web::licences()
    ))
}

/// Prints text, with one newline at its end.
pub(crate) fn print(text: &str) -> Result<Exit, Failure> {
    match writeln!(std::io::stdout(), "{}", text.trim_end()) {
        // A reader that has seen enough, as `head`, is no failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::host(error)),
        _ => Ok(Exit::Program(0)),
    }
}
