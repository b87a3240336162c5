//! One function's body: read into steps, and written again with its charges.

use wasm_encoder::{Encode, Instruction, MemArg};
use wasmparser::{FunctionBody, Operator};

use crate::cost::{Cost, Step, UNIT, weight};
use crate::graph::Calls;
use crate::module::{Added, Error};

/// A body as the pass sees it.
pub(crate) struct Body {
    /// Bytes of the local declarations, without their count.
    locals: Vec<u8>,
    local_groups: u32,
    /// Index of the first local that the pass may add.
    spare_local: u32,
    operators: Vec<u8>,
    points: Vec<Point>,
    /// The steps, with calls still unresolved.
    pub(crate) steps: Vec<Open>,
    /// The calls that stand in no loop.
    pub(crate) calls: Calls,
    /// The constructs that are open.
    nesting: Vec<Nested>,
    own: Own,
}

/// The imports with which the module says what it charges by itself: by index.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Own {
    /// Takes the bytes of bytecode that are to be paid.
    pub(crate) charge: Option<u32>,
    /// Says that the innermost loop around it, at whose beginning it stands, charges by itself.
    pub(crate) charges: Option<u32>,
}

/// A construct that is open while a body is read.
#[derive(Default)]
struct Nested {
    /// For a loop: where its header's point is.
    header: Option<usize>,
    /// For a loop: where its header's point is, as long as nothing in it charges but the header.
    tight: Option<usize>,
}

/// A step whose cost may depend on the functions that it calls.
pub(crate) enum Open {
    Step(Step),
    Call(u32),
    CallIndirect(u32),
}

/// A body as the code section holds it, without its size.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    /// Where a branch stands that is hardly ever taken: a compiler that knows keeps what is behind it out of the way.
    pub(crate) unlikely: Vec<u32>,
}

impl Written {
    fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            unlikely: Vec::new(),
        }
    }

    /// The next operator is such a branch.
    fn mark_unlikely(&mut self) {
        self.unlikely
            .push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }
}

/// A place in the operators where the pass writes something.
struct Point {
    at: usize,
    /// How many bytes of operators it takes the place of.
    instead_of: usize,
    what: What,
}

enum What {
    /// Before a tight loop: nothing in it charges but its header.
    Preload,
    /// After the opening of a tight loop.
    TightHeader,
    /// After a loop's opening.
    Header,
    /// After the opening of a loop that charges by itself.
    FreeHeader,
    /// In the place of a call that charges for as many bytes of bytecode as the number on top of the stack says.
    Charge,
    /// In the place of a call that says something to the meter.
    Nothing,
    /// Before an operator that works for as long as the number on top of the stack says.
    Length { units: i64 },
}

/// Units for one byte moved by a bulk operation.
const BYTE: i64 = 1;
/// Units for one page of 64 KiB that memory grows by: the kernel must find and clear it.
const PAGE: i64 = 100_000;
/// Units for one byte of bytecode that the evaluation loop went over: of a code unit, which is an instruction or a part of its cache, about
/// half of what its compiled code costs in the mean.
const BYTECODE: i64 = 32;

