//! A request for packages: everything that decides the answer, and the key that follows from it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest as _, Sha256};

use super::lock::Lock;
use super::uv::{Failed, Uv};
use super::{Metadata, Wanted};
use crate::exit::{Exit, Failure};
use crate::script::reason;

/// Part of every key: rises when the same request would be answered with another folder.
const SCHEME: &str = "1";
/// The platform for which uv resolves. uv knows WebAssembly by Pyodide's releases only, so packages leave out here what they leave out
/// there. The release is one whose machine code no wheel for the guest's Python has: only pure wheels are left.
const PLATFORM: &str = "wasm32-pyodide2024";
/// A platform for which most machine code is built, to tell why there was no answer.
const OTHER_PLATFORM: &str = "linux";
/// Variables of uv that decide what is found. Hashed into the key and never written down, as addresses may hold passwords.
const VARIABLES: [&str; 14] = [
    "UV_BUILD_CONSTRAINT",
    "UV_CONFIG_FILE",
    "UV_CONSTRAINT",
    "UV_DEFAULT_INDEX",
    "UV_EXCLUDE",
    "UV_EXCLUDE_NEWER",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_INDEX",
    "UV_INDEX_STRATEGY",
    "UV_INDEX_URL",
    "UV_OVERRIDE",
    "UV_PRERELEASE",
    "UV_RESOLUTION",
];
/// Past this, a file of requirements is none. Bounds the host's memory.
const FILE_MAX_BYTES: u64 = 4 << 20;

/// What is asked of uv.
pub(crate) struct Request {
    /// The name of the answer: a hash.
    pub(crate) key: String,
    /// Whether uv may ask a server.
    pub(crate) offline: bool,
    with: Vec<String>,
    script: Vec<String>,
    requirements: Vec<PathBuf>,
    find_links: Vec<String>,
    exclude_newer: Option<String>,
}

impl Request {
    /// Puts together what the flags and the script say.
    ///
    /// # Errors
    /// A file of requirements or a folder of wheels that cannot be read.
    pub(crate) fn new(wanted: &Wanted, metadata: &Metadata) -> Result<Self, Failure> {
        let here = std::env::current_dir().map_err(Failure::host)?;
        let mut hasher = Hasher::new();
        hasher.add(SCHEME);
        hasher.add(croquant_guest::PYTHON);
        let with: Vec<String> = wanted
            .with
            .iter()
            .map(|text| absolute(text, &here))
            .collect();
        for text in with.iter().collect::<BTreeSet<_>>() {
            hasher.add(&format!("with {text}"));
            hasher.add_stamp(Path::new(text));
        }
        for text in metadata.dependencies.iter().collect::<BTreeSet<_>>() {
            hasher.add(&format!("script {text}"));
        }
        let mut requirements = Vec::new();
        for file in &wanted.requirements {
            let path = here.join(file);
            hasher
                .add_requirements(&path, &mut BTreeSet::new())
                .map_err(|error| cannot_read(file, &error))?;
            requirements.push(path);
        }
        let mut find_links = Vec::new();
        for text in &wanted.find_links {
            if text.contains("://") {
                hasher.add(text);
                find_links.push(text.clone());
                continue;
            }
            let folder = here.join(text);
            hasher.add_folder(&folder).map_err(|error| {
                Failure::new(
                    Exit::NotFound,
                    format!("folder `{text}` cannot be read: {}", reason(&error)),
                    "`--find-links` takes a folder with wheels in it",
                )
            })?;
            find_links.push(folder.display().to_string());
        }
        hasher.add(metadata.exclude_newer.as_deref().unwrap_or(""));
        for name in VARIABLES {
            let value = std::env::var_os(name).unwrap_or_default();
            hasher.add(&format!("{name}={}", value.display()));
        }
        Ok(Self {
            key: hasher.finish(),
            offline: wanted.offline,
            with,
            script: metadata.dependencies.clone(),
            requirements,
            find_links,
            exclude_newer: metadata.exclude_newer.clone(),
        })
    }

