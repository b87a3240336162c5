//! Amounts as people write them: `512M`, `5G`, `1h30m`.

use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo};

/// A size in bytes. K, M, G and T count by 1024, as `ulimit` and containers have them (`KiB` says the same), `KB` to `TB` by 1000, and a
/// number alone is MiB.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let unit = match unit.to_ascii_lowercase().as_str() {
        "" | "m" | "mib" => 1 << 20,
        "b" => 1,
        "k" | "kib" => 1 << 10,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return Err("write a size as in `512M` or `2G`; a number alone is MiB".to_owned()),
    };
    scaled(number, unit).ok_or_else(|| "write a size as in `512M` or `2G`".to_owned())
}

/// A number of things, in thousands (k), millions (M), thousand millions (G) or more (T, P).
pub(crate) fn count(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let unit = match unit {
        "" => Some(1),
        "k" | "K" => Some(1_000),
        "M" => Some(1_000_000),
        "G" => Some(1_000_000_000),
        "T" => Some(1_000_000_000_000),
        "P" => Some(1_000_000_000_000_000),
        _ => None,
    };
    unit.and_then(|unit| scaled(number, unit))
        .ok_or_else(|| "write a number, as in `1000`, `5G` (thousand millions) or `2T`".to_owned())
}

/// A number of things that fits into 32 bits.
pub(crate) fn small_count(text: &str) -> Result<u32, String> {
    u32::try_from(count(text)?).map_err(|_| format!("write a number of at most {}", u32::MAX))
}

/// A span of time; a number alone is seconds.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let read = match unit {
        "" => number
            .parse()
            .ok()
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        _ => signed_time(text).and_then(|time| time.try_into().ok()),
    };
    read.ok_or_else(|| {
        "write a time as in `90`, `1.5s`, `250ms` or `1h30m`; a number alone is seconds".to_owned()
    })
}

/// A span of time with its sign, in days and smaller units.
pub(crate) fn signed_time(text: &str) -> Option<SignedDuration> {
    let (sign, span) = match text.split_at_checked(1)? {
        ("-", rest) => (-1, rest),
        ("+", rest) => (1, rest),
        _ => (1, text),
    };
    // One sign is enough.
    if span.starts_with(['+', '-']) {
        return None;
    }
    let span: Span = span.parse().ok()?;
    let time = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Some(if sign < 0 { -time } else { time })
}

/// A size for a message, in the largest unit that shows it whole.
pub(crate) fn show_size(bytes: u64) -> String {
    for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] {
        if bytes > 0 && bytes.trailing_zeros() >= shift {
            return format!("`{}` {unit}", bytes >> shift);
        }
    }
    format!("`{bytes}` bytes")
}

/// The number and what follows it.
fn split(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim())
}

/// `number` times `unit`, if that is whole and fits. Underscores group digits, as in Python.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    let number = number.replace('_', "");
    let (whole, part) = number.split_once('.').unwrap_or((&number, ""));
    let digits: u128 = format!("{whole}{part}").parse().ok()?;
    let scale = 10_u128.checked_pow(u32::try_from(part.len()).ok()?)?;
    let scaled = digits.checked_mul(u128::from(unit))?;
    u64::try_from(scaled / scale).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_size(text: &str, expected: Option<u64>) {
        assert_eq!(size(text).ok(), expected, "{text}");
    }

    #[test]
    fn sizes() {
        check_size("512", Some(512 << 20));
        check_size("512M", Some(512 << 20));
        check_size("2g", Some(2 << 30));
        check_size("1.5GiB", Some(3 << 29));
        check_size("64 KiB", Some(64 << 10));
        check_size("100000b", Some(100_000));
        check_size("1MB", Some(1_000_000));
        for wrong in ["", "M", "-1", "1X", "1.2.3", "99999999T", "1e3"] {
            check_size(wrong, None);
        }
    }

    #[test]
    fn counts() {
        assert_eq!(count("7"), Ok(7));
        assert_eq!(count("5G"), Ok(5_000_000_000));
        assert_eq!(count("1.5k"), Ok(1_500));
        assert_eq!(count("50_000"), Ok(50_000));
        for wrong in ["", "much", "-1", "1e9", "99999P"] {
            assert!(count(wrong).is_err(), "{wrong}");
        }
        assert!(small_count("5G").is_err());
    }

    #[test]
    fn times() {
        let ms = |text| time(text).ok().map(|time| time.as_millis());
        assert_eq!(ms("1"), Some(1_000));
        assert_eq!(ms("0.25"), Some(250));
        assert_eq!(ms("10s"), Some(10_000));
        assert_eq!(ms("250ms"), Some(250));
        assert_eq!(ms("1h30m"), Some(5_400_000));
        assert_eq!(ms("2d"), Some(172_800_000));
        for wrong in ["", "NaN", "-1", "-1s", "s", "1 fortnight", "1e400"] {
            assert_eq!(ms(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn signs() {
        let seconds = |text| signed_time(text).map(|time| time.as_secs());
        assert_eq!(seconds("+90s"), Some(90));
        assert_eq!(seconds("-1d"), Some(-86_400));
        assert_eq!(seconds("2m"), Some(120));
        for wrong in ["", "+", "--1s", "+-1s", "1", "-"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes_are_shown_as_they_are_written() {
        assert_eq!(show_size(128 << 20), "`128` MiB");
        assert_eq!(show_size(1536 << 20), "`1536` MiB");
        assert_eq!(show_size(16 << 30), "`16` GiB");
        assert_eq!(show_size(1_000), "`1000` bytes");
        assert_eq!(show_size(0), "`0` bytes");
    }
}
