//! What uv resolved: a list of wheels, as the specification "pylock.toml" (PEP 751) has it. Pure.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::request::hex;
use crate::exit::{Exit, Failure};

/// The most bytes of wheels for one session. Protects the host's disk.
const MAX_BYTES: u64 = 512 << 20;

/// A checked answer of uv.
#[derive(Debug)]
pub(crate) struct Lock {
    /// One for each package.
    pub(crate) wheels: Vec<Wheel>,
    /// The lock file, without its condition on the Python that reads it: uv would put that to the host's.
    pub(crate) text: String,
}

/// A wheel that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wheel {
    /// The package's name.
    pub(crate) package: String,
    /// Its version.
    pub(crate) version: String,
    /// The name of the file.
    pub(crate) file: String,
    /// Its hashes.
    hashes: BTreeMap<String, String>,
    /// Its size in bytes, where that is known before it is fetched.
    size: u64,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    wheels: Vec<Archive>,
    archive: Option<Archive>,
}

#[derive(Deserialize)]
struct Archive {
    name: Option<String>,
    url: Option<String>,
    path: Option<String>,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

impl Lock {
    /// Reads uv's answer.
    ///
    /// # Errors
    /// That it is none.
    pub(crate) fn parse(text: String) -> Result<Self, Failure> {
        let file: File = toml::from_str(&text).map_err(|error| {
            Failure::new(
                Exit::Failed,
                format!("uv's answer is not understood: {}", error.message()),
                "try another version of uv; croquant is tested with 0.13",
            )
        })?;
        let wheels = file.packages.into_iter().map(Package::wheel).collect();
        let text = text
            .lines()
            .filter(|line| !line.starts_with("requires-python ="))
            .map(|line| format!("{line}\n"))
            .collect();
        Ok(Self { wheels, text })
    }

    /// Whether every package can be installed: a wheel, without machine code as far as its name tells, and all of them within
    /// bounds.
    ///
    /// # Errors
    /// The packages that cannot.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let native: Vec<String> = self.wheels.iter().filter_map(Wheel::native).collect();
        if let [first, ..] = native.as_slice() {
            return Err(Failure::new(
                Exit::Failed,
                match native.len() {
                    1 => first.clone(),
                    _ => native.join("\n       "),
                },
                "the sandbox runs Python and no machine code; look for a package or a release that is pure Python",
            ));
        }
        let bytes: u64 = self.wheels.iter().map(|wheel| wheel.size).sum();
        if bytes > MAX_BYTES {
            return Err(Failure::new(
                Exit::Failed,
                format!(
                    "the packages have {} MiB, and at most {} are fetched",
                    bytes >> 20,
                    MAX_BYTES >> 20
                ),
                "ask for fewer or smaller packages",
            ));
        }
        Ok(())
    }

    /// The name of the folder with these wheels in it: a hash of them and of the Python that they are compiled for.
    pub(crate) fn name(&self) -> String {
        let mut wheels: Vec<&Wheel> = self.wheels.iter().collect();
        wheels.sort();
        let mut hasher = Sha256::new();
        hasher.update(croquant_guest::PYTHON);
        for wheel in wheels {
            hasher.update(format!("\n{} {:?}", wheel.file, wheel.hashes));
        }
        hex(&hasher.finalize())
    }
}

impl Package {
    fn wheel(self) -> Wheel {
        let archive = self.wheels.into_iter().next().or(self.archive);
        let file = archive.as_ref().map_or("", Archive::file).to_owned();
        let (hashes, size) =
            archive.map_or_else(Default::default, |archive| (archive.hashes, archive.size));
        Wheel {
            package: self.name,
            version: self.version,
            file,
            hashes,
            size,
        }
    }
}

impl Archive {
    fn file(&self) -> &str {
        let place = self
            .name
            .as_ref()
            .or(self.path.as_ref())
            .or(self.url.as_ref());
        let place = place.map_or("", |place| place.split(['#', '?']).next().unwrap_or(""));
        place.rsplit('/').next().unwrap_or("")
    }
}

impl Wheel {
    /// What is wrong with a wheel that is not for every platform.
    fn native(&self) -> Option<String> {
        let Self {
            package,
            version,
            file,
            ..
        } = self;
        let Some(stem) = file.strip_suffix(".whl") else {
            return Some(format!(
                "package `{package} {version}` has no wheel, only sources, and nothing is built"
            ));
        };
        let mut tags: Vec<&str> = stem.rsplitn(4, '-').take(3).collect();
        tags.reverse();
        let pure = tags
            .last()
            .is_some_and(|platform| platform.split('.').any(|one| one == "any"));
        (!pure).then(|| {
            format!(
                "package `{package} {version}` is not pure Python: its wheels hold machine code, as for `{}`",
                tags.join("-")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(files: &[&str]) -> Lock {
        let mut text = "lock-version = \"1.0\"\nrequires-python = \">=3.13.5\"\n".to_owned();
        for file in files {
            text += &format!(
                "[[packages]]\nname = \"p\"\nversion = \"1\"\nwheels = [{{ url = \"https://example.org/x/{file}\", size = 7 }}]\n"
            );
        }
        Lock::parse(text).expect("a lock")
    }

    #[track_caller]
    fn check(file: &str, expected: Option<&str>) {
        let message = lock(&[file]).check().err().map(|failure| failure.message);
        assert_eq!(message.as_deref(), expected);
    }

    #[test]
    fn pure_wheels_are_taken() {
        check("rich-15.0.0-py3-none-any.whl", None);
        check("a-1.0-1-py2.py3-none-any.whl", None);
        check("a-1.0-cp313-none-any.whl?x=1#sha256=2", None);
    }

    #[test]
    fn machine_code_and_sources_are_named() {
        check(
            "p-1-cp313-cp313-manylinux_2_28_x86_64.whl",
            Some(
                "package `p 1` is not pure Python: its wheels hold machine code, as for `cp313-cp313-manylinux_2_28_x86_64`",
            ),
        );
        check(
            "p-1.tar.gz",
            Some("package `p 1` has no wheel, only sources, and nothing is built"),
        );
    }

    #[test]
    fn the_condition_on_python_is_left_out_of_the_file() {
        let lock = lock(&["a-1-py3-none-any.whl"]);
        assert!(!lock.text.contains("requires-python"));
        assert!(lock.text.contains("a-1-py3-none-any.whl"));
    }

    #[test]
    fn the_name_is_of_the_wheels() {
        let (a, b) = ("a-1-py3-none-any.whl", "b-1-py3-none-any.whl");
        assert_eq!(lock(&[a, b]).name(), lock(&[b, a]).name());
        assert_ne!(lock(&[a]).name(), lock(&[a, b]).name());
    }

    #[test]
    fn too_much_is_not_fetched() {
        let text = "[[packages]]\nname = \"p\"\nwheels = [{ name = \"p-1-py3-none-any.whl\", size = 600000000 }]\n";
        let lock = Lock::parse(text.to_owned()).expect("a lock");
        let message = lock.check().err().map(|failure| failure.message);
        assert_eq!(
            message.as_deref(),
            Some("the packages have 572 MiB, and at most 512 are fetched")
        );
    }
}
