//! The arguments and records of preview 1's calls on files.

use rustix::fs::Advice;

use crate::files::{FOLDER, Filestat, How, Time, Times, Whence};
use crate::trace::Args;

/// Rights: what a descriptor is to be opened for.
mod rights {
    pub(super) const READ: u64 = 1 << 1;
    pub(super) const WRITE: u64 = 1 << 6;
    pub(super) const ALLOCATE: u64 = 1 << 8;
    pub(super) const READDIR: u64 = 1 << 14;
    pub(super) const SET_SIZE: u64 = 1 << 22;
    /// All there are.
    pub(super) const ALL: u64 = (1 << 30) - 1;
}

pub(super) fn slice(memory: &[u8], pointer: u32, len: u32) -> Option<&[u8]> {
    let start = usize::try_from(pointer).ok()?;
    memory.get(start..start.checked_add(usize::try_from(len).ok()?)?)
}

/// The four bytes of `record` at `at`, as a number.
pub(super) fn word(record: &[u8], at: usize) -> u32 {
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&record[at..at + 4]);
    u32::from_le_bytes(bytes)
}

pub(super) fn follows(lookup: u32) -> bool {
    lookup & 1 != 0
}

pub(super) fn how(lookup: u32, oflags: u32, wanted: u64, flags: u32) -> How {
    let has = |bit| oflags & bit != 0;
    How {
        follow: follows(lookup),
        create: has(1),
        folder: has(2),
        exclusive: has(4),
        truncate: has(8),
        read: wanted & (rights::READ | rights::READDIR) != 0,
        write: wanted & (rights::WRITE | rights::ALLOCATE | rights::SET_SIZE) != 0,
        flags: flags.to_le_bytes()[0].into(),
    }
}

/// Flags with their names.
pub(super) struct Named<T: 'static>(&'static [(&'static str, T)]);

pub(super) const FD_FLAGS: Named<u32> = Named(&[
    ("append", 1),
    ("dsync", 2),
    ("nonblock", 4),
    ("rsync", 8),
    ("sync", 16),
]);

pub(super) const OPEN_FLAGS: Named<fn(How) -> bool> = Named(&[
    ("read", |how| how.read),
    ("write", |how| how.write),
    ("create", |how| how.create),
    ("exclusive", |how| how.exclusive),
    ("truncate", |how| how.truncate),
    ("append", |how| how.flags & 1 != 0),
    ("directory", |how| how.folder),
    ("follow", |how| how.follow),
]);

impl Named<u32> {
    pub(super) fn of(&self, flags: u32) -> Vec<&'static str> {
        let set = self.0.iter().filter(|(_, bit)| flags & bit != 0);
        set.map(|(name, _)| *name).collect()
    }
}

impl Named<fn(How) -> bool> {
    pub(super) fn names(&self, how: How) -> Vec<&'static str> {
        let set = self.0.iter().filter(|(_, is_set)| is_set(how));
        set.map(|(name, _)| *name).collect()
    }
}

pub(super) fn whence(number: u32) -> Option<Whence> {
    [Whence::Start, Whence::Current, Whence::End]
        .get(usize::try_from(number).ok()?)
        .copied()
}

pub(super) fn whence_name(whence: Whence) -> &'static str {
    match whence {
        Whence::Start => "set",
        Whence::Current => "cur",
        Whence::End => "end",
    }
}

const ADVICE: [(&str, Advice); 6] = [
    ("normal", Advice::Normal),
    ("sequential", Advice::Sequential),
    ("random", Advice::Random),
    ("willneed", Advice::WillNeed),
    ("dontneed", Advice::DontNeed),
    ("noreuse", Advice::NoReuse),
];

pub(super) fn advice(number: u32) -> Option<Advice> {
    let advice = ADVICE.get(usize::try_from(number).ok()?)?;
    Some(advice.1)
}

pub(super) fn advice_name(advice: Advice) -> &'static str {
    let known = ADVICE.iter().find(|(_, known)| *known == advice);
    known.map_or("invalid", |(name, _)| name)
}

/// The new times that two stamps and WASI's `fstflags` say. `None` for flags that contradict each other.
pub(super) fn times(accessed_ns: u64, modified_ns: u64, flags: u32) -> Option<Times> {
    let one = |ns, set, now| match (flags & set != 0, flags & now != 0) {
        (false, false) => Some(None),
        (true, false) => Some(Some(Time::At(ns))),
        (false, true) => Some(Some(Time::Now)),
        (true, true) => None,
    };
    Some(Times {
        accessed: one(accessed_ns, 1, 2)?,
        modified: one(modified_ns, 4, 8)?,
    })
}

pub(super) fn describe_times(args: &mut Args, accessed_ns: u64, modified_ns: u64, flags: u32) {
    let Some(times) = times(accessed_ns, modified_ns, flags) else {
        return;
    };
    for (name, time) in [("atime", times.accessed), ("mtime", times.modified)] {
        match time {
            None => {}
            Some(Time::Now) => args.put(name, "now"),
            Some(Time::At(ns)) => args.put(name, ns),
        }
    }
}

pub(super) fn describe_stat(result: &mut Args, stat: &Filestat) {
    let kind = match stat.kind {
        FOLDER => "directory",
        4 => "file",
        7 => "symlink",
        _ => "other",
    };
    result.put("type", kind);
    result.put("size", stat.size);
}

/// WASI's `fdstat`. Rights say what a descriptor was opened for; wasi-libc asks them of folders before it opens anything in one.
pub(super) fn fdstat((kind, flags, readable, writable): (u8, u16, bool, bool)) -> [u8; 24] {
    let mut base = rights::ALL;
    if !readable {
        base &= !(rights::READ | rights::READDIR);
    }
    if !writable && kind != FOLDER {
        base &= !(rights::WRITE | rights::ALLOCATE | rights::SET_SIZE);
    }
    let mut bytes = [0; 24];
    bytes[0] = kind;
    bytes[2..4].copy_from_slice(&flags.to_le_bytes());
    bytes[8..16].copy_from_slice(&base.to_le_bytes());
    bytes[16..24].copy_from_slice(&rights::ALL.to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contradictory_times_are_none() {
        assert_eq!(times(1, 2, 3), None);
        assert_eq!(times(1, 2, 12), None);
        let both = Times {
            accessed: Some(Time::At(1)),
            modified: Some(Time::Now),
        };
        assert_eq!(times(1, 2, 9), Some(both));
    }

    #[test]
    fn flags_have_names() {
        assert_eq!(FD_FLAGS.of(17), ["append", "sync"]);
        let how = how(1, 9, 64, 1);
        assert_eq!(
            OPEN_FLAGS.names(how),
            ["write", "create", "truncate", "append", "follow"]
        );
    }

    #[test]
    fn places_and_advice_are_within_their_lists() {
        assert_eq!((whence(2), whence(3)), (Some(Whence::End), None));
        assert_eq!((advice(5), advice(6)), (Some(Advice::NoReuse), None));
    }
}
