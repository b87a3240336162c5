//! Which Debian mirror this machine uses: ours is the same, with another release's name.

use std::path::Path;
use std::{fs, io};

use anyhow::{Result, bail};

use crate::pins::SUITE;

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
const CONFIGURED: &str = "/etc/apt";

/// An archive that has the pinned release.
pub(crate) struct Mirror {
    uri: String,
}

impl Mirror {
    /// The lines of a `sources.list`.
    pub(crate) fn lines(&self) -> String {
        let line = |kind| format!("{kind} [signed-by={KEYRING}] {} {SUITE} main\n", self.uri);
        line("deb") + &line("deb-src")
    }
}

/// The first Debian archive among the machine's sources.
pub(crate) fn find() -> Result<Mirror> {
    if !Path::new(KEYRING).exists() {
        bail!("this is not Debian: `{KEYRING}` is missing");
    }
    let mut texts =
        vec![fs::read_to_string(Path::new(CONFIGURED).join("sources.list")).unwrap_or_default()];
    let mut parts: Vec<_> = match fs::read_dir(Path::new(CONFIGURED).join("sources.list.d")) {
        Ok(parts) => parts
            .collect::<io::Result<Vec<_>>>()?
            .iter()
            .map(fs::DirEntry::path)
            .collect(),
        Err(_) => Vec::new(),
    };
    parts.sort();
    texts.extend(
        parts
            .iter()
            .filter_map(|part| fs::read_to_string(part).ok()),
    );
    let uri = texts
        .iter()
        .flat_map(|text| uris(text))
        .find(|uri| is_debian(uri));
    let Some(uri) = uri else {
        bail!(
            "`{CONFIGURED}` names no Debian archive\nhint: add your mirror of Debian to `{CONFIGURED}/sources.list`"
        );
    };
    Ok(Mirror {
        uri: uri.to_owned(),
    })
}

/// The addresses in a file of either form, one-line or deb822.
fn uris(text: &str) -> impl Iterator<Item = &str> {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("deb ") || line.starts_with("URIs:"));
    lines
        .flat_map(str::split_whitespace)
        .filter(|word| word.contains("://"))
}

/// Whether an address is the main archive's, and not the security archive or some vendor's.
fn is_debian(uri: &str) -> bool {
    uri.trim_end_matches('/').ends_with("/debian")
}

#[cfg(test)]
mod tests {
    use super::{is_debian, uris};

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(uris(text).find(|uri| is_debian(uri)), expected);
    }

    #[test]
    fn one_line_sources() {
        check(
            "# deb http://old/debian x\ndeb [arch=amd64] http://a.example/debian bookworm main\n",
            Some("http://a.example/debian"),
        );
    }

    #[test]
    fn deb822_sources() {
        check(
            "Types: deb\nURIs: http://b.example/debian/\nSuites: bookworm\n",
            Some("http://b.example/debian/"),
        );
    }

    #[test]
    fn security_and_vendors_are_passed_over() {
        check(
            "deb http://b.example/debian-security bookworm main\ndeb https://vendor.example/apt stable main\n",
            None,
        );
    }
}
