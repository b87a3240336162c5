//! What may differ between two runs of the same program, or between two machines, and why. Nothing else may.

use anyhow::{Context as _, Result};
use regex_lite::Regex;

/// Name, pattern, and what stands in its place on both sides.
const VARIATIONS: &[(&str, &str, &str)] = &[
    // Where an object happens to lie in memory.
    ("addresses", r"0x[0-9a-fA-F]{4,16}", "0x…"),
    // How long a run took.
    ("seconds", r"[0-9]+\.(?:[0-9]{3}s?|[0-9]ms)", "0.000"),
    ("timing", r"[0-9.]+ [mun]?sec", "0 sec"),
    // When it ran.
    (
        "dates",
        r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?|[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} [0-9]{4}",
        "…",
    ),
    // CPython's own frozen modules have no source natively, and theirs here do: a traceback shows more.
    (
        "frozen",
        r#"  File "(?:<frozen runpy>|/usr/lib/python3\.13/runpy\.py)", line ([0-9]+), in (\S+)\n(?:    .*\n)*"#,
        "  in $2, line $1\n",
    ),
    // The host's SQLite has a version of its own.
    ("sqlite", r"SQLite version [0-9.]+", "SQLite"),
    // A gzip header names the second in which it was written.
    ("gzip_header", r"(\\x1f\\x8b\\x08\\x08)BYTE{4}", "$1…"),
    // So does a zip archive, of a file that was made for it.
    (
        "zip_main",
        r"(PK(?:\\x03\\x04BYTE{6}|\\x01\\x02BYTE{8}))BYTE{4}(BYTE{12}\\x0b\\x00BYTE{2,16}__main__\.py)",
        "$1…$2",
    ),
];

/// A byte of a file that is no text, as it is written out. Patterns call it `BYTE`.
const BYTE: &str = r"(?:\\x[0-9a-f]{2}|\\.|[^\\])";

/// The text without the named variations.
pub(crate) fn level(text: &str, names: &[String]) -> Result<String> {
    let mut text = text.to_owned();
    for name in names {
        let (_, pattern, stand_in) = VARIATIONS
            .iter()
            .find(|(known, _, _)| known == name)
            .with_context(|| format!("`{name}` is no variation that `vary.rs` knows"))?;
        text = Regex::new(&pattern.replace("BYTE", BYTE))?
            .replace_all(&text, *stand_in)
            .into_owned();
    }
    Ok(text)
}
