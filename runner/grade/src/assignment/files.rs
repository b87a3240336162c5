//! `[files]`: which of the folder's files are there for what.

use globset::GlobBuilder;
use toml::Spanned;

use super::folder::Folder;
use super::raw::Table;
use super::{AssignmentFile, Role};

/// Reads the table over what the folder is without it: each list replaces what was found for its role.
pub(super) fn read(
    root: &Table<'_, '_>,
    mut files: Vec<AssignmentFile>,
    expected: &[String],
    folder: &Folder<'_>,
) -> Vec<AssignmentFile> {
    let example = "{ tests = [\"test_*.py\"] }";
    let Some(table) = root.table("files", "`[files]`", example) else {
        return files;
    };
    table.only(&[&["tests", "checker", "provided", "reference", "starter"]]);
    for (key, role) in [
        ("tests", Role::Test),
        ("checker", Role::Checker),
        ("provided", Role::Provided),
    ] {
        let Some(patterns) = table.texts(key, "[\"test_*.py\"]") else {
            continue;
        };
        files.retain(|file| file.role != role);
        for pattern in patterns {
            for path in selected(&table, &pattern, folder) {
                if files
                    .iter()
                    .any(|file| file.role == role && file.path == path)
                {
                    continue;
                }
                take(&table, &pattern, path, None, role, folder, &mut files);
            }
        }
    }
    for (key, role) in [("reference", Role::Reference), ("starter", Role::Starter)] {
        pairs(&table, key, role, expected, folder, &mut files);
    }
    files
}

/// The paths that a pattern selects: `*` stays within a folder, `**` does not.
fn selected<'f>(
    table: &Table<'_, '_>,
    pattern: &Spanned<String>,
    folder: &'f Folder<'_>,
) -> Vec<&'f str> {
    let glob = GlobBuilder::new(pattern.get_ref())
        .literal_separator(true)
        .build();
    let glob = match glob {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => {
            table.source.wrong(
                pattern.span(),
                format!("`{}` is no pattern: {}", pattern.get_ref(), error.kind()),
                "write `tests/test_*.py`, or `data/**` for all that is beneath `data`",
            );
            return Vec::new();
        }
    };
    let paths: Vec<_> = folder
        .names()
        .filter(|path| glob.is_match(path) || path == pattern.get_ref())
        .collect();
    if paths.is_empty() {
        let missing = folder.missing(pattern.get_ref());
        table
            .source
            .wrong(pattern.span(), missing.message, missing.hint);
    }
    paths
}

fn take(
    table: &Table<'_, '_>,
    said: &Spanned<String>,
    path: &str,
    renamed: Option<String>,
    role: Role,
    folder: &Folder<'_>,
    files: &mut Vec<AssignmentFile>,
) {
    match folder.file(path, role) {
        Ok(file) => files.push(AssignmentFile {
            path: renamed.unwrap_or(file.path),
            ..file
        }),
        Err(missing) => table
            .source
            .wrong(said.span(), missing.message, missing.hint),
    }
}

/// Files by the name of what they stand for: `{ "leap.py" = "solutions/leap.py" }`.
fn pairs(
    table: &Table<'_, '_>,
    key: &str,
    role: Role,
    expected: &[String],
    folder: &Folder<'_>,
    files: &mut Vec<AssignmentFile>,
) {
    let name = format!("`{key}`");
    let Some(pairs) = table.table(key, &name, "{ \"leap.py\" = \"solutions/leap.py\" }") else {
        return;
    };
    files.retain(|file| file.role != role);
    for (solved, path) in pairs.entries() {
        let name = Spanned::new(solved.span(), solved.get_ref().to_string());
        if !expected.is_empty() && !expected.contains(name.get_ref()) {
            let none = "list it in `[submission]`: `files`";
            let names = expected.iter().map(String::as_str);
            super::raw::unknown(table.source, "file to hand in", &name, names, none);
        }
        match path.get_ref().as_str() {
            Some(text) => {
                let said = Spanned::new(path.span(), text.to_owned());
                take(
                    table,
                    &said,
                    text,
                    Some(name.into_inner()),
                    role,
                    folder,
                    files,
                );
            }
            None => table.source.wrong(
                path.span(),
                format!("it is a path, not {}", super::raw::shown(path.get_ref())),
                "write `\"solutions/leap.py\"`",
            ),
        }
    }
}
