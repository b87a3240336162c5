//! What the host keeps for one session, inside its store.

use std::sync::Arc;

use wasmtime::{Memory, ResourceLimiter};

use crate::chance::Chance;
use crate::checkpoint::Footprint;
use crate::clock::Clocks;
use crate::console::{Console, MessageKind};
use crate::files::{Files, Known, Used};
use crate::flags::Block;
use crate::host::Watch;
use crate::limits::Limits;
use crate::meter::Meter;
use crate::output::Output;
use crate::policy::Policy;
use crate::recorder::Recorder;
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
    /// What the instance has written to.
    pub(crate) footprint: Footprint,
    /// The line that `input` announced, until `take` fetches it.
    pub(crate) line: Vec<u8>,
    pub(crate) stdin: Stdin,
    pub(crate) heard: Heard,
    pub(crate) clocks: Clocks,
    pub(crate) chance: Chance,
    pub(crate) tally: Tally,
    /// How much the host may hold at once for the guest: [`Limits::host_bytes`].
    pub(crate) host_bytes: usize,
    /// Mounts, and what is open in them.
    pub(crate) files: Files,
    /// What sees and rules on the calls of the host, if anything does.
    pub(crate) watch: Option<Box<Watch>>,
}

/// What the call that runs did, for its report.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) host_calls: u64,
    pub(crate) input_bytes: u64,
    /// Whether a folder of the host was full.
    pub(crate) host_is_full: bool,
    /// Whether the guest was told what time it is, or slept.
    pub(crate) told_time: bool,
}

/// What belongs to a session's state and does not lie in its memory: virtual time, the place in a seed's stream, and which files of
/// mounts were open. Real time and real chance do not go back.
#[derive(Debug, Clone)]
pub(crate) struct Aside {
    pub(crate) clocks: Clocks,
    pub(crate) drawn: u128,
    pub(crate) known: Known,
    /// What only another session needs that goes on from here: input that has arrived, and what is used of the mounts' quotas.
    pub(crate) unread: Vec<u8>,
    pub(crate) used: Vec<Used>,
}

/// What the guest said about the call that runs, by `emit`.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) reply: Option<String>,
    pub(crate) exit: Option<String>,
    /// The last error reported.
    pub(crate) error: Option<String>,
    /// The end of what went to standard error, where a program's own end is told.
    pub(crate) stderr: Vec<u8>,
}

/// How much of the end of standard error is kept: more than an exception's last line.
const TAIL_BYTES: usize = 1 << 10;

impl Heard {
    /// Notes what goes to standard error.
    pub(crate) fn note_stderr(&mut self, bytes: &[u8]) {
        let new = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
        let surplus = (self.stderr.len() + new.len()).saturating_sub(TAIL_BYTES);
        self.stderr.drain(..surplus);
        self.stderr.extend_from_slice(new);
    }

    /// The last line of standard error that has something in it.
    pub(crate) fn last_line(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        text.trim_end().lines().next_back().unwrap_or("").to_owned()
    }

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
        mut files: Files,
        watch: Option<Box<Watch>>,
    ) -> Self {
        let clocks = Clocks::new(policy.clock);
        if policy.reproducible {
            files.repeat(clocks.wall_ns());
        }
        Self {
            console,
            signals,
            meter: None,
            growth: Growth::new(limits),
            output: Output::new(limits),
            memory: None,
            block: None,
            footprint: Footprint::default(),
            line: Vec::new(),
            stdin: Stdin::new(policy.reproducible),
            heard: Heard::default(),
            clocks,
            chance: Chance::new(policy.random),
            tally: Tally::default(),
            host_bytes: limits.host_bytes,
            files,
            watch,
        }
    }

    /// The state of no session: nobody calls the guest.
    pub(crate) fn vacant() -> Self {
        let console = Box::new(Recorder::new());
        let (limits, policy) = (Limits::tutorial(), Policy::default());
        Self::new(
            console,
            Arc::default(),
            &limits,
            &policy,
            Files::default(),
            None,
        )
    }

    /// The part of the session's state that the host keeps.
    pub(crate) fn aside(&self) -> Aside {
        Aside {
            clocks: self.clocks.clone(),
            drawn: self.chance.drawn(),
            known: self.files.known(),
            unread: self.stdin.unread().to_vec(),
            used: self.files.used(),
        }
    }

    /// Prepares for an instance whose memory, of `memory_bytes`, was another session's when `aside` was taken.
    pub(crate) fn go_on(&mut self, memory_bytes: usize, aside: &Aside) {
        self.go_back(memory_bytes, aside);
        self.files.use_up(&aside.used);
        if !aside.unread.is_empty() {
            self.stdin.arrive(aside.unread.clone());
        }
    }

    /// Prepares for a new instance whose memory, of `memory_bytes`, is to be as it was when `aside` was taken.
    pub(crate) fn go_back(&mut self, memory_bytes: usize, aside: &Aside) {
        self.clocks = aside.clocks.clone();
        self.chance.go_back(aside.drawn);
        self.files.go_back(&aside.known);
        self.memory = None;
        self.meter = None;
        self.line.clear();
        // What the session had is not taken away, even if the limit has been lowered since.
        self.growth = Growth {
            most: memory_bytes,
            refused: false,
            refusals: 0,
            is_open: true,
        };
    }

    /// Prepares for a call under `limits`.
    pub(crate) fn begin_call(&mut self, limits: &Limits) {
        self.growth = Growth {
            refusals: self.growth.refusals,
            ..Growth::new(limits)
        };
        self.output = Output::new(limits);
        self.tally = Tally::default();
        self.host_bytes = limits.host_bytes;
        self.heard = Heard::default();
    }
}

/// The limit on linear memory. A refused growth is a `MemoryError` in the guest.
#[derive(Debug)]
pub(crate) struct Growth {
    most: usize,
    pub(crate) refused: bool,
    /// How often a piece was refused in this session, of any size.
    refusals: u32,
    /// Whether the reserve may be had.
    is_open: bool,
}

/// The last of the memory, which a call gets only when it has nothing left: a program that filled its memory piece by piece can still
/// tell its `MemoryError`, with the traceback.
pub(crate) const RESERVE_BYTES: usize = 2 << 20;

/// A piece that the guest's `malloc` takes when it needs little; Python's own arenas are larger, and do without when refused.
const SMALL_BYTES: usize = 128 << 10;

/// The first time that `malloc` is refused it asks again, for a piece apart from what it has; from then on it asks once before it says that
/// there is no memory. Between the two the reserve has to stay closed, or the program would never hear of its end.
const FIRST_REFUSALS: u32 = 2;

impl Growth {
    fn new(limits: &Limits) -> Self {
        Self {
            most: limits.memory_bytes,
            refused: false,
            refusals: 0,
            is_open: false,
        }
    }

    /// Up to where memory may grow now.
    fn most_now(&self) -> usize {
        if self.is_open {
            self.most
        } else {
            self.most.saturating_sub(RESERVE_BYTES)
        }
    }

    fn refuse(&mut self, bytes: usize) {
        self.refused = true;
        self.refusals = self.refusals.saturating_add(1);
        self.is_open |= bytes <= SMALL_BYTES && self.refusals >= FIRST_REFUSALS;
    }
}

impl ResourceLimiter for Growth {
    fn memory_growing(
        &mut self,
        now: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let granted =
            desired <= self.most_now() && maximum.is_none_or(|maximum| desired <= maximum);
        if !granted {
            self.refuse(desired.saturating_sub(now));
        }
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
