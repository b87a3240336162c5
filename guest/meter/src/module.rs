//! The module around the bodies: reads what the pass must know, and writes every other section as it was.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use wasm_encoder::{BranchHint, BranchHints, Encode, Instruction, RawSection, Section, SectionId};
use wasmparser::{ElementItems, ExternalKind, Operator, Parser, Payload, TypeRef};

use crate::body::{Body, Open, Own, Written};
use crate::cost::{Cost, Regions, Step, UNIT, regions};
use crate::graph::{Calls, Graph, plan};

/// The export of the global that counts down, an `i64`.
pub const FUEL: &str = "croquant_fuel";

/// The export of the memory whose first eight bytes are the floor, an `i64`: a page of its own, that no pointer of the guest reaches and
/// that the host may write from any thread while the guest runs.
pub const CONTROL: &str = "croquant_control";

/// How the name of an export begins that says which image this is: in the rest, the hash of all that the pass was given.
pub const IDENTITY: &str = "croquant_image:";

/// The module of the imports that the pass takes away: `charge(i32)`, in whose place a charge for bytes of bytecode comes, and `charges()`,
/// which says at a loop's beginning that the loop charges by itself.
const OWN: &str = "croquant";

/// The version of the unit: changes whenever the same work would be counted differently.
pub const UNIT_VERSION: u32 = 2;

/// The word in guest memory that the pass sets a bit in when the fuel of a slice is used up.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// Address of a 32-bit word: CPython's `tstate->eval_breaker`.
    pub address: u32,
    /// The bit, as a mask.
    pub bit: u32,
}

/// A metered module, and what the pass did.
#[derive(Debug)]
pub struct Metered {
    /// The module.
    pub wasm: Vec<u8>,
    /// Functions of the module that have a body.
    pub functions: usize,
    /// Of these, the functions that charge at their entry.
    pub charged: usize,
    /// Loop headers, which all charge.
    pub loops: usize,
}

