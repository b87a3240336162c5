//! What `--trace` costs: a program that does little but call the host, and one that computes.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use croquant_tests::built;

use crate::Promise;
use crate::native::output;
use crate::stats::{Samples, children_cpu, ms};

/// Five calls of the host in each round, and a few of Python's own besides.
const CALLS: &str = "
import os
os.chdir('/data')
for i in range(20_000):
    fd = os.open('file', os.O_RDWR | os.O_CREAT)
    os.write(fd, b'line of text')
    os.lseek(fd, 0, os.SEEK_SET)
    os.read(fd, 100)
    os.close(fd)
print('done')
";
const COMPUTES: &str = "
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
fib(30)
print('done')
";

/// Runs each program `turns` times on either side in turns; each side's best time counts.
pub(crate) fn measure(turns: u32) -> Result<Vec<Promise>> {
    let folder = tempfile::tempdir()?;
    println!(
        "\n{:<34}{:>12}{:>12}{:>8}{:>14}",
        "trace", "without ms", "with ms", "ratio", "us a call"
    );
    let mut ratios = Vec::new();
    for (name, program) in [
        ("calls of the host", CALLS),
        ("a program that computes", COMPUTES),
    ] {
        let (mut without, mut with) = (Samples::default(), Samples::default());
        let mut calls = 0;
        for _ in 0..turns {
            run(&mut without, folder.path(), program, None)?;
            let file = folder.path().join("trace.jsonl");
            run(&mut with, folder.path(), program, Some(&file))?;
            calls = std::fs::read_to_string(&file)?.lines().count();
        }
        let (without, with) = (without.min(), with.min());
        let ratio = with.as_secs_f64() / without.as_secs_f64();
        let each = with.saturating_sub(without).as_secs_f64() * 1e6 / calls as f64;
        let each = if calls > 1_000 {
            format!("{each:.2}")
        } else {
            String::new()
        };
        println!(
            "{name:<34}{:>12.1}{:>12.1}{ratio:>8.2}{each:>14}",
            ms(without),
            ms(with)
        );
        ratios.push(ratio);
    }
    Ok(vec![
        Promise {
            what: "a traced program that does nothing but call the host",
            measured: ratios[0],
            at_most: 2.0,
            unit: "of untraced",
        },
        Promise {
            what: "a traced program that computes",
            measured: ratios[1],
            at_most: 1.05,
            unit: "of untraced",
        },
    ])
}

/// Takes the processor time of the whole process.
fn run(samples: &mut Samples, folder: &Path, program: &str, trace: Option<&Path>) -> Result<()> {
    let mut command = Command::new(built("croquant")?);
    command.arg("run").arg("--dir");
    command.arg(format!("{}:/data:rw", folder.display()));
    if let Some(file) = trace {
        command.arg("--trace").arg(file);
    }
    command.args(["-c", program]);
    let before = children_cpu();
    let printed = output(&mut command)?;
    samples.push(children_cpu() - before);
    ensure!(printed == "done\n", "it printed {printed:?}");
    Ok(())
}
