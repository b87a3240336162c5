//! Bounds-checked access to the guest's memory.

use wasmtime::{Caller, Result, bail};

use crate::state::State;

/// The guest's memory and the session's state, side by side.
pub(super) fn split<'a>(
    caller: &'a mut Caller<'_, State>,
) -> Result<(&'a mut [u8], &'a mut State)> {
    let Some(memory) = caller.data().memory else {
        bail!("the guest called the host before it had a memory");
    };
    Ok(memory.data_and_store_mut(caller))
}

/// The range `pointer..pointer + len`, if it lies inside.
pub(super) fn range(memory: &mut [u8], pointer: u32, len: u32) -> Option<&mut [u8]> {
    let start = usize::try_from(pointer).ok()?;
    let end = start.checked_add(usize::try_from(len).ok()?)?;
    memory.get_mut(start..end)
}

/// As [`range`]; a guest that cannot be answered with an errno traps.
pub(super) fn range_or_trap<'a>(
    memory: &'a mut [u8],
    pointer: u32,
    len: u32,
    what: &str,
) -> Result<&'a mut [u8]> {
    match range(memory, pointer, len) {
        Some(bytes) => Ok(bytes),
        None => bail!("bad pointer in `{what}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::range;

    #[track_caller]
    fn check(pointer: u32, len: u32, inside: bool) {
        assert_eq!(range(&mut [0; 16], pointer, len).is_some(), inside);
    }

    #[test]
    fn the_whole_memory_and_its_end_are_inside() {
        check(0, 16, true);
        check(16, 0, true);
        check(15, 1, true);
    }

    #[test]
    fn beyond_the_end_is_outside() {
        check(0, 17, false);
        check(16, 1, false);
        check(17, 0, false);
    }

    #[test]
    fn sums_do_not_wrap() {
        check(u32::MAX, 1, false);
        check(8, u32::MAX - 4, false);
        check(u32::MAX, u32::MAX, false);
    }
}
