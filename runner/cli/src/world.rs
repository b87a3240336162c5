//! Time and chance as they are granted on the command line: `--clock`, `--random`, `--deterministic`.

use croquant_sandbox::{Clock, Random};
use jiff::Timestamp;

use crate::exit::Failure;
use crate::flags::WorldFlags;
use crate::plan::usage;

/// Where time stands still under `--deterministic`, unless `--clock` says otherwise: 2000-01-01T00:00:00Z.
const STANDSTILL: Clock = Clock::Frozen(946_684_800_000_000_000);

/// What the program knows of time, chance and the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct World {
    /// Its clocks.
    pub(crate) clock: Clock,
    /// Its random bytes.
    pub(crate) random: Random,
    /// Whether a run can be repeated byte for byte.
    pub(crate) reproducible: bool,
}

/// What the flags say together.
pub(crate) fn world(flags: &WorldFlags) -> Result<World, Failure> {
    if !flags.deterministic {
        return Ok(World {
            clock: flags.clock.unwrap_or_default(),
            random: flags.random.unwrap_or_default(),
            reproducible: false,
        });
    }
    let clock = flags.clock.unwrap_or(STANDSTILL);
    let random = flags
        .random
        .unwrap_or(Random::Seeded(flags.seed.unwrap_or(0)));
    if !matches!(clock, Clock::Frozen(_)) {
        return Err(usage(
            "with `--deterministic` the clock cannot run",
            "leave `--clock` out, or freeze it, as in `--clock frozen:2026-01-01T00:00:00Z`",
        ));
    }
    if random == Random::Real {
        return Err(usage(
            "with `--deterministic` there is no real randomness",
            "leave `--random` out, or give a seed, as in `--random seed:1`",
        ));
    }
    Ok(World {
        clock,
        random,
        reproducible: true,
    })
}

/// `real`, `frozen:TIME` or `offset:±SPAN`.
pub(crate) fn clock(text: &str) -> Result<Clock, String> {
    if text == "real" {
        return Ok(Clock::Real);
    }
    if let Some(time) = text.strip_prefix("frozen:") {
        return frozen(time);
    }
    if let Some(span) = text.strip_prefix("offset:") {
        let time = crate::units::signed_time(span)
            .ok_or("write the offset as in `offset:-3d` or `offset:+1h30m`")?;
        let ns = i64::try_from(time.as_nanos()).map_err(|_| "an offset is at most 292 years")?;
        return Ok(Clock::Offset(ns));
    }
    Err("write `real`, `frozen:2026-01-01T00:00:00Z` or `offset:-3d`".to_owned())
}

fn frozen(text: &str) -> Result<Clock, String> {
    let time: Timestamp = text.parse().map_err(
        |_| "write the time with its date and zone (RFC 3339), as in `frozen:2026-01-01T00:00:00Z`",
    )?;
    match u64::try_from(time.as_nanosecond()) {
        Ok(ns) if ns <= Clock::LATEST_NS => Ok(Clock::Frozen(ns)),
        _ => Err("give a time from 1970 to 2115".to_owned()),
    }
}

/// `real` or `seed:N`.
pub(crate) fn random(text: &str) -> Result<Random, String> {
    if text == "real" {
        return Ok(Random::Real);
    }
    text.strip_prefix("seed:")
        .and_then(|seed| seed.parse().ok())
        .map(Random::Seeded)
        .ok_or_else(|| format!("write `real` or `seed:N`, N from 0 to {}", u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Clock>) {
        assert_eq!(clock(text).ok(), expected, "{text}");
    }

    #[test]
    fn clocks() {
        check("real", Some(Clock::Real));
        check(
            "frozen:1970-01-01T00:00:01Z",
            Some(Clock::Frozen(1_000_000_000)),
        );
        check(
            "frozen:1970-01-01T02:00:00.5+02:00",
            Some(Clock::Frozen(500_000_000)),
        );
        check("frozen:2000-01-01T00:00:00Z", Some(STANDSTILL));
        check("offset:-1d", Some(Clock::Offset(-86_400_000_000_000)));
        check("offset:+1h30m", Some(Clock::Offset(5_400_000_000_000)));
        for wrong in [
            "",
            "frozen",
            "frozen:",
            "frozen:2026-01-01",
            "frozen:2026-01-01T00:00:00",
            "frozen:1969-12-31T23:59:59Z",
            "frozen:2300-01-01T00:00:00Z",
            "offset:3",
            "offset:",
            "offset:9999y",
            "Real",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn chance() {
        assert_eq!(random("real"), Ok(Random::Real));
        assert_eq!(random("seed:42"), Ok(Random::Seeded(42)));
        for wrong in ["", "seed", "seed:", "seed:-1", "seed:x", "42"] {
            assert!(random(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn deterministic_is_a_world_of_its_own() {
        let flags = |clock, random, seed| WorldFlags {
            clock,
            random,
            deterministic: true,
            seed,
        };
        let found = world(&flags(None, None, Some(7))).unwrap();
        assert_eq!((found.clock, found.random), (STANDSTILL, Random::Seeded(7)));
        assert!(found.reproducible);
        assert!(world(&flags(Some(Clock::Real), None, None)).is_err());
        assert!(world(&flags(Some(Clock::Offset(1)), None, None)).is_err());
        assert!(world(&flags(None, Some(Random::Real), None)).is_err());
        let found = world(&flags(
            Some(Clock::Frozen(1)),
            Some(Random::Seeded(2)),
            None,
        ))
        .unwrap();
        assert_eq!(
            (found.clock, found.random),
            (Clock::Frozen(1), Random::Seeded(2))
        );
    }
}
