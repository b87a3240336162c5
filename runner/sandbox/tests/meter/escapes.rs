//! Nothing runs for long without being counted, and the count is out of the module's reach.

use croquant_meter::{CONTROL, FUEL, Flag, IDENTITY, instrument};
use wasmparser::{ExternalKind, Operator, Parser, Payload, TypeRef};
use wasmtime::Trap;

use crate::stage::{FLAG, Stage, check_stops, module, try_module};

#[test]
fn loops_stop() {
    for body in [
        "(loop $l (br $l))",
        "(loop $l (br_if $l (i32.const 1)))",
        "(loop $l (br_table $l $l (i32.const 0)))",
        "(loop $l (loop $m (br $l)))",
        "(loop $l (loop $m (br_if $m (i32.const 0))) (br $l))",
        "(loop $l (block $b (br_if $b (i32.const 1)) (unreachable)) (br $l))",
        "(loop $l (if (i32.const 1) (then (br $l)) (else (br $l))))",
        // Unreachable code around it hides nothing.
        "(block $b (br $b) (loop $l (br $l))) (loop $l (br $l))",
    ] {
        let body = format!(r#"(func (export "f") (param i32) (result i32) {body} (i32.const 0))"#);
        check_stops(&body, 0);
    }
}

#[test]
fn deep_trees_of_calls_stop() {
    // No loop and no recursion, but 2^40 calls.
    let mut body = String::from("(func $f0)");
    for level in 1..=40 {
        let below = level - 1;
        body += &format!("(func $f{level} (call $f{below}) (call $f{below}))");
    }
    body += r#"(func (export "f") (param i32) (result i32) (call $f40) (i32.const 0))"#;
    check_stops(&body, 0);
}

#[test]
fn recursion_cannot_outrun_the_count() {
    // Each goes down and up again, doubling: 2^n calls at a depth of n.
    for body in [
        // One function.
        r#"(func $f (export "f") (param $n i32) (result i32)
          (if (result i32) (local.get $n)
            (then (i32.add (call $f (i32.sub (local.get $n) (i32.const 1))) (call $f (i32.sub (local.get $n) (i32.const 1)))))
            (else (i32.const 1))))"#,
        // Two in turn.
        r#"(func $g (param $n i32) (result i32) (call $f (local.get $n)))
        (func $f (export "f") (param $n i32) (result i32)
          (if (result i32) (local.get $n)
            (then (i32.add (call $g (i32.sub (local.get $n) (i32.const 1))) (call $g (i32.sub (local.get $n) (i32.const 1)))))
            (else (i32.const 1))))"#,
        // Through the table.
        r#"(type $t (func (param i32) (result i32)))
        (elem (i32.const 0) $f)
        (func $f (export "f") (type $t)
          (if (result i32) (local.get 0)
            (then (i32.add
              (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))
              (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))))
            (else (i32.const 1))))"#,
    ] {
        check_stops(body, 60);
    }
}

#[test]
fn bulk_work_stops_by_its_length() {
    for operator in [
        "(memory.fill (i32.const 0) (i32.const 1) (i32.const 131072))",
        "(memory.copy (i32.const 0) (i32.const 0) (i32.const 131072))",
        "(drop (memory.grow (i32.const 0x7fffffff)))",
    ] {
        let body = format!(
            r#"(func (export "f") (param $n i32) (result i32)
            (loop $l {operator} (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (i32.const 0))"#
        );
        // 50 million units are a thousand turns at most: nearly all is charged for the length.
        let mut stage = Stage::new(&body);
        let error = stage.call(1_000, 0, -50_000_000).unwrap_err();
        assert_eq!(
            error.downcast_ref::<Trap>(),
            Some(&Trap::UnreachableCodeReached)
        );
    }
}

#[test]
fn the_flag_goes_up_below_zero_and_not_before() {
    let body = r#"(func (export "f") (param $n i32) (result i32)
        (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get $n))"#;
    let mut stage = Stage::new(body);
    let cost = stage.cost(100);
    stage.call(100, cost, i64::MIN).unwrap();
    assert_eq!(stage.fuel(), 0);
    assert!(!stage.take_flag());
    stage.call(100, cost - 1, i64::MIN).unwrap();
    assert!(stage.take_flag());
}

#[test]
fn the_flag_leaves_its_neighbours_alone() {
    let body = r#"(func (export "f") (param $n i32) (result i32)
        (i32.store (i32.const 64) (i32.const 0x12345601))
        (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (i32.load (i32.const 64)))"#;
    let mut stage = Stage::new(body);
    assert_eq!(stage.call(100, 0, i64::MIN).unwrap(), 0x1234_5681);
}

#[test]
fn the_floor_is_the_first_count_that_is_still_allowed() {
    let body = r#"(func (export "f") (param $n i32) (result i32)
        (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get $n))"#;
    let mut stage = Stage::new(body);
    let cost = stage.cost(100);
    stage.call(100, 0, -cost).unwrap();
    stage.call(100, 0, 1 - cost).unwrap_err();
}