    /// Lets uv choose a wheel for each package. `folder` is empty and takes its files.
    ///
    /// # Errors
    /// That it cannot, with the reason.
    pub(crate) fn resolve(&self, uv: &Uv, folder: &Path) -> Result<Lock, Failure> {
        let mut files = self.requirements.clone();
        for (name, lines) in [("with.in", &self.with), ("script.in", &self.script)] {
            let file = folder.join(name);
            fs::write(&file, lines.join("\n") + "\n").map_err(Failure::host)?;
            files.push(file);
        }
        match uv.run(&self.arguments(&files, PLATFORM), folder) {
            Ok(text) => Lock::parse(text),
            Err(Failed::NotRun(failure)) => Err(failure),
            Err(Failed::Said(said)) => {
                // Elsewhere there may be an answer: then it is the machine code that stands in the way, and of which package.
                let elsewhere = uv.run(&self.arguments(&files, OTHER_PLATFORM), folder);
                let native = elsewhere.ok().and_then(|text| Lock::parse(text).ok());
                match native.map(|lock| lock.check()) {
                    Some(Err(failure)) => Err(failure),
                    _ => Err(explain(&said)),
                }
            }
        }
    }

    fn arguments(&self, files: &[PathBuf], platform: &str) -> Vec<String> {
        let mut arguments: Vec<String> =
            ["pip", "compile", "--format", "pylock.toml", "--no-header"]
                .map(str::to_owned)
                .to_vec();
        arguments.extend(self.common(platform));
        for folder in &self.find_links {
            arguments.push(format!("--find-links={folder}"));
        }
        if let Some(date) = &self.exclude_newer {
            arguments.push(format!("--exclude-newer={date}"));
        }
        arguments.push("--".to_owned());
        arguments.extend(files.iter().map(|file| file.display().to_string()));
        arguments
    }

    /// The arguments of both steps: for which Python, and that nothing may be built, as that would run a package's code here.
    fn common(&self, platform: &str) -> Vec<String> {
        let mut arguments = vec![
            format!("--python-version={}", croquant_guest::PYTHON),
            format!("--python-platform={platform}"),
            "--no-build".to_owned(),
        ];
        if self.offline {
            arguments.push("--offline".to_owned());
        }
        arguments
    }

    /// The arguments that install what `lock` lists into `target`.
    pub(crate) fn installation(&self, lock: &Path, target: &Path) -> Vec<String> {
        // Copied, and not linked to the files of uv's cache: bytecode is added to this folder by a guest.
        let mut arguments = ["pip", "install", "--link-mode=copy"]
            .map(str::to_owned)
            .to_vec();
        arguments.extend(self.common(PLATFORM));
        arguments.push(format!("--target={}", target.display()));
        arguments.push(format!("--requirement={}", lock.display()));
        arguments
    }
}

/// What uv said, with what to do about it.
fn explain(said: &str) -> Failure {
    let mut sources_only = said.lines().filter_map(|line| {
        line.strip_prefix("hint: Wheels are required for `")?
            .split_once('`')
            .map(|(name, _)| name)
    });
    if let Some(name) = sources_only.next() {
        return Failure::new(
            Exit::Failed,
            format!(
                "package `{name}` has no wheel that fits, only sources, and nothing is built: that would run its code outside the sandbox"
            ),
            "choose a release that has a wheel, or build one where you trust it and give its folder with `--find-links`",
        );
    }
    let hint = if said.contains("the network was disabled") {
        "without `--offline`, packages are fetched once and kept".to_owned()
    } else if said.contains("No interpreter found") {
        "uv needs some Python on this machine: install `python3`, or `uv python install`".to_owned()
    } else if said.contains("No solution found") {
        format!(
            "check the names and versions; packages need wheels for Python {} without machine code",
            croquant_guest::PYTHON
        )
    } else {
        "check the names, the network and uv's configuration".to_owned()
    };
    let said: Vec<&str> = said
        .lines()
        .filter(|line| !line.starts_with("hint: ") && !line.is_empty())
        .collect();
    let said = said.join("\n");
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    let unsolved = "No solution found when resolving dependencies\n  cause: ";
    let message = match said.strip_prefix(unsolved) {
        Some(reason) => format!("no choice of packages fits: {reason}"),
        None => format!("uv gives no packages: {said}"),
    };
    Failure::new(Exit::Failed, message, hint)
}

/// A path to a wheel, made absolute: uv runs in another folder. Everything else stays as it is.
fn absolute(text: &str, here: &Path) -> String {
    let relative = text.starts_with("./") || text.starts_with("../") || text.ends_with(".whl");
    if relative && !text.contains("://") {
        here.join(text).display().to_string()
    } else {
        text.to_owned()
    }
}

/// The hash of a request.
struct Hasher(Sha256);

impl Hasher {
    fn new() -> Self {
        Self(Sha256::new())
    }

