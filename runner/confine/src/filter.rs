//! Seccomp: two filters, made from the lists of [`calls`].

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter_all_threads,
};

use crate::calls::{self, Call, When};
use crate::confinement::Confinement;
use crate::error::Error;

/// Installs both filters for all threads: false if the kernel, or this processor's table of calls, has none.
pub(crate) fn install(confinement: &Confinement) -> Result<bool, Error> {
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Ok(false);
    };
    let fatal = compile(
        calls::FATAL
            .iter()
            .map(|number| (*number, Vec::new()))
            .collect(),
        SeccompAction::Allow,
        SeccompAction::KillProcess,
        arch,
    )?;
    let allowed = compile(
        rules(&calls::allowed(confinement))?,
        // As on a kernel that does not have the call: libraries can live with that.
        SeccompAction::Errno(libc::ENOSYS.unsigned_abs()),
        SeccompAction::Allow,
        arch,
    )?;
    // The list of what is allowed comes last: it allows no further filter.
    for filter in [fatal, allowed] {
        match apply_filter_all_threads(&filter) {
            Ok(()) => {}
            Err(seccompiler::Error::Seccomp(error)) if is_absent(&error) => return Ok(false),
            Err(error) => return Err(refused(error)),
        }
    }
    Ok(true)
}

/// A kernel that is built without filters says one of these.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EINVAL))
}

fn compile(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    listed: SeccompAction,
    arch: TargetArch,
) -> Result<BpfProgram, Error> {
    SeccompFilter::new(rules, otherwise, listed, arch)
        .and_then(BpfProgram::try_from)
        .map_err(refused)
}

/// Several entries for one call are alternatives; an entry without conditions allows it always.
fn rules(allowed: &[Call]) -> Result<BTreeMap<i64, Vec<SeccompRule>>, Error> {
    let mut rules = BTreeMap::<i64, Vec<SeccompRule>>::new();
    for call in allowed {
        let chain = rules.entry(call.number).or_default();
        if call.when.is_empty() {
            continue;
        }
        let conditions = call.when.iter().map(condition).collect::<Result<_, _>>()?;
        chain.push(SeccompRule::new(conditions).map_err(refused)?);
    }
    Ok(rules)
}

/// Compares the lower half of numbers: they are `int`s, of which the kernel reads no more. Pointers are compared as a whole.
fn condition(when: &When) -> Result<SeccompCondition, Error> {
    use SeccompCmpArgLen::{Dword, Qword};
    use SeccompCmpOp::{Eq, MaskedEq};
    let (argument, length, operator, value) = match *when {
        When::Is(argument, value) => (argument, Dword, Eq, value),
        When::Has(argument, bits) => (argument, Dword, MaskedEq(u64::from(bits)), bits),
        When::Lacks(argument, bits) => (argument, Dword, MaskedEq(u64::from(bits)), 0),
        When::Null(argument) => (argument, Qword, Eq, 0),
    };
    SeccompCondition::new(argument, length, operator, u64::from(value)).map_err(refused)
}

fn refused(error: impl std::fmt::Display) -> Error {
    Error::Seccomp {
        reason: error.to_string(),
    }
}
