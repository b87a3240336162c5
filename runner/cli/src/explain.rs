//! `--explain`: each refusal as a sentence that says what the program wanted, why it did not get it, and what would grant it.

use std::path::{Path, PathBuf};

use croquant_sandbox::{Access, Args, Denial, Errno, Event, HostCall, Mount, Reason, Value};

use crate::exit::say;
use crate::grants::HOME;
use crate::{hints, units};

/// More sentences than this help nobody.
const MOST: usize = 100;

/// What was refused in a run, in the order in which it first was.
pub(crate) struct Denials {
    mounts: Vec<Mount>,
    policy: Option<PathBuf>,
    sentences: Vec<String>,
    /// Sentences said already.
    said: usize,
    /// How many different ones there were no room for.
    more: usize,
}

impl Denials {
    pub(crate) fn new(mounts: &[Mount], policy: Option<PathBuf>) -> Self {
        Self {
            mounts: mounts.to_vec(),
            policy,
            sentences: Vec::new(),
            said: 0,
            more: 0,
        }
    }

    /// Takes down a call, if it was refused.
    pub(crate) fn saw(&mut self, event: &Event<'_>) {
        if let (Some(denial), Some(errno)) = (event.denial, event.errno) {
            let sentence = self.sentence(event.call, event.args, denial, errno);
            self.add(sentence);
        }
    }

    /// Takes down what a program died of that never reached the host: the last line of its traceback says it.
    pub(crate) fn died(&mut self, line: &str) {
        if let Some(sentence) = unseen(line, &self.mounts) {
            self.add(sentence);
        }
    }

    /// Says what is new since the last time.
    pub(crate) fn say(&mut self) {
        for sentence in &self.sentences[self.said..] {
            say("explain", sentence);
        }
        self.said = self.sentences.len();
        if self.more > 0 {
            say("explain", &format!("and {} more refusals", self.more));
            self.more = 0;
        }
    }

    fn add(&mut self, sentence: String) {
        if self.sentences.contains(&sentence) {
            return;
        }
        if self.sentences.len() < MOST {
            self.sentences.push(sentence);
        } else {
            self.more += 1;
        }
    }

    fn sentence(&self, call: HostCall, args: &Args, denial: Denial, errno: Errno) -> String {
        let wanted = wanted(call, args);
        let mount = denial.mount.and_then(|index| self.mounts.get(index));
        let what = match place(call, args, mount) {
            Some(place) => format!("{wanted} {place}"),
            None => wanted.to_owned(),
        };
        let guest = mount.map_or("", |mount| mount.guest.as_str());
        let why = match denial.reason {
            Reason::ReadOnly => format!(
                "which is mounted read-only; grant it with `{}`",
                flag(mount, Access::ReadWrite, "")
            ),
            Reason::Dotfile => format!(
                "where names that begin with a dot are hidden; grant it by leaving `--hide-dotfiles` out for `{guest}`"
            ),
            Reason::Excluded => format!(
                "from which `--exclude` takes it; grant it by leaving that pattern out for `{guest}`"
            ),
            Reason::FolderMove => {
                "where folders cannot be moved while patterns name what lies in them; copy it and remove the old one".to_owned()
            }
            Reason::Outside => format!(
                "but the path leads out of `{guest}`; mount the folder that it leads to with `--dir`, and use its path there"
            ),
            Reason::Special => {
                "which is neither a file nor a folder; nothing else is opened, and no flag grants it".to_owned()
            }
            Reason::QuotaBytes => format!(
                "to which it has added {} already; grant more with `{}`",
                mount.map_or_else(String::new, |mount| units::show_size(mount.rules.quota.bytes)),
                flag(mount, Access::ReadWrite, ",quota=SIZE")
            ),
            Reason::QuotaFiles => format!(
                "to which it has added {} files already; grant more with `{}`",
                mount.map_or(0, |mount| mount.rules.quota.files),
                flag(mount, Access::ReadWrite, ",files=NUMBER")
            ),
            Reason::OpenFiles => {
                "but as many files are open as may be; grant more with `--open-files`".to_owned()
            }
            Reason::Rule => format!(
                "which the policy refuses with {errno}; grant it by a rule that allows `{call}` in `{}`",
                self.policy.as_deref().unwrap_or(Path::new("--policy")).display()
            ),
        };
        format!("the program wanted to {what}, {why}")
    }
}

