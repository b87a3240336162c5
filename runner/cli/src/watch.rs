//! What sees the calls of the host: `--trace`, `--explain` and `--policy`.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use croquant_sandbox::{Args, CallPolicy, Event, HostCall, Mount, Observer, Rule};

use crate::exit::Failure;
use crate::explain::Denials;
use crate::policy_file;
use crate::trace::Trace;

/// How long a line of the trace waits at most to be written.
const FLUSH_EVERY: Duration = Duration::from_millis(100);

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WatchPlan {
    /// The file with rules on calls and paths.
    pub(crate) policy: Option<PathBuf>,
    /// Where to write every call.
    pub(crate) trace: Option<PathBuf>,
    /// How many bytes of that.
    pub(crate) trace_bytes: u64,
    /// Whether to say what was refused, and why.
    pub(crate) explain: bool,
}

/// That, ready: files read and made.
pub(crate) struct Watch {
    /// Rules for the session.
    pub(crate) calls: Option<CallPolicy>,
    /// Files that the policy gives where no mount is.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    seen: Option<Arc<Mutex<Seen>>>,
}

#[derive(Default)]
struct Seen {
    trace: Option<Trace>,
    denials: Option<Denials>,
}

impl Watch {
    /// Reads the policy and makes the trace's file.
    pub(crate) fn open(plan: &WatchPlan, mounts: &[Mount]) -> Result<Self, Failure> {
        let (calls, files) = match &plan.policy {
            None => (None, Vec::new()),
            Some(path) => {
                let (calls, files) = policy_file::read(path, mounts)?;
                (Some(calls), files)
            }
        };
        let trace = plan
            .trace
            .as_deref()
            .map(|path| Trace::create(path, plan.trace_bytes))
            .transpose()?;
        let denials = plan
            .explain
            .then(|| Denials::new(mounts, plan.policy.clone()));
        let watched = trace.is_some() || denials.is_some();
        let seen = watched.then(|| Arc::new(Mutex::new(Seen { trace, denials })));
        Ok(Self { calls, files, seen })
    }

    /// The observer for the session.
    pub(crate) fn observer(&self) -> Option<Box<dyn Observer>> {
        let seen = self.seen.clone()?;
        Some(Box::new(Observing(seen)))
    }

    /// Runs `call` to its end. Meanwhile the trace is written as it comes, so that not much is lost if this process is killed.
    pub(crate) async fn beside<F: Future>(&self, call: F) -> F::Output {
        let mut call = pin!(call);
        let mut ticks = tokio::time::interval(FLUSH_EVERY);
        loop {
            tokio::select! {
                output = &mut call => return output,
                _ = ticks.tick(), if self.seen.is_some() => self.flush(),
            }
        }
    }

    fn flush(&self) {
        let Some(seen) = &self.seen else { return };
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(trace) = &mut seen.trace {
            trace.flush();
        }
    }

    /// Writes the rest of the trace, and says what was refused; `last_line` is the end of the program's traceback, if it died of one.
    pub(crate) fn finish(&self, last_line: Option<&str>) -> Result<(), Failure> {
        let Some(seen) = &self.seen else {
            return Ok(());
        };
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(denials) = &mut seen.denials {
            if let Some(line) = last_line {
                denials.died(line);
            }
            denials.say();
        }
        match &mut seen.trace {
            Some(trace) => trace.finish(),
            None => Ok(()),
        }
    }

    /// Between two cells of a prompt: says what was refused in the last, and writes what the trace has.
    pub(crate) fn turn(&self) {
        let Some(seen) = &self.seen else { return };
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(denials) = &mut seen.denials {
            denials.say();
        }
        if let Some(trace) = &mut seen.trace {
            trace.flush();
        }
    }

    /// Whether refusals are explained.
    pub(crate) fn explains(&self) -> bool {
        self.seen.as_ref().is_some_and(|seen| {
            let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.denials.is_some()
        })
    }
}

struct Observing(Arc<Mutex<Seen>>);

impl Observer for Observing {
    fn decide(&mut self, call: HostCall, _: &Args) -> Option<Rule> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(trace) = &mut seen.trace {
            trace.before(call);
        }
        None
    }

    fn saw(&mut self, event: &Event<'_>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(denials) = &mut seen.denials {
            denials.saw(event);
        }
        if let Some(trace) = &mut seen.trace {
            trace.write(event);
        }
    }
}