impl Body {
    pub(crate) fn read(
        body: &FunctionBody<'_>,
        params: u32,
        own: Own,
        module: &[u8],
    ) -> Result<Body, Error> {
        let mut locals_reader = body.get_locals_reader()?;
        let local_groups = locals_reader.get_count();
        let locals_start = locals_reader.original_position();
        let mut locals_count = 0;
        for _ in 0..local_groups {
            locals_count += locals_reader.read()?.0;
        }
        let locals_end = locals_reader.original_position();
        let code_end = body.range().end;
        let mut this = Body {
            locals: module[locals_start..locals_end].to_vec(),
            local_groups,
            spare_local: params + locals_count,
            operators: module[locals_end..code_end].to_vec(),
            points: Vec::new(),
            steps: Vec::new(),
            calls: Calls::default(),
            nesting: Vec::new(),
            own,
        };
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let (operator, start) = reader.read_with_offset()?;
            this.take(
                &operator,
                start - locals_end,
                reader.original_position() - locals_end,
            )?;
        }
        Ok(this)
    }

    fn take(&mut self, operator: &Operator<'_>, start: usize, end: usize) -> Result<(), Error> {
        match operator {
            Operator::Block { .. } | Operator::If { .. } => self.nesting.push(Nested::default()),
            Operator::Loop { .. } => {
                self.loosen();
                self.point(start, What::Preload);
                let header = Some(self.points.len());
                self.nesting.push(Nested {
                    header,
                    tight: header,
                });
            }
            Operator::End => {
                self.nesting.pop();
            }
            Operator::Call { .. }
            | Operator::CallIndirect { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryFill { .. }
            | Operator::MemoryInit { .. }
            | Operator::MemoryGrow { .. } => self.loosen(),
            _ => {}
        }
        let step = match operator {
            Operator::Block { .. } => Step::Block,
            Operator::Loop { .. } => {
                self.point(end, What::TightHeader);
                Step::Loop
            }
            Operator::If { .. } => Step::If,
            Operator::Else => Step::Else,
            Operator::End => Step::End,
            Operator::Br { relative_depth } => Step::Br(*relative_depth),
            Operator::BrIf { relative_depth } => Step::BrIf(*relative_depth),
            Operator::BrTable { targets } => {
                let mut depths = targets.targets().collect::<Result<Vec<u32>, _>>()?;
                depths.push(targets.default());
                Step::BrTable(depths)
            }
            Operator::Return | Operator::Unreachable => Step::Stop,
            Operator::Call { function_index } if Some(*function_index) == self.own.charge => {
                self.point(start, What::Charge).instead_of = end - start;
                Step::Plain(0)
            }
            Operator::Call { function_index } if Some(*function_index) == self.own.charges => {
                self.free_loop()?;
                self.point(start, What::Nothing).instead_of = end - start;
                Step::Plain(0)
            }
            Operator::Call { function_index } => {
                if !self.is_in_loop() {
                    self.calls.direct.push(*function_index);
                }
                self.steps.push(Open::Call(*function_index));
                return Ok(());
            }
            Operator::CallIndirect { type_index, .. } => {
                if !self.is_in_loop() {
                    self.calls.indirect.push(*type_index);
                }
                self.steps.push(Open::CallIndirect(*type_index));
                return Ok(());
            }
            Operator::MemoryCopy { .. }
            | Operator::MemoryFill { .. }
            | Operator::MemoryInit { .. } => {
                self.point(start, What::Length { units: BYTE });
                Step::Plain(UNIT)
            }
            Operator::MemoryGrow { .. } => {
                self.point(start, What::Length { units: PAGE });
                Step::Plain(UNIT)
            }
            Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::CallRef { .. }
            | Operator::ReturnCallRef { .. }
            | Operator::TryTable { .. }
            | Operator::Throw { .. }
            | Operator::ThrowRef
            | Operator::TableGrow { .. }
            | Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. } => {
                return Err(Error::Unsupported(format!("{operator:?}")));
            }
            other => {
                let cost = weight(other);
                if let Some(Open::Step(Step::Plain(sum))) = self.steps.last_mut() {
                    *sum += cost;
                    return Ok(());
                }
                Step::Plain(cost)
            }
        };
        self.steps.push(Open::Step(step));
        Ok(())
    }

    fn point(&mut self, at: usize, what: What) -> &mut Point {
        self.points.push_mut(Point {
            at,
            instead_of: 0,
            what,
        })
    }

    /// What stands here comes after a header that charges.
    fn is_in_loop(&self) -> bool {
        let mut headers = self.nesting.iter().filter_map(|nested| nested.header);
        headers.any(|header| !matches!(self.points[header].what, What::FreeHeader))
    }

    /// The innermost loop charges by itself. It has to say so before anything can leave it or turn back in it: every turn says so then, and
    /// no other loop hides behind its header.
    fn free_loop(&mut self) -> Result<(), Error> {
        let header = self.nesting.iter().rev().find_map(|nested| nested.header);
        let is_at_header = self
            .steps
            .iter()
            .rev()
            .find(|step| !matches!(step, Open::Step(Step::Block | Step::Plain(_))))
            .is_some_and(|step| matches!(step, Open::Step(Step::Loop)));
        match header {
            Some(header) if is_at_header => {
                self.points[header].what = What::FreeHeader;
                Ok(())
            }
            _ => Err(Error::Shape(
                "does not say at a loop's beginning that it charges by itself",
            )),
        }
    }

    /// What follows charges, too: the loops around it are not tight.
    fn loosen(&mut self) {
        for nested in &mut self.nesting {
            if let Some(header) = nested.tight.take() {
                self.points[header].what = What::Header;
            }
        }
    }

    /// How much code there is, in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.operators.len() as u64
    }

    /// The body as it was read, without what it charges by itself.
    pub(crate) fn unchanged(&self) -> Written {
        let mut out = Written::with_capacity(self.operators.len() + self.locals.len() + 8);
        self.local_groups.encode(&mut out.bytes);
        out.bytes.extend_from_slice(&self.locals);
        let mut written = 0;
        for point in &self.points {
            out.bytes
                .extend_from_slice(&self.operators[written..point.at]);
            written = point.at + point.instead_of;
            if let What::Charge = point.what {
                emit(&mut out, &[Instruction::Drop]);
            }
        }
        out.bytes.extend_from_slice(&self.operators[written..]);
        out
    }

    /// The body with its charges. `entry` is `None` for a function that skips.
    pub(crate) fn write(&self, entry: Option<Cost>, loops: &[Cost], added: &Added) -> Written {
        let lengths = self.has(|what| matches!(what, What::Length { .. } | What::Charge));
        let tight = self.has(|what| matches!(what, What::TightHeader));
        let mut out = Written::with_capacity(self.operators.len() * 5 / 4 + 64);
        (self.local_groups + u32::from(lengths) + u32::from(tight)).encode(&mut out.bytes);
        out.bytes.extend_from_slice(&self.locals);
        let length = self.spare_local;
        let count = self.spare_local + u32::from(lengths);
        for (is_needed, kind) in [
            (lengths, wasm_encoder::ValType::I32),
            (tight, wasm_encoder::ValType::I64),
        ] {
            if is_needed {
                1u32.encode(&mut out.bytes);
                kind.encode(&mut out.bytes);
            }
        }
        if let Some(cost) = entry {
            charge(&mut out, units(cost), added);
        }
        let mut written = 0;
        let mut headers = loops.iter().map(|cost| units(*cost));
        for (index, point) in self.points.iter().enumerate() {
            out.bytes
                .extend_from_slice(&self.operators[written..point.at]);
            written = point.at + point.instead_of;
            match point.what {
                What::Preload if self.is_tight(index + 1) => preload(&mut out, count, added),
                What::Preload => {}
                What::TightHeader => {
                    charge_tight(&mut out, count, headers.next().unwrap_or(1), added);
                }
                What::Header => charge(&mut out, headers.next().unwrap_or(1), added),
                What::FreeHeader => {
                    let _charged_elsewhere = headers.next();
                }
                What::Charge => {
                    charge_length(&mut out, length, BYTECODE, added);
                    emit(&mut out, &[Instruction::Drop]);
                }
                What::Nothing => {}
                What::Length { units } => charge_length(&mut out, length, units, added),
            }
        }
        out.bytes.extend_from_slice(&self.operators[written..]);
        out
    }

    fn has(&self, what: impl Fn(&What) -> bool) -> bool {
        self.points.iter().any(|point| what(&point.what))
    }

    fn is_tight(&self, header: usize) -> bool {
        matches!(self.points[header].what, What::TightHeader)
    }
}