/// Only charges name the count and its memory: the code that was there before is as it was.
#[test]
fn the_count_is_out_of_reach() {
    let metered = module(
        r#"(func (export "f") (param i32) (result i32)
        (i32.store offset=4294967295 (i32.const -1) (i32.const 0))
        (loop $l (br_if $l (i32.const 1))) (global.get 0))"#,
    );
    let (mut fuel_writes, mut control_reads) = (0, 0);
    for payload in Parser::new(0).parse_all(&metered.wasm) {
        match payload.unwrap() {
            Payload::CodeSectionEntry(body) => {
                for operator in body.get_operators_reader().unwrap() {
                    match operator.unwrap() {
                        Operator::GlobalSet { global_index: 1 } => fuel_writes += 1,
                        Operator::I64Load { memarg } if memarg.memory == 1 => control_reads += 1,
                        Operator::I32Store { memarg } => assert_eq!(memarg.memory, 0),
                        _ => {}
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    assert!(matches!(import.unwrap().ty, TypeRef::Func(_)));
                }
            }
            _ => {}
        }
    }
    assert_eq!(fuel_writes, metered.charged + metered.loops);
    assert_eq!(control_reads, fuel_writes);
}

#[test]
fn both_are_exported_for_the_host() {
    let found = exports("");
    assert_eq!(found[1], (FUEL.to_owned(), ExternalKind::Global, 1));
    assert_eq!(found[3], (CONTROL.to_owned(), ExternalKind::Memory, 1));
    assert_eq!(found.len(), 4);
}

/// So does the name of the image: the same for the same module, another for another.
#[test]
fn the_image_has_a_name() {
    let name = |text| exports(text)[2].0.clone();
    let digits = name("").strip_prefix(IDENTITY).map(str::len);
    assert_eq!(digits, Some(64));
    assert_eq!(name(""), name(""));
    assert_ne!(name(""), name("(func)"));
}

/// The exports of the metered module of `text`.
fn exports(text: &str) -> Vec<(String, ExternalKind, u32)> {
    let metered = module(text);
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(&metered.wasm) {
        if let Payload::ExportSection(exports) = payload.unwrap() {
            for export in exports {
                let export = export.unwrap();
                found.push((export.name.to_owned(), export.kind, export.index));
            }
        }
    }
    found
}

/// What cannot be counted is refused, with its name.
#[test]
fn what_the_meter_does_not_know_is_refused() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = instrument(&wat::parse_str(text).unwrap(), FLAG).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    const GLOBAL: &str = "(global i32 (i32.const 0))";
    check(
        &format!("(module (memory 1) {GLOBAL} (func $f (return_call $f)))"),
        "ReturnCall",
    );
    check(
        &format!(
            "(module (memory 1) {GLOBAL} (table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1)))))"
        ),
        "TableGrow",
    );
    check(
        &format!(r#"(module (import "a" "b" (memory 1)) {GLOBAL})"#),
        "imports a memory",
    );
    check(
        &format!("(module (memory 1) (memory 1) {GLOBAL})"),
        "memory",
    );
    let nonsense = Flag { address: 0, bit: 1 };
    assert!(instrument(b"\0asm nonsense", nonsense).is_err());
}

#[test]
fn loops_around_and_in_one_that_charges_by_itself_stop() {
    for body in [
        "(loop $l (loop $own (call $charges)) (br $l))",
        "(loop $own (call $charges) (loop $l (br $l)))",
        "(loop $own (call $charges) (call $charge (i32.const 1)) (br $own))",
        "(loop $l (loop $own (call $charges) (br_if $own (i32.const 0)) (br $l)))",
    ] {
        let body = format!(r#"(func (export "f") (param i32) (result i32) {body} (i32.const 0))"#);
        check_stops(&body, 0);
    }
}

#[test]
fn recursion_from_a_loop_that_charges_by_itself_stops() {
    let body = r#"(func $f (export "f") (param $n i32) (result i32)
        (loop $own (call $charges)
          (if (local.get $n) (then
            (drop (call $f (i32.sub (local.get $n) (i32.const 1))))
            (drop (call $f (i32.sub (local.get $n) (i32.const 1)))))))
        (i32.const 1))"#;
    check_stops(body, 60);
}

#[test]
fn only_a_loop_can_charge_by_itself_and_says_so_at_once() {
    for body in [
        "(call $charges)",
        "(loop $l (br_if $l (i32.const 0)) (call $charges))",
        "(loop $l (if (i32.const 1) (then (call $charges))) (br $l))",
        "(loop $l (block $b (br_if $b (i32.const 1)) (call $charges)) (br $l))",
        "(loop $l (loop $m) (call $charges) (br $l))",
        "(loop $l (call $g) (call $charges) (br $l))",
    ] {
        let body = format!("(func $g) (func {body})");
        let error = try_module(&body).unwrap_err();
        assert!(
            error.to_string().contains("at a loop's beginning"),
            "{body}: {error}"
        );
    }
}
