//! Seccomp: one filter, made from the lists of [`calls`].
//!
//! Written out here rather than by a library's compiler, for its length counts at every start: the kernel translates the filter, and runs
//! it once for each call that there is. Comparisons come first, in one chain; what a call's arguments have to be follows behind.

use seccompiler::{apply_filter_all_threads, sock_filter};

use crate::calls::{self, Call, When};
use crate::confinement::Confinement;
use crate::error::Error;

/// The number by which a filter is told the processor; none where the calls have not been listed.
const ARCHITECTURE: Option<u32> = if cfg!(target_arch = "x86_64") {
    Some(0xc000_003e)
} else if cfg!(target_arch = "aarch64") {
    Some(0xc000_00b7)
} else if cfg!(target_arch = "riscv64") {
    Some(0xc000_00f3)
} else {
    None
};

/// Installs the filter for all threads: false if the kernel, or this processor's table of calls, has none.
pub(crate) fn install(confinement: &Confinement) -> Result<bool, Error> {
    let Some(architecture) = ARCHITECTURE else {
        return Ok(false);
    };
    let program = assemble(architecture, &calls::allowed(confinement), calls::FATAL)?;
    match apply_filter_all_threads(&program) {
        Ok(()) => Ok(true),
        Err(seccompiler::Error::Seccomp(error)) if is_absent(&error) => Ok(false),
        Err(error) => Err(Error::Seccomp {
            reason: error.to_string(),
        }),
    }
}

/// A kernel that is built without filters says one of these.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EINVAL))
}

// Offsets in `struct seccomp_data`, linux/seccomp.h. All three processors are little-endian: the lower half of an argument comes first.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const ARGUMENTS: u32 = 16;

/// Instructions, linux/bpf_common.h.
const LOAD: u16 = 0x20;
const AND: u16 = 0x54;
const JUMP_IF_EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;

/// Answers, linux/seccomp.h. A call that is not listed fails as on a kernel that does not have it: libraries can live with that.
const ALLOW: u32 = 0x7fff_0000;
const KILL: u32 = 0x8000_0000;
const UNKNOWN: u32 = 0x0005_0000 | libc::ENOSYS.unsigned_abs();

