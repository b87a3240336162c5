//! What a session is granted. Nothing is inherited.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

use crate::calls::{CallPolicy, CallPolicyError};
use crate::chance::Random;
use crate::clock::Clock;
use crate::files::Names;
use crate::imports::Imports;

/// What a session is granted: everything that it sees of the world besides its console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// `sys.argv`.
    pub args: Vec<String>,
    /// `os.environ`.
    pub env: Vec<(String, String)>,
    /// The working folder, absolute; made if it is missing.
    pub cwd: String,
    /// Folders of the host, each at a path of the guest.
    pub mounts: Vec<Mount>,
    /// Files written into the guest's memory filesystem at the start: absolute path and content.
    pub files: Vec<(String, Vec<u8>)>,
    /// Folders of the guest, absolute, where modules are looked for after all others: packages. Nothing there is executed by itself, no
    /// `.pth` file and no `sitecustomize`.
    pub import_paths: Vec<String>,
    /// Which modules its program may import.
    pub imports: Imports,
    /// Which standard streams are a terminal.
    pub terminal: Terminal,
    /// How the standard streams behave.
    pub mode: Mode,
    /// What its clocks show.
    pub clock: Clock,
    /// Where its random bytes come from.
    pub random: Random,
    /// Whether to hide what differs from one machine or run to the next although the input is the same: standard input arrives line by line,
    /// however the other side wrote it, and files of mounts show times, numbers and link counts of the session's own instead of the host's.
    pub reproducible: bool,
    /// Rules on the calls of the host; `None` allows all.
    pub calls: Option<CallPolicy>,
}

impl Default for Policy {
    /// No grant at all: a kernel in `/home/user`.
    fn default() -> Self {
        Self {
            args: Vec::new(),
            env: Vec::new(),
            cwd: "/home/user".to_owned(),
            mounts: Vec::new(),
            files: Vec::new(),
            import_paths: Vec::new(),
            imports: Imports::default(),
            terminal: Terminal::default(),
            mode: Mode::Kernel,
            clock: Clock::Real,
            random: Random::Real,
            reproducible: false,
            calls: None,
        }
    }
}

/// A folder of the host that the guest sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// The folder on the host.
    pub host: PathBuf,
    /// Where the guest sees it: an absolute path.
    pub guest: String,
    /// What the guest may do with it.
    pub access: Access,
    /// What of it the guest does not see, and how much it may add.
    pub rules: MountRules,
}

impl Mount {
    /// The folder `host` at the guest's path `guest`, with the default [`MountRules`].
    pub fn new(host: impl Into<PathBuf>, guest: impl Into<String>, access: Access) -> Self {
        Self {
            host: host.into(),
            guest: guest.into(),
            access,
            rules: MountRules::default(),
        }
    }
}

/// What of a mount the guest does not see, and how much it may add. By default it sees all and may add [`Quota::default`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MountRules {
    /// Whether names that begin with a dot do not exist: looking for one is ENOENT, making one EACCES, and no listing has it.
    pub hide_dotfiles: bool,
    /// Patterns of names that do not exist either, as in a `.gitignore` file at the mount's root; upper and lower case are not told apart.
    pub exclude: Vec<String>,
    /// How much the guest may add.
    pub quota: Quota,
}

/// How much a guest may add to a read-write mount in a session; more is EDQUOT. What it takes away is given back, and what was there before
/// counts as nothing, so the folder never grows by more than this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quota {
    /// Bytes of files, by their size, holes included. Default: 1 GiB.
    pub bytes: u64,
    /// Files, folders and links. Default: 10,000.
    pub files: u64,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            bytes: 1 << 30,
            files: 10_000,
        }
    }
}

/// What a guest may do with a mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Access {
    /// Read only.
    ReadOnly,
    /// Read, write, make and remove.
    ReadWrite,
}

/// Which standard streams are a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Terminal {
    /// Standard input.
    pub stdin: bool,
    /// Standard output.
    pub stdout: bool,
    /// Standard error.
    pub stderr: bool,
}

/// How the standard streams behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// As under `python`: buffered, `input()` reads standard input.
    Program,
    /// Output at once; `input()` asks through [`Console::input`](crate::Console::input).
    Kernel,
    /// As `Kernel`, but `input()` and `sys.stdin` read standard input.
    Terminal,
}

