//! The line to the supervisor: who reads from it, who writes to it, and what is done before the worker's thread sleeps.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::output::Output;
use super::reader::Reader;
use super::session::Order;

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
        let output = self.output.clone();
        move || output.flush()
    }
}
