//! Embeds the page's script and style, and the example tutorial, in the executable.

#![expect(clippy::disallowed_methods, reason = "the build reads what it embeds")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut code = String::new();

    let dist = root.join("ui/dist");
    for name in ["app.js", "app.css", "THIRD-PARTY.txt"] {
        let file = dist.join(name);
        println!("cargo::rerun-if-changed={}", file.display());
        if !file.is_file() {
            println!(
                "cargo::error=`web/ui/dist/{name}` is missing: the page's script and style are not built yet. \
                 Run `just ui` first"
            );
        }
    }
    list(
        &mut code,
        "UI",
        &files(&dist, &["app.js", "app.css", "THIRD-PARTY.txt"]),
    );

    let example = root.join("example");
    println!("cargo::rerun-if-changed={}", example.display());
    let mut pages = Vec::new();
    walk(&example, "", &mut pages);
    pages.sort();
    list(&mut code, "EXAMPLE", &pages);

    fs::write(out.join("embedded.rs"), code).expect("the build folder can be written");
}

/// The named files of `folder` that are there.
fn files(folder: &Path, names: &[&str]) -> Vec<(String, PathBuf)> {
    let named = names
        .iter()
        .map(|name| (name.to_string(), folder.join(name)));
    named.filter(|(_, file)| file.is_file()).collect()
}

/// All files under `folder`, named by their path with `/`, without what begins with a dot.
fn walk(folder: &Path, prefix: &str, found: &mut Vec<(String, PathBuf)>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            walk(&path, &format!("{prefix}{name}/"), found);
        } else {
            println!("cargo::rerun-if-changed={}", path.display());
            found.push((format!("{prefix}{name}"), path));
        }
    }
}

fn list(code: &mut String, name: &str, files: &[(String, PathBuf)]) {
    writeln!(code, "pub(crate) static {name}: &[(&str, &[u8])] = &[").expect("a string takes it");
    for (path, file) in files {
        writeln!(code, "    ({path:?}, include_bytes!({file:?})),").expect("a string takes it");
    }
    code.push_str("];\n");
}
