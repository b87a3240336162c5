//! What the host keeps for one session, inside its store.

use std::sync::Arc;

use wasmtime::{Memory, ResourceLimiter};

use crate::chance::Chance;
use crate::clock::Clocks;
use crate::console::{Console, MessageKind};
use crate::files::Files;
use crate::flags::Block;
use crate::host::Watch;
use crate::limits::Limits;
use crate::meter::Meter;
use crate::output::Output;
use crate::policy::Policy;
use crate::signals::Signals;
use crate::stdin::Stdin;

/// The store's data.
pub(crate) struct State {
    pub(crate) console: Box<dyn Console>,
    pub(crate) signals: Arc<Signals>,
    /// The meter of the call that runs.
    pub(crate) meter: Option<Meter>,
    pub(crate) growth: Growth,
    pub(crate) output: Output,
    /// Set once the instance exists; host calls cannot come earlier.
    pub(crate) memory: Option<Memory>,
    pub(crate) block: Option<Block>,
    /// The line that `input` announced, until `take` fetches it.
    pub(crate) line: Vec<u8>,
    pub(crate) stdin: Stdin,
    pub(crate) heard: Heard,
    pub(crate) clocks: Clocks,
    pub(crate) chance: Chance,
    /// Mounts, and what is open in them.
    pub(crate) files: Files,
    /// What sees and rules on the calls of the host, if anything does.
    pub(crate) watch: Option<Box<Watch>>,
}

/// What the guest said about the call that runs, by `emit`.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) reply: Option<String>,
    pub(crate) exit: Option<String>,
    /// The last error reported.
    pub(crate) error: Option<String>,
}

impl Heard {
    /// The place for a message of `kind`, if the host itself listens to it.
    pub(crate) fn slot(&mut self, kind: MessageKind) -> Option<&mut Option<String>> {
        match kind {
            MessageKind::Reply => Some(&mut self.reply),
            MessageKind::Exit => Some(&mut self.exit),
            MessageKind::Error => Some(&mut self.error),
            MessageKind::ExecuteResult
            | MessageKind::DisplayData
            | MessageKind::ClearOutput
            | MessageKind::UpdateDisplayData => None,
        }
    }
}

impl State {
    pub(crate) fn new(
        console: Box<dyn Console>,
        signals: Arc<Signals>,
        limits: &Limits,
        policy: &Policy,
        files: Files,
        watch: Option<Box<Watch>>,
    ) -> Self {
        Self {
            console,
            signals,
            meter: None,
            growth: Growth {
                most: limits.memory_bytes,
                refused: false,
            },
            output: Output::new(limits.output_bytes),
            memory: None,
            block: None,
            line: Vec::new(),
            stdin: Stdin::new(policy.reproducible),
            heard: Heard::default(),
            clocks: Clocks::new(policy.clock),
            chance: Chance::new(policy.random),
            files,
            watch,
        }
    }

    /// Prepares for a call under `limits`.
    pub(crate) fn begin_call(&mut self, limits: &Limits) {
        self.growth = Growth {
            most: limits.memory_bytes,
            refused: false,
        };
        self.output = Output::new(limits.output_bytes);
        self.heard = Heard::default();
    }
}

/// The limit on linear memory. A refused growth is a `MemoryError` in the guest.
#[derive(Debug)]
pub(crate) struct Growth {
    most: usize,
    pub(crate) refused: bool,
}

impl ResourceLimiter for Growth {
    fn memory_growing(
        &mut self,
        _now: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let granted = desired <= self.most && maximum.is_none_or(|maximum| desired <= maximum);
        self.refused |= !granted;
        Ok(granted)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.refused = true;
        Ok(())
    }

    fn table_growing(
        &mut self,
        now: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // The table is made with the instance and never changes: the session is its linear memory.
        Ok(now == 0 || desired == now)
    }
}