/// A charge is a whole number of units, at least one: nothing that repeats is free.
fn units(cost: Cost) -> i64 {
    i64::try_from(cost.div_ceil(UNIT).max(1)).unwrap_or(i64::MAX)
}

fn charge(out: &mut Written, units: i64, added: &Added) {
    emit(
        out,
        &[
            Instruction::GlobalGet(added.fuel),
            Instruction::I64Const(units),
            Instruction::I64Sub,
            Instruction::GlobalSet(added.fuel),
        ],
    );
    look(out, added);
}

fn preload(out: &mut Written, local: u32, added: &Added) {
    emit(
        out,
        &[
            Instruction::GlobalGet(added.fuel),
            Instruction::LocalSet(local),
        ],
    );
}

/// As [`charge`], in a loop where nothing else charges: the count is in a local as well, so that a turn need not wait for the store of
/// the one before.
fn charge_tight(out: &mut Written, local: u32, units: i64, added: &Added) {
    emit(
        out,
        &[
            Instruction::LocalGet(local),
            Instruction::I64Const(units),
            Instruction::I64Sub,
            Instruction::LocalTee(local),
            Instruction::GlobalSet(added.fuel),
        ],
    );
    look(out, added);
}

fn charge_length(out: &mut Written, local: u32, units: i64, added: &Added) {
    emit(
        out,
        &[
            Instruction::LocalTee(local),
            Instruction::GlobalGet(added.fuel),
            Instruction::LocalGet(local),
            Instruction::I64ExtendI32U,
        ],
    );
    if units != 1 {
        emit(out, &[Instruction::I64Const(units), Instruction::I64Mul]);
    }
    emit(
        out,
        &[Instruction::I64Sub, Instruction::GlobalSet(added.fuel)],
    );
    look(out, added);
}

/// Below zero: ask the interpreter to call the host. Below the floor: stop. No call stands here, on purpose: one in this cold block
/// costs as much as wasmtime's own fuel, because it ruins the register allocation of the loop around it.
fn look(out: &mut Written, added: &Added) {
    use wasm_encoder::BlockType::Empty;
    let word = MemArg {
        offset: 0,
        align: 2,
        memory_index: 0,
    };
    let floor = MemArg {
        offset: 0,
        align: 3,
        memory_index: added.control,
    };
    let address = i32::from_ne_bytes(added.flag.address.to_ne_bytes());
    let bit = i32::from_ne_bytes(added.flag.bit.to_ne_bytes());
    emit(
        out,
        &[
            Instruction::GlobalGet(added.fuel),
            Instruction::I64Const(0),
            Instruction::I64LtS,
        ],
    );
    out.mark_unlikely();
    emit(
        out,
        &[
            Instruction::If(Empty),
            Instruction::I32Const(address),
            Instruction::I32Const(address),
            Instruction::I32Load(word),
            Instruction::I32Const(bit),
            Instruction::I32Or,
            Instruction::I32Store(word),
            Instruction::GlobalGet(added.fuel),
            Instruction::I32Const(0),
            Instruction::I64Load(floor),
            Instruction::I64LtS,
        ],
    );
    out.mark_unlikely();
    emit(
        out,
        &[
            Instruction::If(Empty),
            Instruction::Unreachable,
            Instruction::End,
            Instruction::End,
        ],
    );
}

fn emit(out: &mut Written, instructions: &[Instruction<'_>]) {
    for instruction in instructions {
        instruction.encode(&mut out.bytes);
    }
}
