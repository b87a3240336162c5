//! `[[cases]]`: runs of a program, with input and expected output.

use toml::Spanned;
use toml::de::DeValue;

use super::parse::{Context, one_line};
use super::raw::{Table, shown};
use super::{Case, Comparison, settings};
use crate::paths;

/// The keys of a case besides those of settings.
pub(super) const KEYS: &[&str] = &[
    "name",
    "program",
    "args",
    "stdin",
    "given",
    "stdout",
    "exit",
    "writes",
    "compare",
    "tolerance",
];

/// The difference by which numbers are the same, unless a case says its own: absolute, and as a fraction.
const TOLERANCE: f64 = 1e-6;

pub(super) fn read(root: &Table<'_, '_>, context: &Context<'_>, expected: &[String]) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (i, table) in root.tables("cases").iter().enumerate() {
        table.only(&[KEYS, settings::KEYS]);
        let name = name(table, i, &cases);
        let program = program(table, expected);
        cases.push(Case {
            id: format!("cases::{name}"),
            name,
            program,
            args: args(table),
            stdin: bytes(table, "stdin", context).unwrap_or_default(),
            given: contents(table, "given", context),
            stdout: bytes(table, "stdout", context).and_then(|bytes| text(table, "stdout", bytes)),
            exit: table
                .whole("exit", 0..=255, "0")
                .map_or(0, |exit| exit.into_inner() as i32),
            writes: contents(table, "writes", context)
                .into_iter()
                .filter_map(|(path, bytes)| Some((path, text(table, "writes", bytes)?)))
                .collect(),
            compare: compare(table),
            settings: context.settings(table),
        });
        if ["stdout", "exit", "writes"]
            .iter()
            .all(|key| table.get(key).is_none())
        {
            table.source.wrong(
                table.span(),
                "a case that expects nothing",
                "say what the program prints (`stdout`), what it ends with (`exit`) or which files it writes (`writes`)",
            );
        }
    }
    cases
}

fn name(table: &Table<'_, '_>, i: usize, cases: &[Case]) -> String {
    let Some(name) = table.text("name", "\"adds two numbers\"") else {
        return format!("case {}", i + 1);
    };
    one_line(table, "name", &name);
    if cases.iter().any(|case| case.name == *name.get_ref()) {
        table.source.wrong(
            name.span(),
            format!("there are two cases `{}`", name.get_ref()),
            "give one of them another name",
        );
    }
    name.into_inner()
}

fn program(table: &Table<'_, '_>, expected: &[String]) -> Option<String> {
    let Some(program) = table.text("program", "\"sum.py\"") else {
        if expected.is_empty() && table.get("program").is_none() {
            table.source.wrong(
                table.span(),
                "it is not said which program is run",
                "write `program = \"sum.py\"` here, or `files = [\"sum.py\"]` in `[submission]`",
            );
        }
        return None;
    };
    clean(table, &program)
}

/// A path that a session can have.
fn clean(table: &Table<'_, '_>, path: &Spanned<String>) -> Option<String> {
    let cleaned = paths::clean(path.get_ref());
    if let Err(what) = &cleaned {
        table.source.wrong(
            path.span(),
            format!("the path `{}` {what}", path.get_ref()),
            "write it from the program's folder: `data/in.txt`",
        );
    }
    cleaned.ok()
}

fn args(table: &Table<'_, '_>) -> Vec<String> {
    let args = table
        .texts("args", "[\"--fast\", \"3\"]")
        .unwrap_or_default();
    args.into_iter().map(Spanned::into_inner).collect()
}

/// A text, or what is in a file.
fn bytes(table: &Table<'_, '_>, key: &str, context: &Context<'_>) -> Option<Vec<u8>> {
    content(table, key, table.get(key)?, context)
}

fn content(
    table: &Table<'_, '_>,
    key: &str,
    value: &Spanned<DeValue<'_>>,
    context: &Context<'_>,
) -> Option<Vec<u8>> {
    let file = match value.get_ref() {
        DeValue::String(text) => return Some(text.as_bytes().to_vec()),
        DeValue::Table(entries) if entries.len() == 1 => entries.get("file"),
        _ => None,
    };
    let Some((file, path)) = file.and_then(|file| Some((file, file.get_ref().as_str()?))) else {
        table.source.wrong(
            value.span(),
            format!(
                "`{key}` is a text or a file, not {}",
                shown(value.get_ref())
            ),
            "write `\"3\\n\"`, or `{ file = \"cases/1.txt\" }`",
        );
        return None;
    };
    match context.folder.load(path) {
        Ok(bytes) => Some(bytes),
        Err(missing) => {
            table
                .source
                .wrong(file.span(), missing.message, missing.hint);
            None
        }
    }
}

/// Files by their paths.
fn contents(table: &Table<'_, '_>, key: &str, context: &Context<'_>) -> Vec<(String, Vec<u8>)> {
    let example = "{ \"out.txt\" = \"3\\n\" }";
    let Some(files) = table.table(key, "it", example) else {
        return Vec::new();
    };
    let mut contents = Vec::new();
    for (path, value) in files.entries() {
        let path = Spanned::new(path.span(), path.get_ref().to_string());
        if let (Some(path), Some(bytes)) =
            (clean(table, &path), content(table, key, value, context))
        {
            contents.push((path, bytes));
        }
    }
    contents
}

/// What is expected is compared as text.
fn text(table: &Table<'_, '_>, key: &str, bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok();
    if text.is_none() {
        table.source.wrong(
            table.place(key),
            format!("what `{key}` expects is not in UTF-8"),
            "save the file as UTF-8",
        );
    }
    text
}

fn compare(table: &Table<'_, '_>) -> Comparison {
    let tolerance = table.number("tolerance", "0.001");
    let Some(word) = table.text("compare", "\"tokens\"") else {
        return tolerance.map_or(Comparison::default(), |tolerance| {
            numbers(*tolerance.get_ref())
        });
    };
    let compare = match word.get_ref().as_str() {
        "exact" => Comparison::Exact,
        "trailing" => Comparison::Trailing,
        "tokens" => Comparison::Tokens,
        "numbers" => return numbers(tolerance.map_or(TOLERANCE, Spanned::into_inner)),
        other => {
            let known = ["exact", "trailing", "tokens", "numbers"];
            let hint = match crate::names::nearest(other, known) {
                Some(near) => format!("did you mean `\"{near}\"`?"),
                None => format!("it is one of {}", crate::names::listed(known)),
            };
            let message = format!("there is no comparison `{other}`");
            table.source.wrong(word.span(), message, hint);
            return Comparison::default();
        }
    };
    if let Some(tolerance) = tolerance {
        table.source.wrong(
            tolerance.span(),
            format!("a tolerance means nothing to `{}`", word.get_ref()),
            "write `compare = \"numbers\"`, or leave the tolerance out",
        );
    }
    compare
}

fn numbers(tolerance: f64) -> Comparison {
    Comparison::Numbers {
        absolute: tolerance,
        relative: tolerance,
    }
}
