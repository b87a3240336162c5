//! What the figures were taken on.

use crate::native::Python;
use anyhow::Result;
use std::fs;

/// Prints the machine and how busy it is: on a busy one, read the ratios with care.
pub(crate) fn describe(python: &Python) -> Result<()> {
    let model = fs::read_to_string("/proc/cpuinfo")?
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name")?
                .split_once(": ")
                .map(|(_, name)| name.to_owned())
        })
        .unwrap_or_else(|| "unknown processor".to_owned());
    let load = fs::read_to_string("/proc/loadavg")?;
    let load: Vec<_> = load.split(' ').take(3).collect();
    println!(
        "machine  {model}, {} cores, load {}",
        std::thread::available_parallelism()?,
        load.join(" ")
    );
    println!("native   CPython {}", python.version()?);
    Ok(())
}
