//! `[[constructs]]` and `[imports]`: checks of the source.

use toml::Spanned;
use toml::de::DeValue;

use super::parse::{Context, one_line};
use super::raw::{Table, shown};
use super::{Constructs, Imports, Settings, Wanted, settings};
use crate::names::{listed, nearest};

/// The keys of a check besides those of settings.
pub(super) const KEYS: &[&str] = &[
    "name",
    "files",
    "forbid",
    "require",
    "allow_imports",
    "deny_imports",
    "max_lines",
];

/// Constructs that are named by one word or two.
pub(super) const WORDS: &[&str] = &[
    "for",
    "while",
    "recursion",
    "comprehension",
    "lambda",
    "try",
    "class",
    "global",
    "f-string",
    "docstring",
    "type hints",
];

/// Constructs that are named by a word and a name.
const NAMED: &[&str] = &["import", "call", "attribute", "function"];

pub(super) fn read(root: &Table<'_, '_>, context: &Context<'_>) -> Vec<Constructs> {
    let mut checks: Vec<Constructs> = Vec::new();
    for table in root.tables("constructs") {
        table.only(&[KEYS, settings::KEYS]);
        let name = name(&table, &checks);
        let settings = context.settings(&table);
        checks.push(Constructs {
            id: format!("constructs::{name}"),
            name,
            files: texts(&table, "files", "[\"leap.py\"]"),
            forbid: wanted(&table, "forbid"),
            require: wanted(&table, "require"),
            imports: imports(&table, "allow_imports", "deny_imports"),
            max_lines: table
                .whole("max_lines", 1..=1_000_000, "40")
                .map(|lines| lines.into_inner() as u32),
            gate: settings.points.is_none(),
            settings,
        });
        const RULES: [&str; 5] = [
            "forbid",
            "require",
            "allow_imports",
            "deny_imports",
            "max_lines",
        ];
        if RULES.iter().all(|key| table.get(key).is_none()) {
            let hint =
                "write `forbid = [\"for\"]`, `require = [\"recursion\"]` or `max_lines = 40`";
            table
                .source
                .wrong(table.span(), "a check that checks nothing", hint);
        }
    }
    checks.extend(of_the_file(root));
    checks
}

/// `[imports]`: a gate.
fn of_the_file(root: &Table<'_, '_>) -> Option<Constructs> {
    let table = root.table("imports", "`[imports]`", "{ deny = [\"os\"] }")?;
    table.only(&[&["allow", "deny"]]);
    Some(Constructs {
        id: "imports".into(),
        name: "imports".into(),
        files: Vec::new(),
        forbid: Vec::new(),
        require: Vec::new(),
        imports: imports(&table, "allow", "deny"),
        max_lines: None,
        gate: true,
        settings: Settings {
            line: table.line(),
            ..Settings::default()
        },
    })
}

fn name(table: &Table<'_, '_>, checks: &[Constructs]) -> String {
    let Some(name) = table.text("name", "\"no loops\"") else {
        return format!("check {}", checks.len() + 1);
    };
    one_line(table, "name", &name);
    if checks.iter().any(|check| check.name == *name.get_ref()) {
        table.source.wrong(
            name.span(),
            format!("there are two checks `{}`", name.get_ref()),
            "give one of them another name",
        );
    }
    name.into_inner()
}

fn texts(table: &Table<'_, '_>, key: &str, example: &str) -> Vec<String> {
    let texts = table.texts(key, example).unwrap_or_default();
    texts.into_iter().map(Spanned::into_inner).collect()
}

fn imports(table: &Table<'_, '_>, allow: &str, deny: &str) -> Imports {
    let allowed = table.texts(allow, "[\"math\"]");
    let denied = table.texts(deny, "[\"os\"]");
    for module in allowed.iter().chain(&denied).flatten() {
        if !is_dotted(module.get_ref()) {
            table.source.wrong(
                module.span(),
                format!("`{}` is no name of a module", module.get_ref()),
                "write it as after `import`: `os.path`",
            );
        }
    }
    let names = |list: Vec<Spanned<String>>| list.into_iter().map(Spanned::into_inner).collect();
    match (allowed, denied) {
        (Some(_), Some(_)) => {
            table.source.wrong(
                table.place(deny),
                format!("`{allow}` and `{deny}` at once"),
                format!("leave `{deny}` out: what is not in `{allow}` is denied"),
            );
            Imports::All
        }
        (Some(allowed), None) => Imports::Only(names(allowed)),
        (None, Some(denied)) => Imports::AllBut(names(denied)),
        (None, None) => Imports::All,
    }
}

fn is_dotted(name: &str) -> bool {
    name.split('.').all(|part| {
        let mut chars = part.chars();
        chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && chars.all(|c| c.is_alphanumeric() || c == '_')
    })
}

/// A list of constructs: in words, or with the function in which they are looked for.
fn wanted(table: &Table<'_, '_>, key: &str) -> Vec<Wanted> {
    let example = "[\"for\", { what = \"while\", in = \"solve\" }]";
    let mut wanted = Vec::new();
    for value in table.list(key, example).unwrap_or_default() {
        let construct = match value.get_ref() {
            DeValue::String(what) => Some((what.to_string(), None)),
            DeValue::Table(entries) => {
                let text = |key: &str| Some(entries.get(key)?.get_ref().as_str()?.to_owned());
                let others = entries
                    .keys()
                    .any(|key| !["what", "in"].contains(&key.get_ref().as_ref()));
                text("what")
                    .map(|what| (what, text("in")))
                    .filter(|(_, within)| !others && within.is_some() == (entries.len() == 2))
            }
            _ => None,
        };
        match construct {
            Some((what, within)) => {
                check(table, value, &what);
                wanted.push(Wanted { what, within });
            }
            None => table.source.wrong(
                value.span(),
                format!("this is no construct, but {}", shown(value.get_ref())),
                format!("write `{key} = {example}`"),
            ),
        }
    }
    wanted
}

fn check(table: &Table<'_, '_>, value: &Spanned<DeValue<'_>>, what: &str) {
    if WORDS.contains(&what) {
        return;
    }
    if let Some((word, name)) = what.split_once(' ')
        && NAMED.contains(&word)
        && is_dotted(name)
    {
        return;
    }
    let word = what.split(' ').next().unwrap_or(what);
    let near = nearest(what, WORDS.iter().copied());
    let hint = match (near, nearest(word, NAMED.iter().copied())) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some(near)) => format!("did you mean `{near} NAME`?"),
        (None, None) => format!(
            "it is one of {}, or one of {} with a name",
            listed_all(WORDS),
            listed(NAMED.iter().copied())
        ),
    };
    let message = format!("there is no construct `{what}`");
    table.source.wrong(value.span(), message, hint);
}

fn listed_all(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}
