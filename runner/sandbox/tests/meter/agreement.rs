//! The count against wasmtime's own fuel, over real programs: what costs much there costs much here. A path through CPython that
//! escaped the meter would stand out.

use std::fmt::Write as _;

use croquant_meter::{CONTROL, FUEL};
use wasmtime::{
    Caller, Config, Engine, Extern, Global, Inlining, Instance, Linker, Module, OptLevel, Result,
    Store, TypedFunc, Val,
};

/// Programs that spend their time in different places: the evaluation loop, and much of what CPython has in C.
const CORPUS: &[(&str, &str)] = &[
    ("loop", "for i in range(60_000): pass"),
    (
        "calls",
        "def f(n): return n if n < 2 else f(n - 1) + f(n - 2)\nf(18)",
    ),
    (
        "objects",
        "class P:\n  def __init__(s, x): s.x = x\nfor i in range(15_000): P(i).x",
    ),
    ("generators", "sum(i for i in range(50_000))"),
    (
        "exceptions",
        "for i in range(8_000):\n  try: raise ValueError(i)\n  except ValueError: pass",
    ),
    ("bigint", "a = 3 ** 9_000\nfor i in range(20): str(a)"),
    (
        "bigint multiplication",
        "a = 7 ** 30_000\nfor i in range(10): a * a",
    ),
    (
        "floats",
        "x = 1.5\nfor i in range(50_000): x = x * 1.0000001 + 0.5",
    ),
    (
        "strings",
        "''.join(str(i) for i in range(12_000)).replace('1', 'one').upper().split('E')",
    ),
    (
        "search",
        "('a' * 100_000 + 'b').find('ab' * 10), ('ab' * 50_000).count('ba')",
    ),
    ("format", "for i in range(8_000): f'{i:>10} {i / 7:.3f}'"),
    (
        "sorting",
        "import random\nr = random.Random(1)\nsorted(r.random() for i in range(10_000))",
    ),
    ("sorting in order", "sorted(range(200_000))"),
    (
        "dictionaries",
        "d = {i: str(i) for i in range(15_000)}\nsum(len(d[k]) for k in d)",
    ),
    (
        "sets",
        "a = set(range(20_000))\nb = set(range(0, 40_000, 3))\na & b | a - b",
    ),
    (
        "lists",
        "a = list(range(100_000))\na[::-1]; a.index(99_999); a.count(5); a * 3; a == list(a)",
    ),
    (
        "bytes",
        "bytes(range(256)) * 500 == bytearray(range(256)) * 500",
    ),
    (
        "regex",
        "import re\nre.findall(r'(\\w+)@(\\w+)\\.com', 'x some.one@example.com ' * 1_000)",
    ),
    (
        "regex backtracking",
        "import re\nre.match('(a+)+$', 'a' * 16 + 'b')",
    ),
    (
        "json",
        "import json\njson.loads(json.dumps([{'a': i, 'b': [i / 3, None]} for i in range(2_000)]))",
    ),
    (
        "pickle",
        "import pickle\npickle.loads(pickle.dumps([(i, str(i)) for i in range(6_000)]))",
    ),
    (
        "compression",
        "import zlib\nzlib.decompress(zlib.compress(bytes(range(256)) * 800))",
    ),
    (
        "hashing",
        "import hashlib\nhashlib.sha256(b'x' * 200_000).hexdigest()",
    ),
    (
        "checksums",
        "import zlib, binascii\nzlib.crc32(b'x' * 1_000_000)",
    ),
    (
        "decimal",
        "import decimal\ndecimal.getcontext().prec = 2_000\ndecimal.Decimal(2).sqrt()",
    ),
    (
        "fractions",
        "from fractions import Fraction\nsum(Fraction(1, n) for n in range(1, 300))",
    ),
    (
        "compiling",
        "for i in range(20): compile('def f(a, b):\\n  return [x + a for x in b if x]\\n' * 40, '', 'exec')",
    ),
    (
        "sqlite",
        "import sqlite3\nc = sqlite3.connect(':memory:')\nc.execute('with recursive n(x) as (select 1 union all select x + 1 from n where x < 20000) select sum(x) from n').fetchall()",
    ),
    (
        "csv",
        "import csv, io\nlist(csv.reader(io.StringIO('a,b,\"c d\"\\n' * 4_000)))",
    ),
    (
        "itertools",
        "import itertools\nsum(1 for _ in itertools.permutations(range(8)))",
    ),
    (
        "deep copies",
        "import copy\ncopy.deepcopy([[i, {'a': i}] for i in range(1_500)])",
    ),
    (
        "collecting",
        "import gc\na = [[i] for i in range(60_000)]\nfor i in range(4): gc.collect()",
    ),
    (
        "unicode",
        "import unicodedata\nunicodedata.normalize('NFD', 'é' * 60_000).encode().decode()",
    ),
];

/// More than anything here costs.
const PLENTY: i64 = 1 << 50;

/// How far a program's ratio may be from the mean of all of them.
const FACTOR: f64 = 2.0;