/// Why a module cannot be metered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is not a valid module.
    #[error("the module cannot be parsed: {0}")]
    Parse(#[from] wasmparser::BinaryReaderError),
    /// It uses an operator whose cost the pass does not know.
    #[error("the module uses `{0}`, which is not metered")]
    Unsupported(String),
    /// It lacks what the pass adds to, or has something that the pass would add.
    #[error("the module {0}")]
    Shape(&'static str),
}

/// What the pass adds to the module, by index.
pub(crate) struct Added {
    /// The global that counts down.
    pub(crate) fuel: u32,
    /// The memory whose first eight bytes are the floor.
    pub(crate) control: u32,
    pub(crate) flag: Flag,
}

/// Functions that cost more than this (units, mean) charge for themselves: what one of them costs seldom is the mean that its callers pay, and
/// beside so much work a charge is cheap.
const SKIP_AT_MOST: Cost = 200 * UNIT;

#[derive(Default)]
struct Facts {
    params: Vec<u32>,
    imported_functions: u32,
    imported_globals: u32,
    globals: u32,
    memories: u32,
    types: Vec<u32>,
    taken: Vec<u32>,
    own: Own,
    bodies: Vec<Body>,
}

/// Adds metering to `wasm`.
///
/// # Errors
/// When the module cannot be parsed, or uses an operator that is not metered (exceptions, tail calls, bulk table operations).
pub fn instrument(wasm: &[u8], flag: Flag) -> Result<Metered, Error> {
    let facts = read(wasm)?;
    let graph = Graph {
        calls: calls(&facts),
        taken: taken(&facts),
        sizes: sizes(&facts),
    };
    let (charged, regions) = price(&facts, &graph);
    let added = Added::to(&facts, flag)?;
    let bodies: Vec<Written> = facts
        .bodies
        .iter()
        .zip(&regions)
        .enumerate()
        .map(|(index, (body, regions))| {
            let charges = charged[facts.imported_functions as usize + index];
            body.write(charges.then_some(regions.entry), &regions.loops, &added)
        })
        .collect();
    Ok(Metered {
        wasm: write(wasm, facts.imported_functions, &bodies, &added)?,
        functions: bodies.len(),
        charged: charged.iter().filter(|charged| **charged).count(),
        loops: regions.iter().map(|regions| regions.loops.len()).sum(),
    })
}

/// The same module as [`instrument`] makes, with its exports and without a single charge: what metering costs is measured against it.
/// Nothing stops what runs in it.
///
/// # Errors
/// As [`instrument`].
pub fn unmetered(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    let facts = read(wasm)?;
    let added = Added::to(&facts, Flag { address: 0, bit: 0 })?;
    let bodies: Vec<Written> = facts.bodies.iter().map(Body::unchanged).collect();
    write(wasm, facts.imported_functions, &bodies, &added)
}

impl Added {
    fn to(facts: &Facts, flag: Flag) -> Result<Self, Error> {
        if facts.memories != 1 || facts.globals == 0 {
            return Err(Error::Shape(
                "has not just one memory of its own, and globals",
            ));
        }
        Ok(Self {
            fuel: facts.imported_globals + facts.globals,
            control: 1,
            flag,
        })
    }
}

fn read(wasm: &[u8]) -> Result<Facts, Error> {
    let mut facts = Facts::default();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(types) => {
                for ty in types.into_iter_err_on_gc_types() {
                    facts
                        .params
                        .push(u32::try_from(ty?.params().len()).unwrap_or(u32::MAX));
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    if import.module == OWN {
                        let function = Some(facts.imported_functions);
                        match import.name {
                            "charge" => facts.own.charge = function,
                            "charges" => facts.own.charges = function,
                            _ => {}
                        }
                    }
                    match import.ty {
                        TypeRef::Func(ty) => {
                            facts.imported_functions += 1;
                            facts.types.push(ty);
                        }
                        TypeRef::Global(_) => facts.imported_globals += 1,
                        TypeRef::Memory(_) => return Err(Error::Shape("imports a memory")),
                        _ => {}
                    }
                }
            }
            Payload::FunctionSection(functions) => {
                for ty in functions {
                    facts.types.push(ty?);
                }
            }
            Payload::MemorySection(memories) => facts.memories = memories.count(),
            Payload::GlobalSection(globals) => {
                for global in globals {
                    note_refs(global?.init_expr.get_operators_reader(), &mut facts.taken)?;
                    facts.globals += 1;
                }
            }
            Payload::ExportSection(exports) => {
                // The host may put an exported function into the table.
                for export in exports {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        facts.taken.push(export.index);
                    }
                }
            }
            Payload::ElementSection(elements) => {
                for element in elements {
                    match element?.items {
                        ElementItems::Functions(functions) => {
                            for function in functions {
                                facts.taken.push(function?);
                            }
                        }
                        ElementItems::Expressions(_, expressions) => {
                            for expression in expressions {
                                note_refs(expression?.get_operators_reader(), &mut facts.taken)?;
                            }
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let function = facts.imported_functions as usize + facts.bodies.len();
                let params = facts.params[facts.types[function] as usize];
                note_refs(body.get_operators_reader()?, &mut facts.taken)?;
                facts
                    .bodies
                    .push(Body::read(&body, params, facts.own, wasm)?);
            }
            _ => {}
        }
    }
    Ok(facts)
}

/// Notes the functions whose reference is taken.
fn note_refs(
    mut operators: wasmparser::OperatorsReader<'_>,
    taken: &mut Vec<u32>,
) -> Result<(), Error> {
    while !operators.eof() {
        if let Operator::RefFunc { function_index } = operators.read()? {
            taken.push(function_index);
        }
    }
    Ok(())
}

fn calls(facts: &Facts) -> Vec<Calls> {
    let imported = std::iter::repeat_n(Calls::default(), facts.imported_functions as usize);
    imported
        .chain(facts.bodies.iter().map(|body| body.calls.clone()))
        .collect()
}

fn sizes(facts: &Facts) -> Vec<u64> {
    let imported = std::iter::repeat_n(0, facts.imported_functions as usize);
    imported
        .chain(facts.bodies.iter().map(Body::size))
        .collect()
}

fn taken(facts: &Facts) -> BTreeMap<u32, Vec<u32>> {
    let mut taken: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for function in &facts.taken {
        taken
            .entry(facts.types[*function as usize])
            .or_default()
            .push(*function);
    }
    for functions in taken.values_mut() {
        functions.sort_unstable();
        functions.dedup();
    }
    taken
}

/// Decides who charges, and prices every region, callees before their callers.
fn price(facts: &Facts, graph: &Graph) -> (Vec<bool>, Vec<Regions>) {
    let plan = plan(graph);
    let imported = facts.imported_functions as usize;
    let mut charged = plan.charged;
    let mut entry: Vec<Cost> = vec![0; charged.len()];
    let mut priced: Vec<Regions> = vec![Regions::default(); facts.bodies.len()];
    // A first round gives every skipping function its price; the second has all of them at hand, for the calls within loops, which may
    // lead back.
    for round in 0..2 {
        let mut by_type: BTreeMap<u32, Cost> = BTreeMap::new();
        if round == 1 {
            for (ty, functions) in &graph.taken {
                by_type.insert(*ty, mean_entry(functions, &entry, &charged));
            }
        }
        for function in plan
            .order
            .iter()
            .map(|function| *function as usize)
            .filter(|function| *function >= imported)
        {
            let indirect = |ty: u32| {
                by_type.get(&ty).copied().unwrap_or_else(|| {
                    graph
                        .taken
                        .get(&ty)
                        .map_or(0, |functions| mean_entry(functions, &entry, &charged))
                })
            };
            let steps: Vec<Step> = facts.bodies[function - imported]
                .steps
                .iter()
                .map(|step| match step {
                    Open::Step(step) => step.clone(),
                    Open::Call(callee) => Step::Plain(UNIT.saturating_add(absorbed(
                        *callee as usize,
                        &entry,
                        &charged,
                    ))),
                    Open::CallIndirect(ty) => Step::Plain(UNIT.saturating_add(indirect(*ty))),
                })
                .collect();
            let regions = regions(&steps);
            entry[function] = regions.entry;
            charged[function] |= regions.entry > SKIP_AT_MOST;
            priced[function - imported] = regions;
        }
    }
    (charged, priced)
}

/// What a caller pays for a call: the callee's mean cost, if it skips its own charge.
fn absorbed(callee: usize, entry: &[Cost], charged: &[bool]) -> Cost {
    if charged[callee] { 0 } else { entry[callee] }
}

fn mean_entry(functions: &[u32], entry: &[Cost], charged: &[bool]) -> Cost {
    let sum: Cost = functions
        .iter()
        .map(|function| absorbed(*function as usize, entry, charged))
        .sum();
    sum / (functions.len() as u64).max(1)
}

/// Writes the module again: the bodies with their charges, the global and the memory that it adds and their exports, all else byte for byte
/// but the names.
fn write(wasm: &[u8], imported: u32, bodies: &[Written], added: &Added) -> Result<Vec<u8>, Error> {
    let mut out = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match &payload {
            Payload::MemorySection(section) => {
                let mut data = more(
                    section.count(),
                    1,
                    &wasm[section.original_position()..section.range().end],
                );
                wasm_encoder::MemoryType {
                    minimum: 1,
                    maximum: Some(1),
                    memory64: false,
                    shared: false,
                    page_size_log2: None,
                }
                .encode(&mut data);
                append(&mut out, SectionId::Memory, &data);
            }
            Payload::GlobalSection(section) => {
                let mut data = more(
                    section.count(),
                    1,
                    &wasm[section.original_position()..section.range().end],
                );
                wasm_encoder::GlobalType {
                    val_type: wasm_encoder::ValType::I64,
                    mutable: true,
                    shared: false,
                }
                .encode(&mut data);
                Instruction::I64Const(0).encode(&mut data);
                Instruction::End.encode(&mut data);
                append(&mut out, SectionId::Global, &data);
            }
            Payload::ExportSection(section) => {
                let mut data = more(
                    section.count(),
                    3,
                    &wasm[section.original_position()..section.range().end],
                );
                let identity = identity(wasm);
                for (name, kind, index) in [
                    (FUEL, wasm_encoder::ExportKind::Global, added.fuel),
                    (&identity, wasm_encoder::ExportKind::Global, added.fuel),
                    (CONTROL, wasm_encoder::ExportKind::Memory, added.control),
                ] {
                    name.encode(&mut data);
                    kind.encode(&mut data);
                    index.encode(&mut data);
                }
                append(&mut out, SectionId::Export, &data);
            }
            Payload::CodeSectionStart { .. } => {
                out.section(&hints(imported, bodies));
                let mut data = Vec::new();
                u32::try_from(bodies.len())
                    .unwrap_or(u32::MAX)
                    .encode(&mut data);
                for body in bodies {
                    body.bytes.as_slice().encode(&mut data);
                }
                append(&mut out, SectionId::Code, &data);
            }
            Payload::CodeSectionEntry(_) => {}
            // Names of functions are for people, and every process that loads the image would read them all.
            Payload::CustomSection(section) if section.name() == "name" => {}
            other => {
                if let Some((id, range)) = other.as_section() {
                    out.section(&RawSection {
                        id,
                        data: &wasm[range],
                    });
                }
            }
        }
    }
    Ok(out.finish())
}

/// The branches that are hardly ever taken. <https://github.com/WebAssembly/branch-hinting>
fn hints(imported: u32, bodies: &[Written]) -> BranchHints {
    let mut hints = BranchHints::new();
    for (function, body) in (imported..).zip(bodies) {
        if !body.unlikely.is_empty() {
            let unlikely = body.unlikely.iter().map(|at| BranchHint {
                branch_func_offset: *at,
                branch_hint_value: 0,
            });
            hints.function_hints(function, unlikely);
        }
    }
    hints
}

/// The items of a section, `items` more than it had: those still have to be written after them.
/// The name of the export that says which image this is.
fn identity(wasm: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(UNIT_VERSION.to_le_bytes());
    hash.update(wasm);
    let digits = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    IDENTITY.to_owned() + &digits
}

fn more(count: u32, items: u32, bytes: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(bytes.len() + 64);
    (count + items).encode(&mut data);
    data.extend_from_slice(bytes);
    data
}

fn append(out: &mut wasm_encoder::Module, id: SectionId, data: &[u8]) {
    let section = RawSection {
        id: id.into(),
        data,
    };
    let _: u8 = section.id();
    out.section(&section);
}