impl Policy {
    /// Whether this can be granted, as far as that shows without touching the host.
    ///
    /// # Errors
    /// The first [`PolicyError`] found.
    pub fn check(&self) -> Result<(), PolicyError> {
        for arg in &self.args {
            without_nul("an argument", arg)?;
        }
        for (name, value) in &self.env {
            without_nul("an environment variable", name)?;
            without_nul("an environment variable", value)?;
            if name.is_empty() || name.contains('=') {
                return Err(PolicyError::EnvName { name: name.clone() });
            }
        }
        if let Clock::Frozen(ns) = self.clock
            && ns > Clock::LATEST_NS
        {
            return Err(PolicyError::TooLate);
        }
        guest_path(&self.cwd)?;
        let files = self.files.iter().map(|(path, _)| path);
        for path in files.chain(&self.import_paths) {
            guest_path(path)?;
        }
        self.imports.check()?;
        for (index, mount) in self.mounts.iter().enumerate() {
            guest_path(&mount.guest)?;
            if mount.guest == "/" {
                return Err(PolicyError::MountAtRoot);
            }
            if self.mounts[..index]
                .iter()
                .any(|other| other.guest == mount.guest)
            {
                return Err(PolicyError::MountTwice {
                    path: mount.guest.clone(),
                });
            }
            mount.rules.names()?;
        }
        if let Some(calls) = &self.calls {
            calls.check()?;
            self.paths_are_mounted(calls)?;
        }
        Ok(())
    }

    /// A rule on a path that no mount covers would never be asked.
    fn paths_are_mounted(&self, calls: &CallPolicy) -> Result<(), PolicyError> {
        for rule in &calls.paths {
            let plain = rule.pattern.find(['*', '?', '[', '{', '\\']);
            let start = &rule.pattern[..plain.unwrap_or(rule.pattern.len())];
            let covered = self.mounts.iter().any(|mount| {
                let guest = format!("{}/", mount.guest);
                format!("{start}/").starts_with(&guest)
                    || plain.is_some() && guest.starts_with(start)
            });
            if !covered {
                return Err(CallPolicyError::NoMount {
                    pattern: rule.pattern.clone(),
                }
                .into());
            }
        }
        Ok(())
    }

    /// The same without [`Policy::files`], which may be large.
    pub(crate) fn without_files(&self) -> Self {
        Self {
            args: self.args.clone(),
            env: self.env.clone(),
            cwd: self.cwd.clone(),
            mounts: self.mounts.clone(),
            files: Vec::new(),
            import_paths: self.import_paths.clone(),
            imports: self.imports.clone(),
            terminal: self.terminal,
            mode: self.mode,
            clock: self.clock,
            random: self.random,
            reproducible: self.reproducible,
            calls: self.calls.clone(),
        }
    }
}

impl MountRules {
    /// The names that are hidden.
    pub(crate) fn names(&self) -> Result<Names, PolicyError> {
        Names::new(self.hide_dotfiles, &self.exclude)
            .map_err(|(pattern, reason)| PolicyError::Pattern { pattern, reason })
    }
}

/// Absolute, and in its one plain spelling: `/`, or `/` before each name and nothing at the end.
fn guest_path(path: &str) -> Result<(), PolicyError> {
    without_nul("a path", path)?;
    let Some(names) = path.strip_prefix('/') else {
        return Err(PolicyError::NotAbsolute {
            path: path.to_owned(),
        });
    };
    let plain = names.is_empty()
        || names
            .split('/')
            .all(|name| !matches!(name, "" | "." | ".."));
    if plain {
        Ok(())
    } else {
        Err(PolicyError::NotPlain {
            path: path.to_owned(),
        })
    }
}

fn without_nul(what: &'static str, text: &str) -> Result<(), PolicyError> {
    if text.contains('\0') {
        Err(PolicyError::Nul { what })
    } else {
        Ok(())
    }
}