/// The filter as the kernel takes it. Calls of another table (32-bit programs') end the process; those of x32 are in no list.
fn assemble(architecture: u32, allowed: &[Call], fatal: &[i64]) -> Result<Vec<sock_filter>, Error> {
    let (conditional, free): (Vec<&Call>, Vec<&Call>) =
        allowed.iter().partition(|call| !call.when.is_empty());
    let mut numbers: Vec<i64> = conditional.iter().map(|call| call.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    // What the jumps lead to, in this order behind the chain: unknown, allow, kill, and the conditions of each number.
    let chain = free.len() + numbers.len() + fatal.len();
    let (allow, kill) = (chain + 1, chain + 2);
    let mut conditions = Vec::new();
    let mut targets = Vec::new();
    for number in &numbers {
        targets.push(chain + 3 + conditions.len());
        for call in conditional.iter().filter(|call| call.number == *number) {
            alternative(&mut conditions, &call.when)?;
        }
        conditions.push(answer(UNKNOWN));
    }
    let free = free.iter().map(|call| (call.number, allow));
    let conditional = numbers.into_iter().zip(targets);
    let fatal = fatal.iter().map(|number| (*number, kill));
    let mut program = vec![
        load(ARCH),
        jump(architecture, 1, 0)?,
        answer(KILL),
        load(NUMBER),
    ];
    for (place, (number, target)) in free.chain(conditional).chain(fatal).enumerate() {
        let number = u32::try_from(number).map_err(|_| too_long())?;
        program.push(jump(number, target - place - 1, 0)?);
    }
    program.extend([answer(UNKNOWN), answer(ALLOW), answer(KILL)]);
    program.append(&mut conditions);
    Ok(program)
}

/// Allows the call if all conditions hold, and goes on behind itself if not.
fn alternative(program: &mut Vec<sock_filter>, when: &[When]) -> Result<(), Error> {
    let mut steps = Vec::new();
    for when in when {
        let (argument, mask, value) = match *when {
            When::Is(argument, value) => (argument, None, value),
            When::Has(argument, bits) => (argument, Some(bits), bits),
            When::Lacks(argument, bits) => (argument, Some(bits), 0),
            When::Null(argument) => {
                // A pointer is compared as a whole; numbers are `int`s, of whose upper half the kernel reads nothing.
                steps.push((ARGUMENTS + 8 * u32::from(argument) + 4, None, 0));
                (argument, None, 0)
            }
        };
        steps.push((ARGUMENTS + 8 * u32::from(argument), mask, value));
    }
    let length = |mask: &Option<u32>| if mask.is_some() { 3 } else { 2 };
    let mut left: usize = steps.iter().map(|(_, mask, _)| length(mask)).sum();
    for (offset, mask, value) in steps {
        left -= length(&mask);
        program.push(load(offset));
        program.extend(mask.map(|bits| statement(AND, bits)));
        // Past the remaining steps and the answer behind them.
        program.push(jump(value, 0, left + 1)?);
    }
    program.push(answer(ALLOW));
    Ok(())
}

fn load(offset: u32) -> sock_filter {
    statement(LOAD, offset)
}

fn answer(value: u32) -> sock_filter {
    statement(RETURN, value)
}

fn statement(code: u16, k: u32) -> sock_filter {
    sock_filter {
        code,
        jt: 0,
        jf: 0,
        k,
    }
}

/// Goes on `then` instructions further if the value loaded is `value`, `otherwise` if not.
fn jump(value: u32, then: usize, otherwise: usize) -> Result<sock_filter, Error> {
    Ok(sock_filter {
        code: JUMP_IF_EQUAL,
        jt: u8::try_from(then).map_err(|_| too_long())?,
        jf: u8::try_from(otherwise).map_err(|_| too_long())?,
        k: value,
    })
}

fn too_long() -> Error {
    Error::Seccomp {
        reason: "the list of calls is too long".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confinement::{Access, Reach};

    /// Runs a filter as the kernel does: what it answers to a call.
    fn run(program: &[sock_filter], number: u32, arguments: [u64; 6]) -> u32 {
        let mut data = vec![number, ARCHITECTURE.expect("a processor"), 0, 0];
        for argument in arguments {
            data.extend([argument as u32, (argument >> 32) as u32]);
        }
        let (mut place, mut value) = (0, 0);
        loop {
            let step = &program[place];
            place += 1;
            match step.code {
                LOAD => value = data[step.k as usize / 4],
                AND => value &= step.k,
                JUMP_IF_EQUAL if value == step.k => place += usize::from(step.jt),
                JUMP_IF_EQUAL => place += usize::from(step.jf),
                RETURN => return step.k,
                other => panic!("instruction {other}"),
            }
        }
    }

    fn filter(confinement: &Confinement) -> Vec<sock_filter> {
        let architecture = ARCHITECTURE.expect("a processor");
        assemble(architecture, &calls::allowed(confinement), calls::FATAL).expect("a filter")
    }

    fn everything() -> Confinement {
        let reach = |access| Reach {
            path: "/".into(),
            access,
        };
        Confinement {
            terminal: true,
            connections: true,
            passes: true,
            ..Confinement::program(vec![reach(Access::Change), reach(Access::Write)], 64)
        }
    }

    #[track_caller]
    fn check(number: i64, arguments: [u64; 6], expected: u32) {
        let number = u32::try_from(number).expect("a number");
        assert_eq!(run(&filter(&everything()), number, arguments), expected);
    }

    #[test]
    fn every_list_is_followed() {
        for call in calls::allowed(&everything()) {
            if call.when.is_empty() {
                check(call.number, [u64::MAX; 6], ALLOW);
            }
        }
        for number in calls::FATAL {
            check(*number, [0; 6], KILL);
        }
        check(libc::SYS_socket, [0; 6], UNKNOWN);
        check(100_000, [0; 6], UNKNOWN);
    }

    #[test]
    fn arguments_are_looked_at() {
        let memory = |protection: i32| [0, 4096, protection as u64, 0, 0, 0];
        check(libc::SYS_mmap, memory(libc::PROT_WRITE), ALLOW);
        check(libc::SYS_mmap, memory(libc::PROT_EXEC), UNKNOWN);
        check(
            libc::SYS_mprotect,
            memory(libc::PROT_EXEC | libc::PROT_READ),
            UNKNOWN,
        );
        check(libc::SYS_sendto, [3, 0, 0, 0, 0, 0], ALLOW);
        check(libc::SYS_sendto, [3, 0, 0, 0, 1, 0], UNKNOWN);
        check(libc::SYS_sendto, [3, 0, 0, 0, 1 << 32, 0], UNKNOWN);
        check(libc::SYS_ioctl, [0, libc::TCGETS, 0, 0, 0, 0], ALLOW);
        check(libc::SYS_ioctl, [0, libc::TIOCSTI, 0, 0, 0, 0], UNKNOWN);
        check(libc::SYS_kill, [0, libc::SIGTSTP as u64, 0, 0, 0, 0], ALLOW);
        check(
            libc::SYS_kill,
            [1, libc::SIGTSTP as u64, 0, 0, 0, 0],
            UNKNOWN,
        );
        check(
            libc::SYS_kill,
            [0, libc::SIGKILL as u64, 0, 0, 0, 0],
            UNKNOWN,
        );
        let thread = 0x003d_0f00;
        check(libc::SYS_clone, [thread, 0, 0, 0, 0, 0], ALLOW);
        check(
            libc::SYS_clone,
            [libc::SIGCHLD as u64, 0, 0, 0, 0, 0],
            UNKNOWN,
        );
        let spaced = thread | libc::CLONE_NEWUSER as u64;
        check(libc::SYS_clone, [spaced, 0, 0, 0, 0, 0], UNKNOWN);
    }

    #[test]
    fn another_table_of_calls_ends_the_process() {
        let program = assemble(0, &[], &[]).expect("a filter");
        assert_eq!(run(&program, 0, [0; 6]), KILL);
    }
}
