//! From a path of the guest's to a name in an open folder.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno as HostErrno;

use super::{Ask, Files, Folder, NAMED_BYTES, Spot, What, kind};
use crate::errno::Errno;
use crate::trace::{Done, Refusal};

/// Bytes of a path, as Linux has it.
const PATH_BYTES: usize = 4096;

/// Symbolic links followed in one path, as Linux has it.
const LINKS: u32 = 40;

/// Folders that are open at once while a path is walked. Protects the host's descriptors.
const DEPTH: usize = 128;

/// How often a path is resolved again when folders move meanwhile.
const TRIES: u32 = 16;

/// What a path is resolved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intent {
    /// To look at what is there, a link followed or not.
    Look { follow: bool },
    /// To make a name: a hidden one may not be.
    Make { follow: bool },
    /// To make a link, which needs to know how deep in the mount it lies.
    Link,
    /// To take a name away.
    Take,
}

impl Intent {
    fn follows(self) -> bool {
        match self {
            Self::Look { follow } | Self::Make { follow } => follow,
            Self::Link | Self::Take => false,
        }
    }

    /// Whether the last name is to be made: what stands in its place is for the call to say.
    fn makes(self) -> bool {
        matches!(self, Self::Make { .. } | Self::Link)
    }

    /// Whether a link as the last name is the place itself. A slash after it makes it a folder to look into, but not one to make or remove.
    fn stays_at_link(self, slash: bool) -> bool {
        match self {
            Self::Look { follow } => !follow && !slash,
            Self::Make { follow } => !follow,
            Self::Link | Self::Take => true,
        }
    }
}

impl Files {
    /// Where `path`, which starts at the open folder `fd`, leads. What is asked of it there is checked against the rules on paths.
    pub(super) fn find(&self, ask: Ask, fd: u32, path: &[u8], intent: Intent) -> Done<Spot> {
        let spot = self.locate(fd, path, intent)?;
        if self.rules.is_empty() {
            // The fallback alone decides.
            self.rule(ask, &[], spot.folder)?;
        } else if let Some(path) = self.guest_path(&spot)
            && self.rule(ask, &path, spot.folder)?.is_some()
        {
            // What may be done with a file of the policy's is done before any file of the host is looked for.
            return Err(self.virtual_refused(spot.folder));
        }
        Ok(spot)
    }

    /// The content that the policy gives to `path`, as named by the guest or behind its links.
    pub(super) fn content(&self, ask: Ask, fd: u32, path: &[u8]) -> Done<Option<&[u8]>> {
        if self.rules.is_empty() {
            return Ok(None);
        }
        let open = self.get(fd)?;
        let folder = open.folder;
        let named = tidy(&open.named, path);
        let found = |path: &[u8]| match self.rules.action(ask.call, path) {
            Some(crate::calls::PathAction::Content(bytes)) => Some(bytes.as_slice()),
            Some(crate::calls::PathAction::Allow | crate::calls::PathAction::Deny(_)) | None => {
                None
            }
        };
        if path.starts_with(b"/") || !within(&named, self.folders[folder].guest.as_bytes()) {
            return Ok(None);
        }
        if let Some(bytes) = found(&named) {
            return Ok(Some(bytes));
        }
        let spot = self.locate(fd, path, Intent::Look { follow: true });
        let real = spot.ok().and_then(|spot| self.guest_path(&spot));
        Ok(real.and_then(|real| found(&real)))
    }

    pub(super) fn virtual_refused(&self, folder: usize) -> Refusal {
        Refusal::new(Errno::Acces, crate::trace::Reason::Rule, folder)
    }

    /// The guest's path of a place that was walked to.
    pub(super) fn guest_path(&self, spot: &Spot) -> Option<Vec<u8>> {
        let real = spot.real.as_ref()?;
        let mut path = self.folders[spot.folder].guest.clone().into_bytes();
        if !real.as_os_str().is_empty() {
            path.push(b'/');
            path.extend_from_slice(real.as_os_str().as_bytes());
        }
        Some(path)
    }

