//! Jupyter notebooks: their code cells become a module. (nbformat: docs/format_description.rst)

mod magics;

use serde::Deserialize;

use super::pile::Pile;
use super::{problem, unreadable};
use crate::{Problem, ProblemKind, paths};

/// Cells with one of these tags are the submission, if any cell has one.
const TAGS: [&str; 2] = ["solution", "grade"];

/// The part of a notebook that is looked at.
#[derive(Deserialize)]
struct Notebook {
    nbformat: u32,
    #[serde(default)]
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: String,
    #[serde(default)]
    metadata: Metadata,
    source: Text,
}

#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Whole(String),
    Lines(Vec<String>),
}

/// Makes modules of the notebooks, if there are notebooks and no modules.
pub(super) fn convert(pile: &mut Pile) -> Result<(), Problem> {
    let has = |pile: &Pile, end: &str| pile.files.keys().any(|path| path.ends_with(end));
    if has(pile, ".py") || !has(pile, ".ipynb") {
        return Ok(());
    }
    for (path, content) in std::mem::take(&mut pile.files) {
        if path.ends_with(".ipynb") {
            let module = module(&path);
            let source = source(&path, &content)?;
            pile.notes
                .push(format!("`{module}` was made from `{path}`"));
            pile.files.insert(module, source.into_bytes());
        } else {
            pile.files.insert(path, content);
        }
    }
    Ok(())
}

/// The path of its module: a name that can be imported.
fn module(path: &str) -> String {
    let name = paths::name(path);
    let letter = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let stem: String = paths::stem(path).chars().map(letter).collect();
    let digit = if stem.starts_with(|c: char| c.is_numeric()) {
        "_"
    } else {
        ""
    };
    format!("{}{digit}{stem}.py", &path[..path.len() - name.len()])
}

/// The code of its cells, each after a comment with its number.
fn source(path: &str, json: &[u8]) -> Result<String, Problem> {
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let notebook: Notebook = serde_json::from_slice(json).map_err(|error| {
        unreadable(
            format!("`{path}` is no notebook: {error}"),
            "save it in Jupyter, and hand in that file",
        )
    })?;
    if notebook.nbformat != 4 {
        return Err(unreadable(
            format!("`{path}` is a notebook of format {}", notebook.nbformat),
            "open and save it in a Jupyter of today, which writes format 4",
        ));
    }
    let is_tagged = |cell: &Cell| {
        cell.metadata
            .tags
            .iter()
            .any(|tag| TAGS.contains(&tag.as_str()))
    };
    let is_code = |cell: &Cell| cell.cell_type == "code";
    let by_tag = notebook
        .cells
        .iter()
        .any(|cell| is_code(cell) && is_tagged(cell));
    let mut source = String::new();
    for (i, cell) in notebook.cells.iter().enumerate() {
        if is_code(cell) && (!by_tag || is_tagged(cell)) {
            let text = match &cell.source {
                Text::Whole(text) => text.clone(),
                Text::Lines(lines) => lines.concat(),
            };
            source.push_str(&format!("# cell {}\n", i + 1));
            source.push_str(&magics::out(&text));
        }
    }
    if source
        .lines()
        .all(|line| line.is_empty() || line.starts_with("# cell"))
    {
        return Err(problem(
            ProblemKind::MissingFile,
            format!("`{path}` has no cell with code"),
            "hand in the notebook in which you wrote your solution, saved",
        ));
    }
    Ok(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(path: &str, json: &str) -> Result<Vec<(String, String)>, String> {
        let mut pile = Pile::default();
        pile.add(path, json.as_bytes().to_vec()).unwrap();
        convert(&mut pile).map_err(|problem| problem.message)?;
        let text = |(path, content)| (path, String::from_utf8(content).unwrap());
        Ok(pile.files.into_iter().map(text).collect())
    }

    #[track_caller]
    fn check(cells: &str, expected: &str) {
        let json = format!(
            r#"{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{cells}]}}"#
        );
        let files = converted("my leap-year.ipynb", &json).unwrap();
        assert_eq!(files, [("my_leap_year.py".to_owned(), expected.to_owned())]);
    }

    #[test]
    fn code_cells_are_joined() {
        check(
            r##"{"cell_type": "markdown", "metadata": {}, "source": ["# Leap"]},
            {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["x = 1\n", "y = 2"]},
            {"cell_type": "code", "source": "%matplotlib inline\nz = 3"}"##,
            "# cell 2\nx = 1\ny = 2\n# cell 3\npass  # %matplotlib inline\nz = 3\n",
        );
    }

    #[test]
    fn tags_choose_cells() {
        check(
            r#"{"cell_type": "code", "metadata": {"tags": ["solution"]}, "source": "x = 1"},
            {"cell_type": "code", "metadata": {"tags": ["play"]}, "source": "y = 2"}"#,
            "# cell 1\nx = 1\n",
        );
    }

    #[track_caller]
    fn refused(json: &str, expected: &str) {
        let error = converted("leap.ipynb", json).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_is_no_notebook_is_refused() {
        refused("x = 1", "`leap.ipynb` is no notebook");
        refused(
            r#"{"nbformat": 3, "worksheets": []}"#,
            "a notebook of format 3",
        );
        refused(r#"{"nbformat": 4, "cells": []}"#, "no cell with code");
        refused(&"[".repeat(100_000), "is no notebook");
    }

    #[test]
    fn modules_are_handed_in_beside_a_notebook() {
        let mut pile = Pile::default();
        pile.add("leap.py", b"x".to_vec()).unwrap();
        pile.add("notes.ipynb", b"?".to_vec()).unwrap();
        convert(&mut pile).unwrap();
        assert_eq!(pile.files.len(), 2);
    }
}
