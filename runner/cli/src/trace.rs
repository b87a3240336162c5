//! `--trace`: every call of the host as one line of JSON. The lines are described in `runner/cli/trace.md`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use croquant_sandbox::{Args, Errno, Event, HostCall, Value};
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::script;

/// Lines are gathered up to this before they are written.
const BUFFER_BYTES: usize = 256 << 10;

/// Where the lines go.
pub(crate) struct Trace {
    out: BufWriter<Box<dyn Write + Send>>,
    shown: String,
    /// Bytes that may still be written.
    room: u64,
    /// Calls that were not written for want of room.
    left_out: u64,
    /// What went wrong first. The run goes on.
    error: Option<io::Error>,
    line: Vec<u8>,
}

impl Trace {
    /// Creates the file, before the program starts, so that a wrong path costs no run; `-` is standard error.
    pub(crate) fn create(path: &Path, limit_bytes: u64) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let out: Box<dyn Write + Send> = if path == Path::new("-") {
            Box::new(io::stderr())
        } else {
            match File::create(path) {
                Ok(file) => Box::new(file),
                Err(error) => return Err(cannot_write(&shown, &error)),
            }
        };
        Ok(Self {
            out: BufWriter::with_capacity(BUFFER_BYTES, out),
            shown,
            room: limit_bytes,
            left_out: 0,
            error: None,
            line: Vec::new(),
        })
    }

    /// Writes what is waiting before a call that may wait itself.
    pub(crate) fn before(&mut self, call: HostCall) {
        if matches!(call, HostCall::Read | HostCall::Input | HostCall::Sleep) {
            self.flush();
        }
    }

    /// Writes a call.
    pub(crate) fn write(&mut self, event: &Event<'_>) {
        if self.left_out > 0 {
            self.left_out += 1;
            return;
        }
        self.line.clear();
        let written =
            serde_json::to_writer(&mut self.line, &Line::new(event)).map_err(io::Error::from);
        self.line.push(b'\n');
        let len = self.line.len() as u64;
        if len > self.room {
            self.left_out = 1;
            return;
        }
        self.room -= len;
        let written = written.and_then(|()| self.out.write_all(&self.line));
        self.note(written);
    }

    /// Writes the rest, and says how much is not there.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        if self.left_out > 0 {
            let end = json!({ "call": null, "left_out": self.left_out });
            let written = writeln!(self.out, "{end}");
            self.note(written);
            self.left_out = 0;
        }
        self.flush();
        match self.error.take() {
            None => Ok(()),
            Some(error) => Err(cannot_write(&self.shown, &error)),
        }
    }

    /// Writes what is waiting.
    pub(crate) fn flush(&mut self) {
        let flushed = self.out.flush();
        self.note(flushed);
    }

    fn note(&mut self, done: io::Result<()>) {
        if let Err(error) = done {
            self.error.get_or_insert(error);
        }
    }
}

/// One call as it is written.
#[derive(Serialize)]
struct Line<'a> {
    call: &'static str,
    args: Named<'a>,
    result: Option<Named<'a>>,
    errno: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    answered: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    trap: Option<&'a str>,
    us: f64,
    fuel: u64,
}

impl<'a> Line<'a> {
    fn new(event: &Event<'a>) -> Self {
        Self {
            call: event.call.name(),
            args: Named(event.args),
            result: (!event.result.is_empty()).then_some(Named(event.result)),
            errno: event.errno.map(Errno::name),
            why: event.denial.map(|denial| denial.reason.name()),
            answered: event.answered,
            trap: event.trap,
            us: event.time.as_nanos() as f64 / 1000.0,
            fuel: event.fuel,
        }
    }
}

/// Named values as an object, in their order.
struct Named<'a>(&'a Args);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.0.iter() {
            match value {
                Value::Unsigned(number) => map.serialize_entry(name, number)?,
                Value::Signed(number) => map.serialize_entry(name, number)?,
                Value::Bool(yes) => map.serialize_entry(name, yes)?,
                Value::Text(text) => map.serialize_entry(name, text)?,
                Value::Flags(flags) => map.serialize_entry(name, flags)?,
            }
        }
        map.end()
    }
}

fn cannot_write(shown: &str, error: &io::Error) -> Failure {
    Failure::new(
        Exit::Failed,
        format!(
            "trace `{shown}` cannot be written: {}",
            script::reason(error)
        ),
        "give `--trace` a file in a folder that you may write to, on a disk with room",
    )
}
