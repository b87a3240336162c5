//! Inline script metadata: the `# /// script` block, as the specification "Inline script metadata" (PEP 723) has it.

use std::str::FromStr as _;

use pep440_rs::{Version, VersionSpecifiers};
use serde::Deserialize;

use super::requirement::{self, RequirementError};
use crate::exit::{Exit, Failure};

/// How a block begins and ends.
const FENCE: &str = "# ///";
/// The type of block that is about running a script.
const TYPE: &str = "script";
/// What `[tool.uv]` may not decide: where this machine downloads from, and what it runs for that.
const PLACES: [&str; 14] = [
    "allow-insecure-host",
    "build-constraint-dependencies",
    "default-index",
    "extra-index-url",
    "find-links",
    "index",
    "index-strategy",
    "index-url",
    "keyring-provider",
    "no-binary",
    "no-binary-package",
    "no-index",
    "override-dependencies",
    "sources",
];

/// What a script says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// The packages that it needs, each by name and versions.
    pub(crate) dependencies: Vec<String>,
    /// The versions of Python that it runs with, and the line that says so.
    pub(crate) requires_python: Option<(VersionSpecifiers, usize)>,
    /// `tool.uv.exclude-newer`: packages from after this day do not count.
    pub(crate) exclude_newer: Option<String>,
    /// The script's name, for messages.
    name: String,
}

/// What is wrong with a script's metadata. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MetadataError {
    #[error("line {0}: the block `# /// script` is not closed")]
    Unclosed(usize),
    #[error("line {1}: a second block `# /// script`; the first is in line {0}")]
    Twice(usize, usize),
    #[error("line {0}: the metadata is not UTF-8")]
    NotUtf8(usize),
    #[error("line {0}: {1}")]
    Toml(usize, String),
    #[error("line {0}: {1}")]
    Dependency(usize, RequirementError),
    #[error("line {line}: `requires-python = \"{text}\"` names no versions")]
    Python { line: usize, text: String },
    #[error("line {line}: `tool.uv.{key}` is not taken from a script")]
    Place { line: usize, key: String },
    #[error("line {0}: `tool.uv.exclude-newer` is no date")]
    Date(usize),
}

impl MetadataError {
    /// How to mend it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Unclosed(_) => {
                "end it with a line `# ///`, every line between beginning with `#`; `--no-metadata` runs the script without"
            }
            Self::Twice(..) => "put all metadata into one block",
            Self::NotUtf8(_) => "save the script as UTF-8",
            Self::Toml(..) => {
                "the block holds TOML: `dependencies`, `requires-python` and `[tool]`"
            }
            Self::Dependency(_, error) => error.hint(),
            Self::Python { .. } => "write it as in `requires-python = \">=3.11\"`",
            Self::Place { .. } => {
                "a script does not decide where this machine downloads from: set it in uv's own configuration, as `UV_INDEX`, and take it out of the script, or use `--no-metadata` and `--with`"
            }
            Self::Date(_) => "write it as in `exclude-newer = \"2026-01-31\"`",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Block {
    #[serde(default)]
    dependencies: Vec<toml::Spanned<String>>,
    requires_python: Option<toml::Spanned<String>>,
    #[serde(default)]
    tool: Tool,
}

#[derive(Default, Deserialize)]
struct Tool {
    #[serde(default)]
    uv: std::collections::BTreeMap<toml::Spanned<String>, toml::Value>,
}

/// The metadata in a script, if it has any.
///
/// # Errors
/// A [`MetadataError`], as the failure that it is.
pub(crate) fn read(name: &str, script: &[u8]) -> Result<Option<Metadata>, Failure> {
    let read = parse(script).map_err(|error| {
        let message = format!("script `{name}`, {error}");
        Failure::new(Exit::Failed, message, error.hint())
    })?;
    Ok(read.map(|metadata| Metadata {
        name: name.to_owned(),
        ..metadata
    }))
}

