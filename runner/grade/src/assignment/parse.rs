//! `assignment.toml`, validated: each thing that is wrong is said with its place.

use toml::de::DeValue;

use super::error::AssignmentError;
use super::folder::{Folder, discover};
use super::raw::{Source, Table};
use super::{Assignment, Group, Seed, Settings, TestRule, cases, constructs, files, settings};

/// The longest file that is read: its author wrote it by hand.
const MAX_BYTES: usize = 4 << 20;

/// Reads the text of the file called `file`, in a folder called `name`. What the text does not say is as in a folder without one.
pub(super) fn parse(
    file: &str,
    text: &str,
    name: &str,
    folder: &Folder<'_>,
) -> Result<Assignment, AssignmentError> {
    if text.len() > MAX_BYTES {
        return Err(AssignmentError::whole(
            file,
            "it is larger than 4 MiB",
            "keep long inputs in files: `stdin = { file = \"cases/1.in\" }`",
        ));
    }
    let source = Source::new(text);
    let found = source.parse().map(|root| {
        let base = discover(file, name, folder)?;
        Ok(read(&Table::root(&source, &root), base, file, folder))
    });
    let mut wrongs = source.wrongs.into_inner();
    if !wrongs.is_empty() {
        wrongs.sort_by_key(|wrong| wrong.line);
        return Err(AssignmentError {
            file: file.into(),
            wrongs,
        });
    }
    found.expect("a text that is no TOML was noted as wrong")
}

fn read(root: &Table<'_, '_>, base: Assignment, file: &str, folder: &Folder<'_>) -> Assignment {
    root.only(&[&[
        "name",
        "due",
        "points",
        "seed",
        "submission",
        "files",
        "defaults",
        "tests",
        "groups",
        "cases",
        "constructs",
        "imports",
    ]]);
    let due = due(root);
    let groups = groups(root);
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let context = Context {
        groups: &names,
        due: due.is_some(),
        folder,
    };
    let expected = expected(root, &base);
    let files = files::read(root, base.files, &expected, folder);
    let mut assignment = Assignment {
        name: name(root).unwrap_or(base.name),
        origin: file.into(),
        defaults: defaults(root, &context),
        rules: rules(root, &context),
        cases: cases::read(root, &context, &expected),
        constructs: constructs::read(root, &context),
        seed: seed(root),
        total: total(root),
        groups: Vec::new(),
        expected,
        files,
        due,
    };
    assignment.groups = groups;
    assignment.copy_provided();
    if !assignment.has_tests() && root.source.wrongs.borrow().is_empty() {
        root.source.wrong(
            root.place("files"),
            "there are no tests",
            "name the files with tests: `[files]`, `tests = [\"test_*.py\"]`; or write `[[cases]]`",
        );
    }
    assignment
}

/// What the parts of the file have to know of each other.
pub(super) struct Context<'a> {
    /// The names of the groups.
    pub(super) groups: &'a [&'a str],
    /// Whether there is a due date.
    pub(super) due: bool,
    /// Where files are.
    pub(super) folder: &'a Folder<'a>,
}

impl Context<'_> {
    pub(super) fn settings(&self, table: &Table<'_, '_>) -> Settings {
        settings::read(table, self.groups, self.due)
    }
}

fn name(root: &Table<'_, '_>) -> Option<String> {
    let name = root.text("name", "\"Leap year\"")?;
    one_line(root, "name", &name);
    Some(name.into_inner())
}

/// Names stand in reports of many formats: they are one line that is not empty.
pub(super) fn one_line(table: &Table<'_, '_>, key: &str, name: &toml::Spanned<String>) {
    let text = name.get_ref();
    if text.trim().is_empty() || text.len() > 200 || text.chars().any(char::is_control) {
        table.source.wrong(
            name.span(),
            format!("`{key}` is one line of 1 to 200 bytes"),
            "shorten it: reports show it in full",
        );
    }
}

fn due(root: &Table<'_, '_>) -> Option<jiff::Timestamp> {
    let value = root.get("due")?;
    let text = match value.get_ref() {
        DeValue::Datetime(date) => date.to_string(),
        DeValue::String(text) => text.to_string(),
        _ => String::new(),
    };
    let due = text.parse().ok();
    if due.is_none() {
        root.source.wrong(
            value.span(),
            "`due` is a date and time with its offset from UTC",
            "write `due = 2027-01-31T23:59:00+01:00`, or `…Z` for UTC",
        );
    }
    due
}