    fn locate(&self, fd: u32, path: &[u8], intent: Intent) -> Done<Spot> {
        let open = self.get(fd)?;
        let What::Folder { fd: base, real, .. } = &open.what else {
            return Err(Errno::NotDir.into());
        };
        let folder = &self.folders[open.folder];
        if path.is_empty() {
            return Err(Errno::NoEnt.into());
        }
        if path.contains(&0) {
            return Err(Errno::Inval.into());
        }
        if path.len() >= PATH_BYTES {
            return Err(Errno::NameTooLong.into());
        }
        if path.starts_with(b"/") {
            return Err(folder.outside());
        }
        let walk = Walk {
            folder,
            base,
            real: real.clone(),
            intent,
        };
        if !folder.names.is_empty() || !self.rules.is_empty() || intent == Intent::Link {
            return walk.by_name(path);
        }
        match walk.by_kernel(path)? {
            Some(spot) => Ok(spot),
            None => walk.by_name(path),
        }
    }
}

/// `path` as seen from the folder that the guest calls `from`, with `.`, `..` and doubled slashes taken away by name.
fn tidy(from: &[u8], path: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in from.split(|&c| c == b'/').chain(path.split(|&c| c == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    let mut tidy = Vec::new();
    for part in parts {
        tidy.push(b'/');
        tidy.extend_from_slice(part);
    }
    tidy
}

fn within(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// One path on its way.
struct Walk<'a> {
    folder: &'a Folder,
    base: &'a Arc<OwnedFd>,
    real: Option<PathBuf>,
    intent: Intent,
}

impl Walk<'_> {
    /// The usual way: the kernel resolves the folders on the path, beneath the base. `None` if the last name has to be resolved further,
    /// or the kernel cannot do it.
    fn by_kernel(&self, path: &[u8]) -> Done<Option<Spot>> {
        let end = path.iter().rposition(|&c| c != b'/').map_or(0, |at| at + 1);
        let (trimmed, slash) = (&path[..end], end < path.len());
        let (parent, name) = match trimmed.iter().rposition(|&c| c == b'/') {
            Some(at) => (Some(&trimmed[..at]), &trimmed[at + 1..]),
            None => (None, trimmed),
        };
        if name == b".." {
            return Ok(None);
        }
        let parent = match parent {
            None => self.base.clone(),
            Some(path) => match self.beneath(path)? {
                Some(fd) => Arc::new(fd),
                None => return Ok(None),
            },
        };
        let mut stat = None;
        if self.intent.follows() || slash {
            match rustix::fs::statat(&parent, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(found) if kind(&found) == FileType::Symlink => return Ok(None),
                Ok(found)
                    if slash && !self.intent.makes() && kind(&found) != FileType::Directory =>
                {
                    return Err(Errno::NotDir.into());
                }
                Ok(found) => stat = Some(found),
                Err(HostErrno::NOENT) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Some(Spot {
            folder: self.folder.index,
            parent,
            name: name.to_vec(),
            stat,
            real: None,
            slash,
        }))
    }

    /// Opens a folder beneath the base. `None` if this kernel, or a filter in front of it, has no `openat2`.
    fn beneath(&self, path: &[u8]) -> Done<Option<OwnedFd>> {
        static ABSENT: AtomicBool = AtomicBool::new(false);
        if ABSENT.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        for _ in 0..TRIES {
            match rustix::fs::openat2(self.base, path, flags, Mode::empty(), resolve) {
                Ok(fd) => return Ok(Some(fd)),
                // Something was moved while `..` was resolved.
                Err(HostErrno::AGAIN) => {}
                Err(HostErrno::XDEV) => return Err(self.folder.outside()),
                Err(HostErrno::NOSYS | HostErrno::PERM) => {
                    ABSENT.store(true, Ordering::Relaxed);
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Errno::Again.into())
    }

    /// Name by name, each link resolved here, each name looked at before it is gone through. No name is followed by the kernel, so nothing
    /// that changes meanwhile leads past a check.
    fn by_name(&self, path: &[u8]) -> Done<Spot> {
        let mut stack = vec![self.base.clone()];
        let mut real = self.real.clone().unwrap_or_default();
        let mut rest: VecDeque<Vec<u8>> = parts(path).collect();
        let names_folder = |rest: &VecDeque<Vec<u8>>| {
            matches!(rest.back().map(Vec::as_slice), Some(b"" | b"." | b".."))
        };
        let mut slash = names_folder(&rest);
        let mut links = 0;
        while let Some(name) = rest.pop_front() {
            let here = stack.last().unwrap_or(self.base).clone();
            match name.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    if stack.len() == 1 {
                        return Err(self.folder.outside());
                    }
                    stack.pop();
                    real.pop();
                    continue;
                }
                _ => {}
            }
            let last = rest
                .iter()
                .all(|part| matches!(part.as_slice(), b"" | b"."));
            real.push(OsStr::from_bytes(&name));
            if real.as_os_str().len() >= NAMED_BYTES {
                return Err(Errno::NameTooLong.into());
            }
            let stat = match rustix::fs::statat(&here, name.as_slice(), AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => Some(stat),
                Err(HostErrno::NOENT) => None,
                Err(error) => return Err(error.into()),
            };
            self.check_hidden(&real, stat.as_ref(), last)?;
            let spot = |stat, real| Spot {
                folder: self.folder.index,
                parent: here.clone(),
                name: name.clone(),
                stat,
                real: Some(real),
                slash,
            };
            let Some(found) = stat else {
                return if last {
                    Ok(spot(None, real))
                } else {
                    Err(Errno::NoEnt.into())
                };
            };
            match kind(&found) {
                FileType::Symlink if last && self.intent.stays_at_link(slash) => {
                    return match self.intent {
                        Intent::Take if slash => Err(Errno::NotDir.into()),
                        Intent::Look { .. } | Intent::Make { .. } | Intent::Link | Intent::Take => {
                            Ok(spot(Some(found), real))
                        }
                    };
                }
                FileType::Symlink => {
                    links += 1;
                    if links > LINKS {
                        return Err(Errno::Loop.into());
                    }
                    let target = rustix::fs::readlinkat(&here, name.as_slice(), Vec::new())?;
                    let target = target.as_bytes();
                    if target.starts_with(b"/") {
                        return Err(self.folder.outside());
                    }
                    real.pop();
                    for part in parts(target).rev() {
                        rest.push_front(part);
                    }
                    // As the last name, what it leads to has to be a folder if its target says so.
                    slash |= names_folder(&rest);
                    if rest.iter().map(|part| part.len() + 1).sum::<usize>() > PATH_BYTES {
                        return Err(Errno::NameTooLong.into());
                    }
                }
                _ if last => {
                    let is_folder = kind(&found) == FileType::Directory;
                    return if slash && !is_folder && !self.intent.makes() {
                        Err(Errno::NotDir.into())
                    } else {
                        Ok(spot(Some(found), real))
                    };
                }
                FileType::Directory => {
                    if stack.len() >= DEPTH {
                        return Err(Errno::NameTooLong.into());
                    }
                    let flags =
                        OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                    let next = rustix::fs::openat(&here, name.as_slice(), flags, Mode::empty())?;
                    stack.push(Arc::new(next));
                }
                _ => return Err(Errno::NotDir.into()),
            }
        }
        // The path was `.`, or ended in `..`: it is a folder that is open already.
        let here = stack.last().unwrap_or(self.base).clone();
        let stat = rustix::fs::fstat(&here)?;
        Ok(Spot {
            folder: self.folder.index,
            parent: here,
            name: b".".to_vec(),
            stat: Some(stat),
            real: Some(real),
            slash,
        })
    }

    /// A hidden name does not exist; and if it did, nobody could tell, so it cannot be made either.
    fn check_hidden(
        &self,
        real: &std::path::Path,
        stat: Option<&rustix::fs::Stat>,
        last: bool,
    ) -> Done<()> {
        let names = &self.folder.names;
        let hidden = match stat {
            Some(stat) => names.hides(real, kind(stat) == FileType::Directory),
            // What is to be made may become either.
            None => names.hides(real, false).or_else(|| names.hides(real, true)),
        };
        let Some(reason) = hidden else { return Ok(()) };
        if last && self.intent.makes() {
            Err(Refusal::new(Errno::Acces, reason, self.folder.index))
        } else if stat.is_some() {
            Err(Refusal::new(Errno::NoEnt, reason, self.folder.index))
        } else {
            Err(Errno::NoEnt.into())
        }
    }
}

fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = Vec<u8>> + '_ {
    path.split(|&c| c == b'/').map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_tidied_by_name() {
        for (path, expected) in [
            ("a", "/m/a"),
            ("./a//b/", "/m/a/b"),
            ("a/../b", "/m/b"),
            ("../x", "/x"),
            (".", "/m"),
        ] {
            assert_eq!(tidy(b"/m", path.as_bytes()), expected.as_bytes(), "{path}");
        }
        assert!(within(b"/m/a", b"/m") && within(b"/m", b"/m") && !within(b"/mm", b"/m"));
    }
}
