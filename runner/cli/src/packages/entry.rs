//! Console scripts: `-m NAME` runs one where there is no module of that name, as the specification "Entry points" has it.

use std::fs;
use std::path::Path;

use croquant_sandbox::{Mount, Program};

use super::{SITE, install};

/// The program behind the console script `name` of the packages in `mounts`, unless `name` is a module there that can be run.
pub(crate) fn program(name: &str, mounts: &[Mount]) -> Option<Program> {
    let packages = &mounts.iter().find(|mount| mount.guest == SITE)?.host;
    if is_module(packages, name) {
        return None;
    }
    install::distributions(packages)
        .ok()?
        .iter()
        .find_map(|folder| {
            let text = fs::read_to_string(folder.join("entry_points.txt")).ok()?;
            let (module, function) = find(&text, name)?;
            Some(Program::Command(code(name, &module, &function)))
        })
}

fn is_module(packages: &Path, name: &str) -> bool {
    let path = packages.join(name.replace('.', "/"));
    path.join("__main__.py").is_file()
        || path.with_file_name(format!("{}.py", tail(name))).is_file()
}

fn tail(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The module and the function that `[console_scripts]` gives `name`.
fn find(text: &str, name: &str) -> Option<(String, String)> {
    let mut section = "";
    for line in text.lines().map(str::trim) {
        if let Some(inside) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            section = inside;
        } else if section == "console_scripts"
            && let Some((key, value)) = line.split_once('=')
            && key.trim() == name
        {
            let object = value.split('[').next().unwrap_or("").trim();
            let (module, function) = object.split_once(':')?;
            let (module, function) = (module.trim(), function.trim());
            let path = |text: &str| {
                !text.is_empty()
                    && text
                        .chars()
                        .all(|c| c.is_alphanumeric() || "_.".contains(c))
            };
            return (path(module) && path(function))
                .then(|| (module.to_owned(), function.to_owned()));
        }
    }
    None
}

/// What an installer writes into the script's file. A module of the standard library that can be run goes first, as `-m` promises.
fn code(name: &str, module: &str, function: &str) -> String {
    let top = function.split('.').next().unwrap_or(function);
    format!(
        "\
import sys
from importlib.util import find_spec
own = find_spec({name:?}) if {name:?}.partition('.')[0] in sys.stdlib_module_names else None
if own and (own.submodule_search_locations is None or find_spec({name:?} + '.__main__')):
    import runpy
    runpy.run_module({name:?}, run_name='__main__', alter_sys=True)
else:
    from {module} import {top}
    sys.exit({function}())
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[gui_scripts]\nhttp = wrong:main\n\n[console_scripts]\nhttp = httpie.__main__:main\ncli=a.b:C.run [extra]\nbad = x;y:z\n";

    #[track_caller]
    fn check(name: &str, expected: Option<(&str, &str)>) {
        let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(find(TEXT, name), expected);
    }

    #[test]
    fn console_scripts_are_found() {
        check("http", Some(("httpie.__main__", "main")));
        check("cli", Some(("a.b", "C.run")));
        check("bad", None);
        check("htt", None);
    }

    #[test]
    fn a_function_may_be_an_attribute() {
        assert!(code("cli", "a.b", "C.run").contains("from a.b import C\n    sys.exit(C.run())"));
    }
}