    /// Adds a text so that no two sequences of texts are the same.
    fn add(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    /// Adds a file of requirements by its content, with those that it names.
    fn add_requirements(&mut self, path: &Path, seen: &mut BTreeSet<PathBuf>) -> io::Result<()> {
        if !seen.insert(path.to_owned()) {
            return Ok(());
        }
        let mut text = String::new();
        fs::File::open(path)?
            .take(FILE_MAX_BYTES + 1)
            .read_to_string(&mut text)?;
        if text.len() as u64 > FILE_MAX_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.add(&path.display().to_string());
        self.add(&text);
        let folder = path.parent().unwrap_or(Path::new("/"));
        for line in text.lines() {
            let line = line.trim();
            if let Some(other) = included(line) {
                // uv says what is wrong with one that cannot be read.
                let _ = self.add_requirements(&folder.join(other), seen);
            } else if line.ends_with(".whl") {
                self.add_stamp(&folder.join(line));
            }
        }
        Ok(())
    }

    /// Adds the wheels of a folder, each by its stamp.
    fn add_folder(&mut self, folder: &Path) -> io::Result<()> {
        let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        let paths: BTreeSet<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
        self.add(&folder.display().to_string());
        for path in paths {
            self.add_stamp(&path);
        }
        Ok(())
    }

    /// Adds what tells whether a file, if there is one, has changed.
    fn add_stamp(&mut self, path: &Path) {
        let Ok(metadata) = fs::metadata(path) else {
            return;
        };
        let modified = metadata.modified().ok();
        let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let stamp = (path, metadata.len(), modified);
        self.add(&format!("{stamp:?}"));
    }

    fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// The other file that a line of a file of requirements includes.
fn included(line: &str) -> Option<&str> {
    ["-r", "-c", "--requirement", "--constraint"]
        .into_iter()
        .filter_map(|option| line.strip_prefix(option))
        .find(|rest| rest.starts_with([' ', '=', '\t']))
        .map(|rest| rest[1..].trim())
}

fn cannot_read(file: &Path, error: &io::Error) -> Failure {
    let shown = file.display();
    let hint = "check the path given to `--requirement`";
    match error.kind() {
        io::ErrorKind::NotFound => Failure::new(
            Exit::NotFound,
            format!("file of requirements `{shown}` does not exist"),
            hint,
        ),
        _ => Failure::new(
            Exit::Unreadable,
            format!(
                "file of requirements `{shown}` cannot be read: {}",
                reason(error)
            ),
            hint,
        ),
    }
}

/// The first half of a hash, which is enough for a name.
pub(crate) fn hex(hash: &[u8]) -> String {
    hash[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(with: &[&str]) -> Wanted {
        Wanted {
            with: with.iter().map(|text| (*text).to_owned()).collect(),
            requirements: Vec::new(),
            find_links: Vec::new(),
            offline: false,
            refresh: false,
            metadata: true,
        }
    }

    fn key(wanted: &Wanted) -> String {
        let request = Request::new(wanted, &Metadata::default());
        request.map(|request| request.key).expect("a request")
    }

    #[test]
    fn the_key_is_of_what_is_asked_and_not_of_its_order() {
        assert_eq!(key(&wanted(&["a", "b"])), key(&wanted(&["b", "a", "a"])));
        assert_ne!(key(&wanted(&["a", "b"])), key(&wanted(&["a"])));
        assert_ne!(key(&wanted(&["a"])), key(&wanted(&["a==1"])));
        let offline = Wanted {
            offline: true,
            ..wanted(&["a"])
        };
        assert_eq!(key(&wanted(&["a"])), key(&offline));
    }

    #[test]
    fn the_key_changes_with_the_files_that_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let all = Wanted {
            requirements: vec![path("r.txt")],
            find_links: vec![folder.path().display().to_string()],
            ..wanted(&[])
        };
        fs::write(path("r.txt"), "a\n-r other.txt\n").expect("a file");
        fs::write(path("other.txt"), "b\n").expect("a file");
        let first = key(&all);
        assert_eq!(first, key(&all));
        fs::write(path("other.txt"), "c\n").expect("a file");
        let second = key(&all);
        assert_ne!(first, second);
        fs::write(path("x.whl"), "x").expect("a file");
        assert_ne!(second, key(&all));
    }

    #[test]
    fn paths_of_wheels_become_absolute() {
        let here = Path::new("/here");
        assert_eq!(absolute("./a.whl", here), "/here/./a.whl");
        assert_eq!(absolute("a.whl", here), "/here/a.whl");
        assert_eq!(absolute("rich", here), "rich");
        let address = "https://example.org/a.whl";
        assert_eq!(absolute(address, here), address);
    }
}
