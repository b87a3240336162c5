//! What metering costs: the same image with and without it.

use crate::Promise;
use crate::cpu::{in_session, name, programs};
use crate::stats::{Samples, geometric_mean, ms};
use anyhow::Result;
use croquant_sandbox::{Engine, EngineConfig};
use croquant_tests::{image, unmetered_image};

/// Runs every program `repeats` times on either side in turns; each side's best time counts.
pub(crate) fn measure(repeats: u32, rounds: u32) -> Result<Vec<Promise>> {
    let metered = Engine::new(image()?, &EngineConfig::script())?;
    let unmetered = Engine::new(unmetered_image()?, &EngineConfig::script())?;
    println!(
        "\n{:<16}{:>12}{:>12}{:>8}",
        "", "unmetered ms", "metered ms", "ratio"
    );
    let mut ratios = Vec::new();
    for program in &programs()? {
        let (mut without, mut with) = (Samples::default(), Samples::default());
        for _ in 0..repeats {
            without.push(in_session(&unmetered, program, rounds)?.time);
            with.push(in_session(&metered, program, rounds)?.time);
        }
        let (without, with) = (without.min(), with.min());
        let ratio = with.as_secs_f64() / without.as_secs_f64();
        println!(
            "{:<16}{:>12.1}{:>12.1}{ratio:>8.2}",
            name(program),
            ms(without),
            ms(with)
        );
        ratios.push(ratio);
    }
    let mean = geometric_mean(&ratios);
    println!("{:<16}{mean:>32.2}", "geometric mean");
    Ok(vec![Promise {
        what: "processor time of metered code, geometric mean",
        measured: mean,
        at_most: 1.12,
        unit: "of unmetered",
    }])
}
