//! The guest's interrupt flags: the only place where the host writes into a suspended guest's memory.
//!
//! CPython's eval loop looks at `eval_breaker` at every backward jump and call. Setting its signal bit, together with the
//! two flags that a real SIGINT handler would set, makes it raise `KeyboardInterrupt` at the next safe point.

use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use wasmtime::{AsContext, AsContextMut, Memory};

/// Where the flags lie: the contents of `croquant_interrupt_block`, checked. Constant for an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    breaker: usize,
    bit: u32,
    is_tripped: usize,
    sigint_tripped: usize,
}

impl Block {
    /// Reads the block at `address` of a guest whose memory never was smaller than `memory`. `None` if it points outside.
    pub(crate) fn read(memory: &[u8], address: u32) -> Option<Self> {
        let word = |index: usize| {
            let at = usize::try_from(address).ok()?.checked_add(4 * index)?;
            let bytes = memory.get(at..at.checked_add(4)?)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        };
        let flag = |index: usize| {
            let at = usize::try_from(word(index)?).ok()?;
            let inside = at % 4 == 0 && at.checked_add(4)? <= memory.len();
            inside.then_some(at)
        };
        Some(Self {
            breaker: flag(0)?,
            bit: word(1)?,
            is_tripped: flag(2)?,
            sigint_tripped: flag(3)?,
        })
    }

    /// Sets the flags of a guest that has called the host.
    pub(crate) fn set(&self, memory: Memory, context: impl AsContextMut) {
        self.change(memory, context, |word, bits| word | bits);
    }

    /// Takes the flags back from a guest that has returned without having looked: they were meant for that call.
    pub(crate) fn clear(&self, memory: Memory, context: impl AsContextMut) {
        self.change(memory, context, |word, bits| word & !bits);
    }

    fn change(
        &self,
        memory: Memory,
        mut context: impl AsContextMut,
        change: impl Fn(u32, u32) -> u32,
    ) {
        let data = memory.data_mut(&mut context);
        for (at, bits) in self.bits() {
            // In bounds since `read`: a linear memory never shrinks.
            if let Some(word) = data.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
                *word = change(u32::from_le_bytes(*word), bits).to_le_bytes();
            }
        }
    }

    /// The eval breaker last: whoever sees it finds the others set.
    fn bits(&self) -> [(usize, u32); 3] {
        [
            (self.sigint_tripped, 1),
            (self.is_tripped, 1),
            (self.breaker, self.bit),
        ]
    }
}

/// The flags of one session, writable while its call is suspended.
#[derive(Debug)]
pub(crate) struct Flags {
    base: AtomicPtr<u8>,
    block: Block,
}

impl Flags {
    pub(crate) fn new(memory: Memory, context: impl AsContext, block: Block) -> Self {
        Self {
            base: AtomicPtr::new(memory.data_ptr(&context)),
            block,
        }
    }

    /// Sets the flags. Only for a guest suspended at a tick of the meter, while its store is alive.
    pub(crate) fn set_suspended(&self) {
        for (at, bits) in self.block.bits() {
            self.word(at).fetch_or(bits.to_le(), Ordering::SeqCst);
        }
    }

    /// Whether the guest has looked since the flags were set. As [`Flags::set_suspended`].
    pub(crate) fn seen(&self) -> bool {
        self.word(self.block.is_tripped).load(Ordering::SeqCst) == 0
    }

    #[expect(
        unsafe_code,
        reason = "wasmtime lends no memory while a call is suspended"
    )]
    fn word(&self, at: usize) -> &AtomicU32 {
        let base = self.base.load(Ordering::Relaxed);
        // SAFETY: `base` is the start of a linear memory that does not move (`memory_may_move(false)`) and stays mapped as
        // long as the store, which outlives `self`: both live in one call of `Session`. `at` is a multiple of 4 and
        // `at + 4` within the memory's size when `Block::read` checked it, and memories never shrink; pages are aligned to
        // more than 4. No Rust reference into the memory exists: callers only come here when the guest is suspended at a
        // tick of the meter, that is, in wasm code and not in a host call (`Waiting::No`). Compiled code is not bound by
        // Rust's aliasing rules, and does not run meanwhile.
        unsafe { AtomicU32::from_ptr(base.add(at).cast()) }
    }
}