#[test]
fn what_costs_much_there_costs_much_here() {
    let mut guest = Guest::new();
    let mut ratios = Vec::new();
    for (name, source) in CORPUS {
        let (ours, theirs) = guest.execute(source);
        assert!(
            theirs > 2_000_000,
            "{name} is too short to tell anything: {theirs}"
        );
        ratios.push((*name, ours as f64 / theirs as f64));
    }
    let mean = ratios.iter().map(|(_, ratio)| ratio.ln()).sum::<f64>() / ratios.len() as f64;
    let mut table = String::new();
    for (name, ratio) in &ratios {
        writeln!(table, "{name:24} {:5.2}", ratio / mean.exp()).unwrap();
    }
    println!("{table}");
    for (name, ratio) in &ratios {
        let off = ratio / mean.exp();
        assert!(
            (1.0 / FACTOR..FACTOR).contains(&off),
            "{name} is counted {off:.2} times as dearly as the rest\n{table}"
        );
    }
}

/// The real image with both meters on.
struct Guest {
    store: Store<()>,
    instance: Instance,
}

impl Guest {
    fn new() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "a test reads what the build made"
        )]
        let wasm = std::fs::read(croquant_guest::MODULE).unwrap();
        let mut config = Config::new();
        // It runs for seconds only: compiled quickly.
        config
            .wasm_multi_memory(true)
            .cranelift_opt_level(OptLevel::None)
            .compiler_inlining(Inlining::No)
            .max_wasm_stack(8 << 20)
            .async_stack_size(10 << 20)
            .consume_fuel(true);
        let engine = Engine::new(&config).unwrap();
        let module = Module::new(&engine, wasm).unwrap();
        let mut store = Store::new(&engine, ());
        store.set_fuel(u64::MAX).unwrap();
        let instance = linker(&engine, &module)
            .unwrap()
            .instantiate(&mut store, &module)
            .unwrap();
        let mut guest = Self { store, instance };
        guest.refill();
        let begin: TypedFunc<u32, i32> = guest.function("croquant_begin");
        guest.fill(b"");
        assert_eq!(begin.call(&mut guest.store, 0).unwrap(), 0);
        guest
    }

    /// What a cell costs by our count and by theirs.
    fn execute(&mut self, source: &str) -> (i64, u64) {
        // What is imported for the first time is not measured.
        let imports: String = source
            .lines()
            .filter(|line| line.starts_with("import"))
            .collect();
        self.cell(&imports);
        self.cell(source)
    }

    fn cell(&mut self, source: &str) -> (i64, u64) {
        self.fill(source.as_bytes());
        let fuel = self.refill();
        let before = self.store.get_fuel().unwrap();
        let execute: TypedFunc<(u32, u32), i32> = self.function("croquant_execute");
        let len = u32::try_from(source.len()).unwrap();
        assert_eq!(
            execute.call(&mut self.store, (len, 0)).unwrap(),
            0,
            "{source}"
        );
        let ours = PLENTY - fuel.get(&mut self.store).unwrap_i64();
        (ours, before - self.store.get_fuel().unwrap())
    }

    fn refill(&mut self) -> Global {
        let fuel = self.instance.get_global(&mut self.store, FUEL).unwrap();
        let control = self.instance.get_memory(&mut self.store, CONTROL).unwrap();
        control
            .write(&mut self.store, 0, &i64::MIN.to_le_bytes())
            .unwrap();
        fuel.set(&mut self.store, Val::I64(PLENTY)).unwrap();
        fuel
    }

    fn fill(&mut self, bytes: &[u8]) {
        let buffer: TypedFunc<u32, u32> = self.function("croquant_buffer");
        let at = buffer
            .call(&mut self.store, u32::try_from(bytes.len()).unwrap())
            .unwrap();
        let memory = self.instance.get_memory(&mut self.store, "memory").unwrap();
        memory.write(&mut self.store, at as usize, bytes).unwrap();
    }

    fn function<P: wasmtime::WasmParams, R: wasmtime::WasmResults>(
        &mut self,
        name: &str,
    ) -> TypedFunc<P, R> {
        self.instance.get_typed_func(&mut self.store, name).unwrap()
    }
}

/// As little of a host as these programs need.
fn linker(engine: &Engine, module: &Module) -> Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    linker.func_wrap("croquant", "write", |_: i32, _: i32, len: i32| len)?;
    linker.func_wrap("croquant", "emit", |_: i32, _: i32, _: i32| {})?;
    linker.func_wrap("croquant", "slice", || {})?;
    let wasi = "wasi_snapshot_preview1";
    linker.func_wrap(wasi, "clock_time_get", |_: i32, _: i64, _: i32| 0)?;
    linker.func_wrap(
        wasi,
        "random_get",
        |mut caller: Caller<'_, ()>, at: u32, len: u32| {
            let memory = caller.get_export("memory").and_then(Extern::into_memory);
            let bytes = memory.unwrap().data_mut(&mut caller);
            bytes[at as usize..][..len as usize].fill(7);
            0
        },
    )?;
    linker.define_unknown_imports_as_traps(module)?;
    Ok(linker)
}
