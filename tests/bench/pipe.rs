//! Bytes through a program, from one pipe to another, beside native CPython.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use croquant_tests::built;

use crate::Promise;
use crate::native::Python;
use crate::stats::Samples;

const COPY: &str = "import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)";
const BLOCK: usize = 1 << 20;

/// Copies `mib` MiB `turns` times on either side in turns; each side's best time counts.
pub(crate) fn measure(python: &Python, mib: usize, turns: u32) -> Result<Vec<Promise>> {
    let (mut native, mut session) = (Samples::default(), Samples::default());
    let (mut native_kib, mut session_kib) = (0, 0);
    for _ in 0..turns {
        let (time, kib) = copy(python.bare().args(["-c", COPY]), mib)?;
        native.push(time);
        native_kib = native_kib.max(kib);
        let (time, kib) = copy(
            Command::new(built("croquant")?).args(["run", "-c", COPY]),
            mib,
        )?;
        session.push(time);
        session_kib = session_kib.max(kib);
    }
    let (native, session) = (native.min(), session.min());
    println!("\n{:<34}{:>12}{:>12}", "pipe", "MB/s", "peak MiB");
    for (name, time, kib) in [
        ("native process", native, native_kib),
        ("croquant run", session, session_kib),
    ] {
        let rate = (mib * BLOCK) as f64 / 1e6 / time.as_secs_f64();
        println!("{name:<34}{rate:>12.0}{:>12.1}", kib as f64 / 1024.0);
    }
    Ok(vec![
        Promise {
            what: "time of copying from pipe to pipe",
            measured: session.as_secs_f64() / native.as_secs_f64(),
            at_most: 4.0,
            unit: "of native",
        },
        Promise {
            what: "peak memory of copying from pipe to pipe",
            measured: session_kib as f64 / 1024.0,
            at_most: 64.0,
            unit: "MiB",
        },
    ])
}

/// Feeds the process, takes what comes back, and looks at it when all has come. From its start to the last byte; and its peak memory, in KiB.
fn copy(command: &mut Command, mib: usize) -> Result<(Duration, u64)> {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("a pipe")?;
    let mut stdout = child.stdout.take().context("a pipe")?;
    let feeder = std::thread::spawn(move || -> std::io::Result<_> {
        let block = vec![b'x'; BLOCK];
        for _ in 0..mib {
            stdin.write_all(&block)?;
        }
        Ok(stdin)
    });
    let mut block = vec![0; BLOCK];
    for _ in 0..mib {
        stdout.read_exact(&mut block)?;
    }
    let time = start.elapsed();
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next())
        .context("the peak memory of a process")?
        .parse()?;
    drop(feeder.join().expect("it only writes")?);
    ensure!(stdout.read(&mut block)? == 0, "more came back than went in");
    let ended = child.wait()?;
    ensure!(ended.success(), "`{command:?}` ended with {ended}");
    Ok((time, peak))
}
