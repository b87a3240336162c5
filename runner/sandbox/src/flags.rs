//! What the guest says of its memory: its interrupt flags, and where its stack ends.
//!
//! CPython's eval loop looks at `eval_breaker` at every backward jump and call. Setting its signal bit, together with the
//! two flags that a real SIGINT handler would set, makes it raise `KeyboardInterrupt` at the next safe point.

use wasmtime::{AsContext, AsContextMut, Memory};

/// Where the flags lie: the contents of `croquant_interrupt_block`, checked. Constant for an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    breaker: usize,
    bit: u32,
    is_tripped: usize,
    sigint_tripped: usize,
    /// The end of C's stack, which begins at 0. Between calls it is empty, whatever earlier ones left there.
    pub(crate) stack_end: usize,
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
            stack_end: usize::try_from(word(5)?).ok()?,
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

    /// Whether the guest has looked since the flags were set.
    pub(crate) fn is_taken(&self, memory: Memory, context: impl AsContext) -> bool {
        let word = memory.data(&context).get(self.is_tripped..);
        word.and_then(<[u8]>::first_chunk) == Some(&[0; 4])
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
