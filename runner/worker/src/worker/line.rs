//! The line to the supervisor: who reads from it, who writes to it, and what is done before the worker's thread sleeps.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::output::Output;
use super::reader::Reader;
use super::session::Order;

/// How long a call that follows the last one is waited for with open eyes: waking up takes about as long as a small call does.
const VIGIL: Duration = Duration::from_micros(100);

/// The line to the supervisor.
pub(super) struct Line {
    pub(super) output: Output,
    pub(super) reader: Arc<Reader>,
    /// Sessions to start.
    pub(super) ordered: mpsc::UnboundedReceiver<Order>,
}

impl Line {
    pub(super) fn over(socket: UnixStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let socket = Arc::new(socket);
        let output = Output::new(Arc::clone(&socket));
        let (orders, ordered) = mpsc::unbounded_channel();
        Ok(Self {
            reader: Arc::new(Reader::new(socket, output.clone(), orders)),
            output,
            ordered,
        })
    }

    /// What the thread does when there is nothing to do, before it sleeps.
    pub(super) fn before_sleep(&self) -> impl Fn() + Send + Sync + use<> {
        let (output, reader) = (self.output.clone(), Arc::clone(&self.reader));
        move || {
            output.flush();
            let Some(answered) = output.last_answer() else {
                return;
            };
            while answered.elapsed() < VIGIL {
                match reader.read() {
                    Ok(false) => std::thread::yield_now(),
                    // Whoever it is for is ready to run; and the end of it all is found again by whoever reads next.
                    Ok(true) | Err(_) => return,
                }
            }
        }
    }
}
