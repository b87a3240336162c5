//! Small modules, and what they cost: one unit for each operator that compiles to something, in whole regions.

use crate::stage::Stage;

/// Expects that `f(argument)` costs `units`, for each pair.
#[track_caller]
fn check(body: &str, costs: &[(i32, i64)]) {
    let mut stage = Stage::new(body);
    for (argument, units) in costs {
        assert_eq!(stage.cost(*argument), *units, "f({argument})");
    }
}

/// A function that calls itself charges at its entry; with this in front, so does `f`.
const CHARGED: &str = "(if (i32.eqz (i32.const 1)) (then (drop (call $f (i32.const 0)))))";
/// What that costs: two operators, a branch, and the mean of the arms, of which one is empty: `i32.const`, `call`.
const CHARGED_UNITS: i64 = 3 + 1;

fn function(body: &str) -> String {
    format!(r#"(func $f (export "f") (param $n i32) (result i32) {CHARGED} {body})"#)
}

#[test]
fn straight_line() {
    check(
        &function("(i32.add (local.get $n) (i32.const 1))"),
        &[(0, CHARGED_UNITS + 3), (7, CHARGED_UNITS + 3)],
    );
}

#[test]
fn what_compiles_to_nothing_is_free() {
    check(
        &function("(block (nop) (nop)) (drop (i32.const 1)) (local.get $n)"),
        &[(0, CHARGED_UNITS + 2)],
    );
}

#[test]
fn the_arms_of_an_if_cost_their_mean() {
    // Condition and branch 2; arms 1 and 3.
    let body = "(if (result i32) (local.get $n) (then (i32.const 1)) (else (i32.add (i32.const 1) (i32.const 2))))";
    check(
        &function(body),
        &[(0, CHARGED_UNITS + 4), (1, CHARGED_UNITS + 4)],
    );
}

#[test]
fn a_loop_costs_each_turn() {
    // A turn: `local.get`, `i32.const`, `i32.sub`, `local.tee`, `br_if` = 5, then the mean of going round (which the header charges)
    // and of leaving (which is charged outside).
    let body =
        "(loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get $n)";
    let cost = |turns| CHARGED_UNITS + 1 + 5 * i64::from(turns);
    check(
        &function(body),
        &[1, 2, 10, 1000].map(|turns| (turns, cost(turns))),
    );
}

#[test]
fn nested_loops_multiply() {
    let body = "(local $m i32)
        (loop $outer
          (local.set $m (i32.const 10))
          (loop $inner (br_if $inner (local.tee $m (i32.sub (local.get $m) (i32.const 1)))))
          (br_if $outer (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $n)";
    let text = format!(
        r#"(func $f (export "f") (param $n i32) (result i32) {})"#,
        body.replacen("(loop $outer", &format!("{CHARGED} (loop $outer"), 1)
    );
    // The outer header: 2 for `$m`, 5 for its own turn; ten inner turns of 5.
    let cost = |turns| CHARGED_UNITS + 1 + (7 + 50) * i64::from(turns);
    check(&text, &[1, 2, 100].map(|turns| (turns, cost(turns))));
}

#[test]
fn a_table_of_branches_costs_the_mean_of_its_targets() {
    // 2 for index and branch; then 3, 2 or 1 constants dropped: the mean is 2.
    let body = "(block $c (block $b (block $a (br_table $a $b $c (local.get $n)))
        (drop (i32.const 1))) (drop (i32.const 1))) (drop (i32.const 1)) (local.get $n)";
    check(
        &function(body),
        &[0, 1, 2].map(|n| (n, CHARGED_UNITS + 2 + 2 + 1)),
    );
}

#[test]
fn a_recursion_costs_each_call() {
    // `f(n) = n ? f(n - 1) : 0`: `local.get`, `if`; then `local.get`, `i32.const`, `i32.sub`, `call`; else `i32.const`.
    let body = r#"(func $f (export "f") (param $n i32) (result i32)
        (if (result i32) (local.get $n)
          (then (call $f (i32.sub (local.get $n) (i32.const 1)))) (else (i32.const 0))))"#;
    // The mean of 4 and 1 is 2.5, and a charge is a whole number: 2 + 2.5 rounds to 5.
    check(body, &[0, 1, 9].map(|n| (n, 5 * (i64::from(n) + 1))));
}

#[test]
fn a_short_callee_is_paid_by_its_caller() {
    let body = r#"(func $g (result i32) (i32.add (i32.const 1) (i32.const 2)))"#;
    // `call` and what it calls.
    check(
        &format!("{body} {}", function("(call $g)")),
        &[(0, CHARGED_UNITS + 1 + 3)],
    );
}

#[test]
fn a_call_through_the_table_costs_the_mean_of_what_it_may_reach() {
    let body = r#"(type $t (func (result i32)))
        (func $one (type $t) (i32.const 1))
        (func $three (type $t) (i32.add (i32.const 1) (i32.const 2)))
        (func $other (param i64))
        (elem (i32.const 0) $one $three $other)"#;
    let call = function("(call_indirect (type $t) (local.get $n))");
    check(
        &format!("{body} {call}"),
        &[0, 1].map(|n| (n, CHARGED_UNITS + 2 + 2)),
    );
}

#[test]
fn bulk_work_costs_its_length() {
    for operator in [
        "memory.fill (i32.const 0) (i32.const 1)",
        "memory.copy (i32.const 4096) (i32.const 0)",
    ] {
        let body = function(&format!("({operator} (local.get $n)) (i32.const 0)"));
        let mut stage = Stage::new(&body);
        let nothing = stage.cost(0);
        for bytes in [1, 100, 50_000] {
            assert_eq!(stage.cost(bytes) - nothing, i64::from(bytes), "{operator}");
        }
    }
}

#[test]
fn growth_costs_its_pages() {
    let mut stage = Stage::new(&function("(memory.grow (local.get $n))"));
    let nothing = stage.cost(0);
    assert_eq!(stage.cost(1) - nothing, 100_000);
    assert_eq!(stage.cost(3) - nothing, 300_000);
    // A refused growth has to be asked for, too.
    assert_eq!(stage.cost(1_000) - nothing, 100_000_000);
}

#[test]
fn the_same_work_always_costs_the_same() {
    let body = function(
        "(loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get $n)",
    );
    let mut stage = Stage::new(&body);
    let first = stage.cost(500);
    for _ in 0..100 {
        assert_eq!(stage.cost(500), first);
        assert_eq!(Stage::new(&body).cost(500), first);
    }
}

/// A loop like CPython's: a turn charges, or goes on without.
const OWN_CHARGES: &str = "(loop $l (block $done (block $back
        (call $charges)
        (br_table $back $done (i32.and (local.get $n) (i32.const 1))))
      (call $charge (i32.const 1000)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $n)";

#[test]
fn a_loop_that_charges_by_itself_costs_what_it_charges() {
    let mut stage = Stage::new(&function(OWN_CHARGES));
    // Every second turn pays for a thousand bytes.
    assert_eq!(stage.cost(4) - stage.cost(2), 32 * 1000);
    assert_eq!(stage.cost(102) - stage.cost(2), 50 * 32 * 1000);
    // A number below zero is a large one: nothing is given back.
    let mut stage = Stage::new(&function("(call $charge (local.get $n)) (local.get $n)"));
    assert_eq!(stage.cost(-1) - stage.cost(0), 32 * 0xffff_ffff);
}