/// What the program was about to do.
fn wanted(call: HostCall, args: &Args) -> &'static str {
    let has = |flag| match args.get("flags") {
        Some(Value::Flags(flags)) => flags.contains(&flag),
        _ => false,
    };
    match call {
        HostCall::PathOpen if has("write") || has("truncate") || has("create") => "write",
        HostCall::PathOpen if has("directory") => "list",
        HostCall::PathOpen | HostCall::FdRead | HostCall::FdPread => "read",
        HostCall::FdWrite | HostCall::FdPwrite | HostCall::FdFilestatSetSize => "write",
        HostCall::FdReaddir => "list",
        HostCall::PathFilestatGet | HostCall::FdFilestatGet | HostCall::FdFdstatGet => "look at",
        HostCall::PathFilestatSetTimes | HostCall::FdFilestatSetTimes => "set the times of",
        HostCall::PathCreateDirectory => "make the folder",
        HostCall::PathRemoveDirectory => "remove the folder",
        HostCall::PathUnlinkFile => "remove",
        HostCall::PathRename => "move",
        HostCall::PathLink => "give a second name to",
        HostCall::PathSymlink => "make the link",
        HostCall::PathReadlink => "follow the link",
        HostCall::ClockTimeGet | HostCall::ClockResGet => "know the time",
        HostCall::RandomGet => "have random bytes",
        HostCall::Sleep => "sleep",
        HostCall::Write => "write to its output",
        HostCall::Read => "read its standard input",
        HostCall::Input => "ask for a line",
        HostCall::Exchange => "talk to another session",
        HostCall::FdClose
        | HostCall::FdSync
        | HostCall::FdDatasync
        | HostCall::FdSeek
        | HostCall::FdTell
        | HostCall::FdAdvise
        | HostCall::FdFdstatSetFlags => "go on with",
        HostCall::Emit | HostCall::Take | HostCall::ProcExit | HostCall::SchedYield => "go on",
    }
}

/// The path in question, and the mount that it lies in.
fn place(call: HostCall, args: &Args, mount: Option<&Mount>) -> Option<String> {
    let folder = args.text("folder").or_else(|| args.text("file"))?;
    let whole = match args.text("path") {
        Some(path) => format!("{folder}/{path}"),
        None => folder.to_owned(),
    };
    let whole = match (call, args.text("to_folder"), args.text("to_path")) {
        (HostCall::PathRename, Some(folder), Some(path)) => {
            let target = tidy(&format!("{folder}/{path}"));
            return Some(format!("`{}` to `{target}`", tidy(&whole)));
        }
        _ => tidy(&whole),
    };
    let shown = mount
        .and_then(|mount| whole.strip_prefix(&mount.guest)?.strip_prefix('/'))
        .filter(|inside| !inside.is_empty());
    match shown {
        Some(inside) => Some(format!("`{inside}`{}", within(mount))),
        None => Some(format!("`{whole}`")),
    }
}

fn within(mount: Option<&Mount>) -> String {
    mount.map_or_else(String::new, |mount| format!(" in `{}`", mount.guest))
}

fn tidy(path: &str) -> String {
    path.trim_end_matches("/.").replace("/./", "/")
}

/// The flag that grants a mount with more.
fn flag(mount: Option<&Mount>, access: Access, options: &str) -> String {
    let Some(mount) = mount else {
        return "--dir".to_owned();
    };
    let host = mount.host.display().to_string().replace(':', "\\:");
    let access = match access {
        Access::ReadOnly => "ro",
        Access::ReadWrite => "rw",
    };
    format!("--dir {host}:{}:{access}{options}", mount.guest)
}

/// What a program died of without asking the host, as the last line of its traceback tells it.
fn unseen(line: &str, mounts: &[Mount]) -> Option<String> {
    for (said, wanted) in [
        ("there is no network here", "the network"),
        ("there are no other processes here", "another process"),
        ("threads cannot be started here", "a thread"),
    ] {
        if line.contains(said) {
            return Some(format!(
                "the program wanted {wanted}; there is none in the sandbox, and no flag grants it"
            ));
        }
    }
    if let Some((module, flag)) = hints::refused_import(line) {
        let grant = match flag {
            "allow-import" => format!("grant it with `--allow-import {module}`"),
            _ => format!("grant it by leaving out `--{flag}`"),
        };
        return Some(format!(
            "the program wanted to import `{module}`, which it may not; {grant}"
        ));
    }
    let path = hints::missing_file(line)?;
    let guest = Path::new(HOME).join(path);
    if mounts.iter().any(|mount| guest.starts_with(&mount.guest)) {
        return None;
    }
    let folder = Path::new(path)
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    Path::new(path).exists().then(|| {
        format!(
            "the program wanted to open `{path}`, which lies in none of its folders; grant it with `--dir {}`",
            folder.unwrap_or(Path::new(".")).display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_reaches_the_host_is_read_from_the_traceback() {
        let sentence = |line| unseen(line, &[]);
        let network =
            sentence("OSError: [Errno 95] there is no network here: sockets cannot be opened");
        assert!(network.is_some_and(|sentence| sentence.contains("the network")));
        // The tests run in the crate's folder.
        let file =
            sentence("FileNotFoundError: [Errno 2] No such file or directory: 'src/main.rs'");
        assert!(file.is_some_and(|sentence| sentence.ends_with("grant it with `--dir src`")));
        let nowhere = sentence("FileNotFoundError: [Errno 2] No such file or directory: 'nowhere'");
        assert_eq!(nowhere, None);
        assert_eq!(sentence("ValueError: no"), None);
    }

    #[test]
    fn a_file_that_a_mount_lacks_is_just_missing() {
        let mounts = [Mount::new("x", "/home/user/src", Access::ReadOnly)];
        let line = "FileNotFoundError: [Errno 2] No such file or directory: 'src/main.rs'";
        assert_eq!(unseen(line, &mounts), None);
    }

    #[test]
    fn the_flag_is_one_that_can_be_typed() {
        let mount = Mount::new("a:b", "/data", Access::ReadOnly);
        assert_eq!(
            flag(Some(&mount), Access::ReadWrite, ""),
            r"--dir a\:b:/data:rw"
        );
    }
}
