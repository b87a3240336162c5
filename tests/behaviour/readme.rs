//! The README's table of exit codes and outcomes, held to the programs that it names.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Failed;

use crate::spec::Spec;

/// Where the programs of the table are.
const AREA: &str = "exit_codes";
/// What a shell adds to the number of the signal that a process died of.
const BY_SIGNAL: i32 = 128;

/// One row of the table.
struct Row {
    code: String,
    outcome: String,
    program: String,
}

/// Each row is what its program expects (and so gives, as that is a test of its own); every program is in a row, and so is every code that
/// `croquant run --help` names.
pub(crate) fn check(root: &Path) -> Result<(), Failed> {
    let readme = std::fs::read_to_string(root.join("../../README.md"))?;
    let rows = rows(&readme)?;
    for row in &rows {
        check_row(root, row)?;
    }
    let named: BTreeSet<_> = rows.iter().map(|row| row.program.clone()).collect();
    let programs: BTreeSet<_> = crate::folders(&root.join(AREA))
        .iter()
        .map(|folder| crate::name(folder))
        .collect();
    same("programs", &named, &programs)?;
    let codes = rows.iter().skip(1).map(|row| row.code.clone()).collect();
    same("exit codes", &codes, &codes_of_help()?)
}

fn rows(readme: &str) -> Result<Vec<Row>, Failed> {
    let table = readme
        .split_once("| code | outcome | meaning | program |\n| --- | --- | --- | --- |\n")
        .ok_or("the README has no table of exit codes")?
        .1;
    table
        .lines()
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let ["", code, outcome, _, link, ""] = cells.as_slice() else {
                return Err(format!("`{line}` is no row of four").into());
            };
            let program = link
                .strip_prefix('[')
                .and_then(|link| link.split_once(']'))
                .ok_or_else(|| format!("`{line}` names no program"))?
                .0;
            let target = format!("[{program}](tests/specs/{AREA}/{program}/spec.toml)");
            if *link != target {
                return Err(format!("`{line}` leads elsewhere than to `{target}`").into());
            }
            Ok(Row {
                code: (*code).to_owned(),
                outcome: outcome.trim_matches('`').to_owned(),
                program: program.to_owned(),
            })
        })
        .collect()
}

fn check_row(root: &Path, row: &Row) -> Result<(), Failed> {
    let spec = Spec::read(&root.join(AREA).join(&row.program))?;
    let code = spec.signal.map_or(spec.code, |signal| BY_SIGNAL + signal);
    let outcome = spec.report.get("outcome").and_then(|value| value.as_str());
    let is_code = match row.code.split_once(" to ") {
        Some((first, last)) => (first.parse::<i32>()?..=last.parse()?).contains(&code),
        None => row.code.parse::<i32>()? == code,
    };
    if is_code && outcome.unwrap_or("") == row.outcome {
        return Ok(());
    }
    Err(format!(
        "the README says that `{}` ends with `{}` `{}`, and it ends with `{code}` {outcome:?}",
        row.program, row.code, row.outcome
    )
    .into())
}

fn codes_of_help() -> Result<BTreeSet<String>, Failed> {
    let help = Command::new(env!("CARGO_BIN_EXE_croquant"))
        .args(["run", "--help"])
        .output()?
        .stdout;
    let help = String::from_utf8(help)?;
    let codes = help
        .split_once("Exit codes:\n")
        .ok_or("the help has no exit codes")?
        .1;
    Ok(codes
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
        .map(str::to_owned)
        .collect())
}

fn same(what: &str, readme: &BTreeSet<String>, real: &BTreeSet<String>) -> Result<(), Failed> {
    if readme == real {
        return Ok(());
    }
    Err(format!("the README's {what} are {readme:?}, and not {real:?}").into())
}

/// Every place that the index of subjects names is there.
pub(crate) fn check_index(tests: &Path) -> Result<(), Failed> {
    let index = std::fs::read_to_string(tests.join("README.md"))?;
    let table = index
        .split_once("\n## Subjects\n")
        .ok_or("`tests/README.md` has no index of subjects")?
        .1;
    let places: Vec<&str> = table.split('`').skip(1).step_by(2).collect();
    if places.len() < 50 {
        return Err(format!("the index names {} places only", places.len()).into());
    }
    match places.iter().find(|place| !tests.join(place).exists()) {
        Some(gone) => Err(format!("the index names `{gone}`, which is not there").into()),
        None => Ok(()),
    }
}
