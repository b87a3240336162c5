//! Compares what came of a run with what its spec expects.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;

use libtest_mimic::Failed;

use crate::place::Run;
use crate::spec::{Spec, unhex};

/// Stands for anything in an expected text.
const WILDCARD: &str = "[WILDCARD]";

/// The streams, the exit code and the report.
pub(crate) fn run(spec: &Spec, run: &Run) -> Result<(), Failed> {
    let mut wrong = String::new();
    match &spec.stdout_hex {
        Some(hex) if unhex(hex)? != run.stdout => {
            wrong += &format!("stdout is {}\n", run.stdout.escape_ascii());
        }
        Some(_) => {}
        None => wrong += &text("stdout", &spec.stdout, run),
    }
    wrong += &text("stderr", &spec.stderr, run);
    match spec.signal {
        Some(signal) if run.status.signal() != Some(signal) => {
            wrong += &format!("it ended with {}, not signal {signal}\n", run.status);
        }
        None if run.status.code() != Some(spec.code) => {
            wrong += &format!("it ended with {}, not code {}\n", run.status, spec.code);
        }
        _ => {}
    }
    if let Some(report) = &run.report {
        for (key, expected) in &spec.report {
            if report.get(key) != Some(expected) {
                wrong += &format!(
                    "the report says {key} = {:?}, not {expected:?}\n",
                    report.get(key)
                );
            }
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.into())
    }
}

/// What changed on the host is what was to change.
pub(crate) fn tree(
    spec: &Spec,
    mut expected: BTreeMap<String, Vec<u8>>,
    found: BTreeMap<String, Vec<u8>>,
) -> Result<(), Failed> {
    for (name, content) in &spec.after {
        expected.insert(name.clone(), content.clone().into_bytes());
    }
    for name in &spec.gone {
        if expected.remove(name).is_none() {
            return Err(format!("`{name}` was never there").into());
        }
    }
    let names: std::collections::BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    for name in names {
        match (expected.get(name), found.get(name)) {
            (Some(old), Some(new)) if old == new => {}
            (Some(old), Some(new)) => {
                return Err(format!(
                    "on the host, `{name}` holds `{}`, not `{}`",
                    new.escape_ascii(),
                    old.escape_ascii()
                )
                .into());
            }
            (Some(_), None) => return Err(format!("on the host, `{name}` is gone").into()),
            (None, _) => return Err(format!("on the host, `{name}` has appeared").into()),
        }
    }
    Ok(())
}

/// Two runs used the same fuel, and some.
pub(crate) fn same_fuel(first: &Run, second: &Run) -> Result<(), Failed> {
    let fuel = |run: &Run| {
        run.report
            .as_ref()
            .and_then(|report| report["fuel"].as_u64())
    };
    match (fuel(first), fuel(second)) {
        (Some(a), Some(b)) if a == b && a > 0 => Ok(()),
        (a, b) => Err(format!("one run used {a:?} units of fuel, the other {b:?}").into()),
    }
}

/// Two runs agree in everything but times.
pub(crate) fn repeated(first: &Run, second: &Run) -> Result<(), Failed> {
    let text = |run: &Run| {
        let mut report = run.report.clone().unwrap_or_default();
        if let Some(entries) = report.as_object_mut() {
            entries.retain(|name, _| !name.ends_with("_us"));
        }
        format!(
            "stdout\n{}\nstderr\n{}\n{}\nreport\n{report:#}",
            String::from_utf8_lossy(&run.stdout),
            String::from_utf8_lossy(&run.stderr),
            run.status
        )
    };
    let (first, second) = (text(first), text(second));
    if first == second {
        return Ok(());
    }
    Err(format!(
        "the first run gave\n{}\nthe second\n{}",
        quote(&first),
        quote(&second)
    )
    .into())
}

fn text(stream: &str, expected: &str, run: &Run) -> String {
    let found = if stream == "stdout" {
        &run.stdout
    } else {
        &run.stderr
    };
    let found = String::from_utf8_lossy(found);
    let expected = expected.replace("$PLACE", &run.place);
    if matches(&expected, &found) {
        return String::new();
    }
    format!(
        "{stream} is\n{}\nnot\n{}\n",
        quote(&found),
        quote(&expected)
    )
}

/// Whether `found` is `expected`, with anything in the place of each wildcard.
fn matches(expected: &str, found: &str) -> bool {
    let parts: Vec<&str> = expected.split(WILDCARD).collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return expected == found;
    };
    let Some(mut rest) = found.strip_prefix(first) else {
        return false;
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn quote(text: &str) -> String {
    text.split('\n')
        .map(|line| format!("  | {line}\n"))
        .collect()
}
