//! Bytecode that no compiler makes: a loop that the evaluation loop's own charges might not see.

use croquant_sandbox::{Limits, Outcome};

use crate::stage::{Stage, limits};

/// Runs a function whose code is `code`, an expression with the opcodes' numbers in `op`; after it, `exceptions` is the function's
/// exception table.
fn source(code: &str, exceptions: &str) -> String {
    format!(
        "from opcode import opmap as op\ndef f(): pass\nf.__code__ = f.__code__.replace(co_code=bytes({code}), co_exceptiontable=bytes({exceptions}), co_stacksize=9)\nf()"
    )
}

async fn run(source: &str) -> croquant_sandbox::Report {
    let limits = Limits {
        fuel: 2_000_000_000,
        grace_ms: 200,
        ..limits()
    };
    let mut stage = Stage::new(&limits).await;
    let report = stage.execute(source).await;
    if report.restored || report.alive {
        stage.remembers(source).await;
    }
    report
}

#[tokio::test]
async fn a_jump_back_that_heeds_nobody_is_paid() {
    let code = "[op['RESUME'], 0, op['NOP'], 0, op['JUMP_BACKWARD_NO_INTERRUPT'], 2]";
    let report = run(&source(code, "[]")).await;
    assert_eq!(report.outcome, Outcome::OutOfFuel, "{report:?}");
}

#[tokio::test]
async fn an_exception_that_raises_itself_again_is_paid() {
    // Of the entry: start 1, length 4, target 1, depth 0, without the last instruction.
    let code = "[op['RESUME'], 0, op['LOAD_CONST'], 0, op['RAISE_VARARGS'], 1, op['NOP'], 0, op['NOP'], 0]";
    let report = run(&source(code, "[0x81, 4, 1, 0]")).await;
    assert_eq!(report.outcome, Outcome::OutOfFuel, "{report:?}");
}

#[tokio::test]
async fn a_jump_forward_never_comes_out_behind() {
    // By 2**32 - 3 code units, in which a negative number would be -3.
    let extended = "op['EXTENDED_ARG'], 255, op['EXTENDED_ARG'], 255, op['EXTENDED_ARG'], 255";
    for jump in ["JUMP_FORWARD", "POP_JUMP_IF_FALSE"] {
        let code = format!(
            "[op['RESUME'], 0, op['NOP'], 0, op['PUSH_NULL'], 0, {extended}, op['{jump}'], 250]"
        );
        let report = run(&source(&code, "[]")).await;
        assert_ne!(report.outcome, Outcome::Completed, "{jump}: {report:?}");
        assert_ne!(report.outcome, Outcome::Deadline, "{jump}: {report:?}");
    }
}

#[tokio::test]
async fn code_without_a_jump_is_paid_and_bounded() {
    let long = |units: u32| {
        source(
            &format!("[op['RESUME'], 0] + [op['NOP'], 0] * {units} + [op['RETURN_CONST'], 0]"),
            "[]",
        )
    };
    let (short, long_one) = (run(&long(1_000)).await, run(&long(1_001_000)).await);
    assert_eq!(long_one.outcome, Outcome::Completed);
    assert!(long_one.fuel - short.fuel > 64_000_000, "{long_one:?}");
    let mut stage = Stage::new(&limits()).await;
    let report = stage
        .execute("def f(): pass\nf.__code__.replace(co_code=bytes([30, 0]) * 2**24)")
        .await;
    assert_eq!(
        (report.outcome, stage.error().as_str()),
        (Outcome::Raised, "OverflowError")
    );
}
