//! The end of a slice: a computing guest gives way to the host.

use wasmtime::{Caller, Linker, Result, bail};

use super::tell;
use crate::signals::Cause;
use crate::state::State;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap_async("croquant", "slice", |caller: Caller<'_, State>, (): ()| {
        Box::new(slice(caller))
    })?;
    // Imported still, and called no more: the meter put charges in their places.
    linker.func_wrap("croquant", "charge", |_bytes: u32| -> Result<()> {
        bail!("the module was not metered")
    })?;
    linker.func_wrap("croquant", "charges", || -> Result<()> {
        bail!("the module was not metered")
    })?;
    Ok(())
}

async fn slice(mut caller: Caller<'_, State>) -> Result<()> {
    if let Some(mut meter) = caller.data().meter {
        meter.grant(&mut caller)?;
        let is_spent = meter.is_spent(&mut caller)?;
        let state = caller.data_mut();
        state.meter = Some(meter);
        if is_spent && state.signals.told() < Some(Cause::Fuel) {
            state.signals.ask(Cause::Fuel);
        }
    }
    // What the guest was told in its last slice may have been seen in it.
    tell(&mut caller);
    // The one who drives the call looks at the clock now, and others run.
    tokio::task::yield_now().await;
    tell(&mut caller);
    Ok(())
}
