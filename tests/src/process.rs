//! The end of a process that a test has started.

use std::io;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// Waits for the child's end, which is far sooner than `patience`: one that hangs is killed, so that it is an error and not the end of all.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`] for such a one, or what the system says.
pub fn wait(child: &mut Child, patience: Duration) -> io::Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() > patience {
            child.kill()?;
            child.wait()?;
            let said = format!("still running after {} s", patience.as_secs());
            return Err(io::Error::new(io::ErrorKind::TimedOut, said));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
