//! The guest's exports, found once per image and bound once per session.

use croquant_meter::{CONTROL, FUEL, IDENTITY};
use wasmtime::{Global, Instance, Memory, Module, ModuleExport, Store, TypedFunc};

use crate::error::Error;
use crate::state::State;

/// Where the exports are in the module.
pub(crate) struct Names {
    memory: ModuleExport,
    control: ModuleExport,
    fuel: ModuleExport,
    buffer: ModuleExport,
    begin: ModuleExport,
    execute: ModuleExport,
    run: ModuleExport,
    call: ModuleExport,
    interrupt_block: ModuleExport,
    /// Which image it is: the hash that the meter left.
    pub(crate) image: [u8; 32],
}

impl Names {
    pub(crate) fn find(module: &Module) -> Result<Self, Error> {
        let find = |name: &'static str| {
            module.get_export_index(name).ok_or_else(|| Error::Image {
                reason: format!("it has no export `{name}`"),
            })
        };
        Ok(Self {
            memory: find("memory")?,
            control: find(CONTROL)?,
            fuel: find(FUEL)?,
            buffer: find("croquant_buffer")?,
            begin: find("croquant_begin")?,
            execute: find("croquant_execute")?,
            run: find("croquant_run")?,
            call: find("croquant_call")?,
            interrupt_block: find("croquant_interrupt_block")?,
            image: identity(module).ok_or_else(|| Error::Image {
                reason: "it does not say which it is".into(),
            })?,
        })
    }
}

/// The hash in the name of the export that says which image this is.
fn identity(module: &Module) -> Option<[u8; 32]> {
    let mut names = module.exports().map(|export| export.name());
    let digits = names.find_map(|name| name.strip_prefix(IDENTITY))?;
    let mut image = [0; 32];
    if digits.len() != 2 * image.len() {
        return None;
    }
    for (byte, at) in image.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
    }
    Some(image)
}

/// A session's guest.
#[derive(Clone)]
pub(crate) struct Guest {
    pub(crate) memory: Memory,
    /// The memory with the meter's floor.
    pub(crate) control: Memory,
    /// The meter's count.
    pub(crate) fuel: Global,
    pub(crate) buffer: TypedFunc<u32, u32>,
    pub(crate) begin: TypedFunc<u32, i32>,
    pub(crate) execute: TypedFunc<(u32, u32), i32>,
    pub(crate) run: TypedFunc<u32, i32>,
    pub(crate) call: TypedFunc<u32, i32>,
    pub(crate) interrupt_block: TypedFunc<(), u32>,
}

impl Guest {
    pub(crate) fn bind(
        store: &mut Store<State>,
        instance: &Instance,
        names: &Names,
    ) -> Result<Self, Error> {
        let wrong = || Error::Image {
            reason: "an export is not what the interface says".into(),
        };
        macro_rules! func {
            ($name:ident) => {
                instance
                    .get_module_export(&mut *store, &names.$name)
                    .and_then(wasmtime::Extern::into_func)
                    .and_then(|func| func.typed(&*store).ok())
                    .ok_or_else(wrong)?
            };
        }
        macro_rules! export {
            ($name:ident, $kind:path) => {
                instance
                    .get_module_export(&mut *store, &names.$name)
                    .and_then($kind)
                    .ok_or_else(wrong)?
            };
        }
        Ok(Self {
            memory: export!(memory, wasmtime::Extern::into_memory),
            control: export!(control, wasmtime::Extern::into_memory),
            fuel: export!(fuel, wasmtime::Extern::into_global),
            buffer: func!(buffer),
            begin: func!(begin),
            execute: func!(execute),
            run: func!(run),
            call: func!(call),
            interrupt_block: func!(interrupt_block),
        })
    }
}