fn parse(script: &[u8]) -> Result<Option<Metadata>, MetadataError> {
    let Some((text, first)) = block(script)? else {
        return Ok(None);
    };
    // The line of the script in which an offset of the block's text lies.
    let line = |offset: usize| first + text[..offset].matches('\n').count();
    let block: Block = toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        MetadataError::Toml(line(at), error.message().replace('\n', " "))
    })?;
    let mut metadata = Metadata::default();
    for dependency in block.dependencies {
        let line = line(dependency.span().start);
        let text = dependency.into_inner();
        requirement::check(&text).map_err(|error| MetadataError::Dependency(line, error))?;
        metadata.dependencies.push(text);
    }
    if let Some(versions) = block.requires_python {
        let line = line(versions.span().start);
        let text = versions.into_inner();
        let parsed =
            VersionSpecifiers::from_str(&text).map_err(|_| MetadataError::Python { line, text })?;
        metadata.requires_python = Some((parsed, line));
    }
    for (key, value) in block.tool.uv {
        let line = line(key.span().start);
        let key = key.into_inner();
        if PLACES.contains(&key.as_str()) {
            return Err(MetadataError::Place { line, key });
        }
        if key == "exclude-newer" {
            let date = value
                .as_str()
                .map(str::to_owned)
                .or_else(|| value.as_datetime().map(ToString::to_string));
            let date = date.filter(|date| is_date(date));
            metadata.exclude_newer = Some(date.ok_or(MetadataError::Date(line))?);
        }
    }
    Ok(Some(metadata))
}

/// A day, a time or a span, as uv reads them; above all, nothing that could be taken for an option.
fn is_date(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | ':' | '.' | '-' | '+'))
}

/// The text of the block of type `script`, without its comment signs, and the number of its first line.
fn block(script: &[u8]) -> Result<Option<(String, usize)>, MetadataError> {
    // Most scripts have none: they pay for one search.
    let opening = [FENCE, " ", TYPE].concat();
    if !script
        .windows(opening.len())
        .any(|window| window == opening.as_bytes())
    {
        return Ok(None);
    }
    let lines: Vec<&[u8]> = script
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect();
    let mut found: Option<(usize, usize)> = None;
    let mut at = 0;
    while at < lines.len() {
        let Some(kind) = kind(lines[at]) else {
            at += 1;
            continue;
        };
        let comments = lines[at + 1..]
            .iter()
            .take_while(|line| **line == b"#" || line.starts_with(b"# "))
            .count();
        // The last fence of the comment closes it, as the specification's expression does.
        let close = (at + 1..=at + comments)
            .rev()
            .find(|index| lines[*index] == FENCE.as_bytes());
        match (close, kind == TYPE.as_bytes(), found) {
            (None, true, _) => return Err(MetadataError::Unclosed(at + 1)),
            (Some(_), true, Some((first, _))) => {
                return Err(MetadataError::Twice(first + 1, at + 1));
            }
            (Some(close), true, None) => found = Some((at, close)),
            (_, false, _) => {}
        }
        at = close.unwrap_or(at) + 1;
    }
    let Some((open, close)) = found else {
        return Ok(None);
    };
    let mut text = String::new();
    for (index, line) in lines[open + 1..close].iter().enumerate() {
        let content = line.get(2..).unwrap_or_default();
        let content =
            std::str::from_utf8(content).map_err(|_| MetadataError::NotUtf8(open + index + 2))?;
        text.push_str(content);
        text.push('\n');
    }
    Ok(Some((text, open + 2)))
}

/// The type of the block that a line opens.
fn kind(line: &[u8]) -> Option<&[u8]> {
    let kind = line.strip_prefix(FENCE.as_bytes())?.strip_prefix(b" ")?;
    let named = !kind.is_empty()
        && kind
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    named.then_some(kind)
}

