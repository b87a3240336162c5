//! What of this machine safety and speed depend on, besides the walls.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
use nix::unistd::geteuid;

use super::{Check, State};
use crate::image;
use crate::packages::uv::Uv;

/// Address space for one session, with its guards and its stack.
const SESSION_ADDRESSES: u64 = 9 << 30;

/// Mappings that a thousand sessions need, five each.
const MAPPINGS: u64 = 5_000;

/// Looks at all of it.
pub(super) fn look() -> Vec<Check> {
    vec![
        cache(image::folder()),
        addresses(),
        mappings(fs::read_to_string("/proc/sys/vm/max_map_count").ok()),
        written_pages(),
        uv(),
    ]
}

/// The folder with the image, which is run as machine code: nobody else may write there.
fn cache(folder: Option<PathBuf>) -> Check {
    const NAME: &str = "cache";
    let hint = "set `CROQUANT_CACHE` to a folder that you may write to; until then each start unpacks the image into memory";
    let Some(folder) = folder else {
        return Check::not(State::Note, NAME, "there is no home folder", hint);
    };
    let shown = folder.display();
    match fs::symlink_metadata(&folder) {
        Err(error) => Check::not(State::Note, NAME, format!("`{shown}`: {error}"), hint),
        Ok(entry) if !entry.is_dir() => {
            Check::not(State::Note, NAME, format!("`{shown}` is no folder"), hint)
        }
        Ok(entry) if entry.uid() != geteuid().as_raw() => Check::not(
            State::Missing,
            NAME,
            format!("`{shown}` belongs to user {}", entry.uid()),
            "remove it, or set `CROQUANT_CACHE` to a folder of your own; it is not used",
        ),
        Ok(entry) if entry.mode() & 0o077 != 0 => Check::not(
            State::Missing,
            NAME,
            format!(
                "`{shown}` is open to others (mode {:o})",
                entry.mode() & 0o7777
            ),
            format!("`chmod 700 {shown}`; until then it is not used"),
        ),
        Ok(_) => Check::ok(NAME, format!("`{shown}` is yours alone")),
    }
}

fn addresses() -> Check {
    const NAME: &str = "addresses";
    match getrlimit(Resource::RLIMIT_AS) {
        Ok((soft, _)) if soft != RLIM_INFINITY && soft < SESSION_ADDRESSES => Check::not(
            State::Missing,
            NAME,
            format!("{} MiB of address space", soft >> 20),
            "raise it with `ulimit -v unlimited`: a session sets 4 GiB and its guards aside, of which it uses little",
        ),
        _ => Check::ok(NAME, "enough address space for a session"),
    }
}

fn mappings(most: Option<String>) -> Check {
    const NAME: &str = "mappings";
    let most = most.and_then(|text| text.trim().parse::<u64>().ok());
    match most {
        Some(most) if most < MAPPINGS => Check::not(
            State::Note,
            NAME,
            format!("{most} mappings a process"),
            "raise it for a server with many sessions: `sysctl vm.max_map_count=65530`",
        ),
        Some(most) => Check::ok(NAME, format!("{most} mappings a process")),
        None => Check::ok(NAME, "not limited"),
    }
}

fn written_pages() -> Check {
    const NAME: &str = "pagemap_scan";
    if croquant_sandbox::tells_written_pages() {
        Check::ok(NAME, "the kernel tells which pages a session wrote")
    } else {
        Check::not(
            State::Note,
            NAME,
            "the kernel does not tell which pages a session wrote",
            "Linux 6.7 or later makes servers start sessions faster",
        )
    }
}

/// Only scripts that need packages need it.
fn uv() -> Check {
    match Uv::find() {
        Ok(uv) => Check::ok("uv", format!("`{}`", uv.path().display())),
        Err(failure) => Check {
            name: "uv",
            state: State::Note,
            found: failure.message,
            hint: failure.hint,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[track_caller]
    fn check(mode: u32, expected: State) {
        let folder = tempfile::tempdir().expect("a folder");
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(folder.path(), permissions).expect("a mode");
        let checked = cache(Some(folder.path().to_owned()));
        assert_eq!(checked.state, expected, "{}", checked.found);
        assert_eq!(checked.hint.is_some(), expected != State::Ok);
    }

    #[test]
    fn a_cache_has_to_be_private() {
        check(0o700, State::Ok);
        check(0o750, State::Missing);
        check(0o707, State::Missing);
        assert_eq!(cache(None).state, State::Note);
        assert_eq!(cache(Some("/nowhere/at/all".into())).state, State::Note);
        assert_eq!(cache(Some("/dev/null".into())).state, State::Note);
    }

    #[test]
    fn few_mappings_are_noted() {
        assert_eq!(mappings(Some("65530\n".into())).state, State::Ok);
        assert_eq!(mappings(Some("1000\n".into())).state, State::Note);
        assert_eq!(mappings(None).state, State::Ok);
    }
}