fn seed(root: &Table<'_, '_>) -> Seed {
    let Some(value) = root.get("seed") else {
        return Seed::default();
    };
    match value.get_ref() {
        DeValue::String(word) if word == "per run" => return Seed::PerRun,
        number => {
            if let Some(seed) = super::raw::whole(number).filter(|seed| *seed >= 0) {
                return Seed::Fixed(seed.unsigned_abs());
            }
        }
    }
    root.source.wrong(
        value.span(),
        "`seed` is a whole number, or \"per run\"",
        "write `seed = \"per run\"` for other random numbers in each run",
    );
    Seed::default()
}

fn total(root: &Table<'_, '_>) -> Option<f64> {
    let total = settings::points(root, "points")?;
    if total == 0.0 {
        root.source.wrong(
            root.place("points"),
            "an assignment of 0 points",
            "write what all tests together are worth: `points = 100`",
        );
    }
    Some(total)
}

fn expected(root: &Table<'_, '_>, base: &Assignment) -> Vec<String> {
    let example = "{ files = [\"leap.py\"] }";
    let Some(table) = root.table("submission", "`[submission]`", example) else {
        return base.expected.clone();
    };
    table.only(&[&["files"]]);
    let Some(files) = table.texts("files", "[\"leap.py\"]") else {
        return base.expected.clone();
    };
    let mut expected = Vec::new();
    for file in files {
        match crate::paths::clean(file.get_ref()) {
            Ok(path) if expected.contains(&path) => table.source.wrong(
                file.span(),
                format!("`{path}` is listed twice"),
                "leave one out",
            ),
            Ok(path) => expected.push(path),
            Err(what) => table.source.wrong(
                file.span(),
                format!("the path `{}` {what}", file.get_ref()),
                "write it from the submission's folder: `leap.py`, `shapes/circle.py`",
            ),
        }
    }
    expected
}

fn defaults(root: &Table<'_, '_>, context: &Context<'_>) -> Settings {
    let Some(table) = root.table("defaults", "`[defaults]`", "{ points = 2 }") else {
        return Settings::default();
    };
    table.only(&[settings::KEYS]);
    context.settings(&table)
}

fn rules(root: &Table<'_, '_>, context: &Context<'_>) -> Vec<TestRule> {
    let mut rules = Vec::new();
    for table in root.tables("tests") {
        table.only(&[&["match"], settings::KEYS]);
        let example = "\"test_leap.py::*\"";
        let patterns = table.texts("match", example).unwrap_or_default();
        if patterns.is_empty() {
            table.source.wrong(
                table.place("match"),
                "it says of no test what holds for it",
                format!("select tests by their ids: `match = {example}`"),
            );
        }
        rules.push(TestRule {
            patterns: patterns.into_iter().map(|p| p.into_inner()).collect(),
            settings: context.settings(&table),
        });
    }
    rules
}

fn groups(root: &Table<'_, '_>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for table in root.tables("groups") {
        table.only(&[&["name", "points", "all_or_nothing", "needs"]]);
        let Some(name) = table.text("name", "\"basics\"") else {
            if table.get("name").is_none() {
                let hint = "write `name = \"basics\"`: tests refer to it by `group = \"basics\"`";
                table
                    .source
                    .wrong(table.span(), "a group without a name", hint);
            }
            continue;
        };
        one_line(&table, "name", &name);
        if groups.iter().any(|group| group.name == *name.get_ref()) {
            table.source.wrong(
                name.span(),
                format!("there are two groups `{}`", name.get_ref()),
                "give one of them another name",
            );
        }
        groups.push(Group {
            name: name.into_inner(),
            points: settings::points(&table, "points"),
            all_or_nothing: table
                .truth("all_or_nothing")
                .is_some_and(|all| all.into_inner()),
            needs: settings::needs(&table).unwrap_or_default(),
            line: table.line(),
        });
    }
    groups
}

#[cfg(test)]
mod tests;