/// A policy that cannot be granted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A text contains a NUL character.
    #[error("{what} contains a NUL character\nhint: take it out")]
    Nul {
        /// What kind of text.
        what: &'static str,
    },
    /// A guest path is not absolute.
    #[error("`{path}` is not an absolute path in the guest\nhint: begin it with `/`")]
    NotAbsolute {
        /// The path.
        path: String,
    },
    /// A guest path has empty, `.` or `..` parts.
    #[error(
        "`{path}` is not a plain path in the guest\nhint: write it without `.`, `..`, `//` and a `/` at its end"
    )]
    NotPlain {
        /// The path.
        path: String,
    },
    /// A variable's name is empty or contains `=`.
    #[error("`{name}` cannot be the name of an environment variable\nhint: write `NAME=value`")]
    EnvName {
        /// The name.
        name: String,
    },
    /// A clock is to stand too late.
    #[error("a clock cannot stand after the year 2115\nhint: give an earlier time")]
    TooLate,
    /// A mount would hide everything.
    #[error(
        "nothing can be mounted at `/`, where the guest's own files are\nhint: mount it at a folder, such as `/data`"
    )]
    MountAtRoot,
    /// Two mounts at one path.
    #[error("two folders are mounted at `{path}`\nhint: give each a path of its own")]
    MountTwice {
        /// The path.
        path: String,
    },
    /// A pattern of excluded names is none.
    #[error(
        "`{pattern}` excludes nothing: {reason}\nhint: write it as in a `.gitignore` file, such as `*.key` or `build/`"
    )]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why.
        reason: String,
    },
    /// A text cannot be a module's name.
    #[error(
        "`{name}` cannot be the name of a module\nhint: write names as after `import`, as in `json` or `xml.etree`"
    )]
    ModuleName {
        /// The text.
        name: String,
    },
    /// A module is denied that there is none of.
    #[error("there is no module `{name}` to deny\nhint: it may be `{meant}` that is meant")]
    NoModule {
        /// The name.
        name: String,
        /// The standard library's module with the name nearest to it.
        meant: String,
    },
    /// The rules on calls cannot be obeyed.
    #[error(transparent)]
    Calls(#[from] CallPolicyError),
    /// There are more or fewer folders, open, than mounts.
    #[error(
        "{folders} open folders were given for {mounts} mounts\nhint: give those that `Policy::open_folders` has opened"
    )]
    FolderCount {
        /// How many folders were given.
        folders: usize,
        /// How many mounts there are.
        mounts: usize,
    },
    /// A mount's folder does not exist.
    #[error("the folder `{}` does not exist\nhint: make it, or mount another", host.display())]
    MountMissing {
        /// The folder.
        host: PathBuf,
    },
    /// A mount is not a folder.
    #[error("`{}` is not a folder\nhint: mount the folder that it is in", host.display())]
    MountNotFolder {
        /// What was to be mounted.
        host: PathBuf,
    },
    /// A mount cannot be opened.
    #[error("the folder `{}` cannot be opened: {reason}\nhint: look at its permissions", host.display())]
    MountUnreadable {
        /// The folder.
        host: PathBuf,
        /// Why.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(policy: &Policy, expected: Result<(), PolicyError>) {
        assert_eq!(policy.check(), expected);
    }

    fn mount(guest: &str) -> Mount {
        Mount::new("/", guest, Access::ReadOnly)
    }

    fn mounts(guests: &[&str]) -> Policy {
        Policy {
            mounts: guests.iter().map(|guest| mount(guest)).collect(),
            ..Policy::default()
        }
    }

    #[test]
    fn plain_policies_pass() {
        check(&Policy::default(), Ok(()));
        check(&mounts(&["/data", "/data/inner", "/.hidden"]), Ok(()));
        check(
            &Policy {
                args: vec![String::new()],
                env: vec![("A".into(), "b=c".into())],
                ..Policy::default()
            },
            Ok(()),
        );
    }

    #[test]
    fn paths_are_absolute_and_plain() {
        check(
            &mounts(&["data"]),
            Err(PolicyError::NotAbsolute {
                path: "data".into(),
            }),
        );
        check(
            &mounts(&[""]),
            Err(PolicyError::NotAbsolute {
                path: String::new(),
            }),
        );
        for path in ["/a/../b", "/a//b", "/a/", "/.", "//"] {
            check(
                &mounts(&[path]),
                Err(PolicyError::NotPlain { path: path.into() }),
            );
        }
        check(
            &Policy {
                cwd: "home".into(),
                ..Policy::default()
            },
            Err(PolicyError::NotAbsolute {
                path: "home".into(),
            }),
        );
        let files = vec![("/a/../../etc".to_owned(), Vec::new())];
        check(
            &Policy {
                files,
                ..Policy::default()
            },
            Err(PolicyError::NotPlain {
                path: "/a/../../etc".into(),
            }),
        );
    }

    #[test]
    fn mounts_do_not_collide() {
        check(&mounts(&["/"]), Err(PolicyError::MountAtRoot));
        check(
            &mounts(&["/a", "/b", "/a"]),
            Err(PolicyError::MountTwice { path: "/a".into() }),
        );
    }

    #[test]
    fn nothing_smuggles_a_nul_or_a_second_variable() {
        check(
            &Policy {
                args: vec!["a\0b".into()],
                ..Policy::default()
            },
            Err(PolicyError::Nul {
                what: "an argument",
            }),
        );
        check(&mounts(&["/a\0"]), Err(PolicyError::Nul { what: "a path" }));
        let env = |name: &str| Policy {
            env: vec![(name.into(), String::new())],
            ..Policy::default()
        };
        check(
            &env("A=B"),
            Err(PolicyError::EnvName { name: "A=B".into() }),
        );
        check(
            &env(""),
            Err(PolicyError::EnvName {
                name: String::new(),
            }),
        );
        check(
            &env("A\0"),
            Err(PolicyError::Nul {
                what: "an environment variable",
            }),
        );
    }
}