impl Metadata {
    /// Whether the script runs with the Python of the guest, whose version is `python`.
    ///
    /// # Errors
    /// That it does not.
    pub(crate) fn check_python(&self, python: &str) -> Result<(), Failure> {
        let Some((versions, line)) = &self.requires_python else {
            return Ok(());
        };
        let own = Version::from_str(python).map_err(Failure::host)?;
        if versions.contains(&own) {
            return Ok(());
        }
        Err(Failure::new(
            Exit::Failed,
            format!(
                "script `{}`, line {line}: it requires Python `{versions}`, and croquant's is `{python}`",
                self.name
            ),
            "change `requires-python` if the script runs with it all the same; `--no-metadata` takes no notice of it",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(script: &str, dependencies: &[&str]) {
        match parse(script.as_bytes()) {
            Ok(Some(metadata)) => assert_eq!(metadata.dependencies, dependencies),
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn check_none(script: &str) {
        assert_eq!(parse(script.as_bytes()), Ok(None));
    }

    #[track_caller]
    fn check_error(script: &str, expected: &str) {
        match parse(script.as_bytes()) {
            Err(error) => assert_eq!(error.to_string(), expected),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn blocks_are_found() {
        check(
            "#!/usr/bin/env python\n# /// script\n# dependencies = [\n#   \"rich>=13\",\n#\n#   'click',\n# ]\n# ///\nimport rich\n",
            &["rich>=13", "click"],
        );
        check("# /// script\n# requires-python = '>=3.11'\n# ///", &[]);
        check(
            "# /// script\r\n# dependencies = ['a']\r\n# ///\r\n",
            &["a"],
        );
        check("# /// script\n# ///\n", &[]);
    }

    #[test]
    fn other_comments_are_none() {
        check_none("print(1)");
        check_none(" # /// script\n # ///\n");
        check_none("# /// script \n# ///\n");
        check_none("x = '# /// script'\n");
        check_none("# /// other\n# /// script\n# x = 1\n# ///\n");
    }

    #[test]
    fn the_last_fence_of_the_comment_closes() {
        check(
            "# /// script\n# dependencies = ['''a''']\n# # ///\n# ///\n# x\n",
            &["a"],
        );
        check_error(
            "# /// script\n# ///\n# x = 1\n# ///\n",
            "line 2: key with no value, expected `=`",
        );
    }

    #[test]
    fn wrong_blocks_are_named_by_line() {
        check_error(
            "import os\n# /// script\n# dependencies = []\n\n# ///\n",
            "line 2: the block `# /// script` is not closed",
        );
        check_error(
            "# /// script\n# x\n#///\n",
            "line 1: the block `# /// script` is not closed",
        );
        check_error(
            "# /// script\n# ///\n\n# /// script\n# ///\n",
            "line 4: a second block `# /// script`; the first is in line 1",
        );
        check_error(
            "# /// script\n# dependencies = []\n# requires-python = 3.11\n# ///\n",
            "line 3: invalid type: floating point `3.11`, expected a string",
        );
        check_error(
            "\n\n# /// script\n# dependancies = []\n# ///\n",
            "line 4: unknown field `dependancies`, expected one of `dependencies`, `requires-python`, `tool`",
        );
        check_error(
            "# /// script\n# requires-python = 'three'\n# ///\n",
            "line 2: `requires-python = \"three\"` names no versions",
        );
    }

    #[test]
    fn a_script_does_not_choose_where_packages_come_from() {
        check_error(
            "# /// script\n# dependencies = [\n#  'a',\n#  'b @ https://example.org/b.whl',\n# ]\n# ///\n",
            "line 4: `b @ https://example.org/b.whl` names a place",
        );
        check_error(
            "# /// script\n# [tool.uv]\n# python-preference = 'system'\n# index-url = 'https://example.org'\n# ///\n",
            "line 4: `tool.uv.index-url` is not taken from a script",
        );
        check_error(
            "# /// script\n# [[tool.uv.index]]\n# url = 'https://example.org'\n# ///\n",
            "line 2: `tool.uv.index` is not taken from a script",
        );
        check_error(
            "# /// script\n# [tool.uv.sources]\n# a = { path = '/etc' }\n# ///\n",
            "line 2: `tool.uv.sources` is not taken from a script",
        );
    }

    #[test]
    fn the_day_of_the_packages_is_taken() {
        let day = |text: &str| {
            let script = format!("# /// script\n# [tool.uv]\n# exclude-newer = {text}\n# ///\n");
            parse(script.as_bytes()).map(|metadata| metadata.and_then(|m| m.exclude_newer))
        };
        assert_eq!(day("'2026-01-31'"), Ok(Some("2026-01-31".to_owned())));
        assert_eq!(
            day("2026-01-31T00:00:00Z"),
            Ok(Some("2026-01-31T00:00:00Z".to_owned()))
        );
        assert_eq!(day("'--index-url=x'"), Err(MetadataError::Date(3)));
        assert_eq!(day("7"), Err(MetadataError::Date(3)));
    }

    #[test]
    fn the_version_of_python_counts() {
        let check = |versions: &str| {
            let script = format!("# /// script\n# requires-python = '{versions}'\n# ///\n");
            let metadata = read("a.py", script.as_bytes())
                .ok()
                .flatten()
                .unwrap_or_default();
            metadata
                .check_python("3.13.5")
                .map_err(|failure| failure.message)
        };
        assert_eq!(check(">=3.11"), Ok(()));
        assert_eq!(check("==3.13.*"), Ok(()));
        assert_eq!(check(">=3.11,<3.14"), Ok(()));
        let message =
            "script `a.py`, line 2: it requires Python `>=3.14`, and croquant's is `3.13.5`";
        assert_eq!(check(">=3.14"), Err(message.to_owned()));
    }
}
