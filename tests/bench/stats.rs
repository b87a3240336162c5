//! Percentiles, the geometric mean, the clocks, and the memory of processes.

use anyhow::{Context as _, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::{Pid, SysconfVar, sysconf};
use std::time::{Duration, Instant};

/// Times of one thing that was measured again and again.
#[derive(Default)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    /// Runs `work` and keeps how long it took by the wall clock.
    pub(crate) fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.0.push(start.elapsed());
        result
    }

    pub(crate) fn push(&mut self, sample: Duration) {
        self.0.push(sample);
    }

    pub(crate) fn extend(&mut self, others: &Self) {
        self.0.extend(&others.0);
    }

    /// The sample below which `percent` of them lie.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted[((sorted.len() - 1) * percent).div_ceil(100)]
    }

    pub(crate) fn min(&self) -> Duration {
        self.percentile(0)
    }
}

/// Milliseconds, as a number to print.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Microseconds, as a number to print.
pub(crate) fn us(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

pub(crate) fn geometric_mean(ratios: &[f64]) -> f64 {
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
}

/// Processor time of this thread so far.
pub(crate) fn thread_cpu() -> Duration {
    Duration::from(
        clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("Linux has the thread's clock"),
    )
}

/// Processor time of this process so far.
pub(crate) fn process_cpu() -> Duration {
    Duration::from(
        clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("Linux has the process's clock"),
    )
}

/// Processor time of all child processes that have ended.
pub(crate) fn children_cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("Linux has the children's usage");
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(micros.unsigned_abs())
}

/// Processor time of a process that runs.
pub(crate) fn cpu_of(process: u32) -> Result<Duration> {
    let clock = clock_getcpuclockid(Pid::from_raw(process.cast_signed()))?;
    Ok(Duration::from(clock_gettime(clock)?))
}

/// The memory that a process has of its own, without pages of files that it did not change: even of one that nobody may look into.
pub(crate) fn anonymous_bytes(process: u32) -> Result<u64> {
    let path = format!("/proc/{process}/statm");
    let text = std::fs::read_to_string(&path)?;
    let mut numbers = text.split(' ').skip(1).map(str::parse::<u64>);
    let (resident, shared) = numbers.next().zip(numbers.next()).context(path)?;
    let page = sysconf(SysconfVar::PAGE_SIZE)?.context("pages have a size")?;
    Ok((resident? - shared?) * page.cast_unsigned())
}
