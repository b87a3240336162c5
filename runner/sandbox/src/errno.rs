//! The error numbers of WASI preview 1.

macro_rules! errnos {
    ($($variant:ident $name:literal $number:literal $what:literal,)*) => {
        /// An error number of WASI preview 1 (`errno` in its `typenames.witx`); success is none. Python's `errno` module has the same
        /// names and, in the guest, the same numbers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[repr(u8)]
        pub enum Errno {
            $(#[doc = $what] $variant = $number,)*
        }

        impl Errno {
            /// Every error number.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name, such as `EACCES`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

errnos! {
    TooBig "E2BIG" 1 "Argument list too long.",
    Acces "EACCES" 2 "Permission denied.",
    AddrInUse "EADDRINUSE" 3 "Address in use.",
    AddrNotAvail "EADDRNOTAVAIL" 4 "Address not available.",
    AfNoSupport "EAFNOSUPPORT" 5 "Address family not supported.",
    Again "EAGAIN" 6 "Resource unavailable, or operation would block.",
    Already "EALREADY" 7 "Connection already in progress.",
    Badf "EBADF" 8 "Bad file descriptor.",
    BadMsg "EBADMSG" 9 "Bad message.",
    Busy "EBUSY" 10 "Device or resource busy.",
    Canceled "ECANCELED" 11 "Operation canceled.",
    Child "ECHILD" 12 "No child processes.",
    ConnAborted "ECONNABORTED" 13 "Connection aborted.",
    ConnRefused "ECONNREFUSED" 14 "Connection refused.",
    ConnReset "ECONNRESET" 15 "Connection reset.",
    Deadlk "EDEADLK" 16 "Resource deadlock would occur.",
    DestAddrReq "EDESTADDRREQ" 17 "Destination address required.",
    Dom "EDOM" 18 "Argument out of domain.",
    Dquot "EDQUOT" 19 "Quota exceeded.",
    Exist "EEXIST" 20 "File exists.",
    Fault "EFAULT" 21 "Bad address.",
    Fbig "EFBIG" 22 "File too large.",
    HostUnreach "EHOSTUNREACH" 23 "Host is unreachable.",
    Idrm "EIDRM" 24 "Identifier removed.",
    Ilseq "EILSEQ" 25 "Illegal byte sequence.",
    InProgress "EINPROGRESS" 26 "Operation in progress.",
    Intr "EINTR" 27 "Interrupted.",
    Inval "EINVAL" 28 "Invalid argument.",
    Io "EIO" 29 "Input or output error.",
    IsConn "EISCONN" 30 "Socket is connected.",
    IsDir "EISDIR" 31 "Is a directory.",
    Loop "ELOOP" 32 "Too many levels of symbolic links.",
    Mfile "EMFILE" 33 "Too many open files.",
    Mlink "EMLINK" 34 "Too many links.",
    MsgSize "EMSGSIZE" 35 "Message too large.",
    Multihop "EMULTIHOP" 36 "Reserved.",
    NameTooLong "ENAMETOOLONG" 37 "Name too long.",
    NetDown "ENETDOWN" 38 "Network is down.",
    NetReset "ENETRESET" 39 "Connection aborted by network.",
    NetUnreach "ENETUNREACH" 40 "Network unreachable.",
    Nfile "ENFILE" 41 "Too many files open in system.",
    NoBufs "ENOBUFS" 42 "No buffer space available.",
    NoDev "ENODEV" 43 "No such device.",
    NoEnt "ENOENT" 44 "No such file or directory.",
    NoExec "ENOEXEC" 45 "Executable file format error.",
    NoLck "ENOLCK" 46 "No locks available.",
    NoLink "ENOLINK" 47 "Reserved.",
    NoMem "ENOMEM" 48 "Not enough space.",
    NoMsg "ENOMSG" 49 "No message of the desired type.",
    NoProtoOpt "ENOPROTOOPT" 50 "Protocol not available.",
    NoSpc "ENOSPC" 51 "No space left on device.",
    NoSys "ENOSYS" 52 "Function not supported.",
    NotConn "ENOTCONN" 53 "The socket is not connected.",
    NotDir "ENOTDIR" 54 "Not a directory.",
    NotEmpty "ENOTEMPTY" 55 "Directory not empty.",
    NotRecoverable "ENOTRECOVERABLE" 56 "State not recoverable.",
    NotSock "ENOTSOCK" 57 "Not a socket.",
    NotSup "ENOTSUP" 58 "Not supported.",
    NoTty "ENOTTY" 59 "Inappropriate I/O control operation.",
    Nxio "ENXIO" 60 "No such device or address.",
    Overflow "EOVERFLOW" 61 "Value too large.",
    OwnerDead "EOWNERDEAD" 62 "Previous owner died.",
    Perm "EPERM" 63 "Operation not permitted.",
    Pipe "EPIPE" 64 "Broken pipe.",
    Proto "EPROTO" 65 "Protocol error.",
    ProtoNoSupport "EPROTONOSUPPORT" 66 "Protocol not supported.",
    Prototype "EPROTOTYPE" 67 "Protocol wrong type for socket.",
    Range "ERANGE" 68 "Result too large.",
    Rofs "EROFS" 69 "Read-only file system.",
    Spipe "ESPIPE" 70 "Invalid seek.",
    Srch "ESRCH" 71 "No such process.",
    Stale "ESTALE" 72 "Reserved.",
    TimedOut "ETIMEDOUT" 73 "Connection timed out.",
    TxtBsy "ETXTBSY" 74 "Text file busy.",
    Xdev "EXDEV" 75 "Cross-device link.",
    NotCapable "ENOTCAPABLE" 76 "Capabilities insufficient.",
}

impl Errno {
    /// The number of a name, such as `EACCES`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|errno| errno.name() == name)
    }

    /// The error of this number.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|errno| errno.number() == number)
    }

    /// Its number.
    pub fn number(self) -> i32 {
        i32::from(self as u8)
    }
}

impl std::fmt::Display for Errno {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl From<rustix::io::Errno> for Errno {
    /// What the host's kernel said, as the guest has it. What has no name there is `EIO`.
    fn from(error: rustix::io::Errno) -> Self {
        use rustix::io::Errno as Host;
        match error {
            Host::ACCESS => Self::Acces,
            Host::AGAIN => Self::Again,
            Host::BADF => Self::Badf,
            Host::BUSY => Self::Busy,
            Host::DQUOT => Self::Dquot,
            Host::EXIST => Self::Exist,
            Host::FBIG => Self::Fbig,
            Host::INTR => Self::Intr,
            Host::INVAL => Self::Inval,
            Host::ISDIR => Self::IsDir,
            Host::LOOP => Self::Loop,
            Host::MFILE => Self::Mfile,
            Host::MLINK => Self::Mlink,
            Host::NAMETOOLONG => Self::NameTooLong,
            Host::NFILE => Self::Nfile,
            Host::NODEV => Self::NoDev,
            Host::NOENT => Self::NoEnt,
            Host::NOMEM => Self::NoMem,
            Host::NOSPC => Self::NoSpc,
            Host::NOSYS => Self::NoSys,
            Host::NOTDIR => Self::NotDir,
            Host::NOTEMPTY => Self::NotEmpty,
            Host::NOTSUP => Self::NotSup,
            Host::NXIO => Self::Nxio,
            Host::OVERFLOW => Self::Overflow,
            Host::PERM => Self::Perm,
            Host::ROFS => Self::Rofs,
            Host::SPIPE => Self::Spipe,
            Host::STALE => Self::Stale,
            Host::TXTBSY => Self::TxtBsy,
            Host::XDEV => Self::Xdev,
            _ => Self::Io,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_from_one_to_the_last() {
        for (index, errno) in Errno::ALL.iter().enumerate() {
            assert_eq!(usize::try_from(errno.number()), Ok(index + 1));
            assert_eq!(Errno::from_number(errno.number()), Some(*errno));
            assert_eq!(Errno::from_name(errno.name()), Some(*errno));
        }
        assert_eq!(Errno::ALL.len(), 76);
    }

    #[test]
    fn what_is_no_errno_has_no_name() {
        for name in ["", "EACCESS", "eacces", "ESUCCESS", "13"] {
            assert_eq!(Errno::from_name(name), None);
        }
        assert_eq!(Errno::from_number(0), None);
        assert_eq!(Errno::from_number(77), None);
    }
}
