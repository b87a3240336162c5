//! The calls that the guest can make of the host, by name.

macro_rules! calls {
    ($($variant:ident $module:ident $name:literal $answer:ident $deniable:literal $what:literal,)*) => {
        /// A call that the guest can make of the host: exactly the imports of its image.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum HostCall {
            $(#[doc = $what] $variant,)*
        }

        impl HostCall {
            /// Every call.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name, such as `path_open`. No two modules have one in common.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The module that it is imported from.
            pub fn module(self) -> &'static str {
                match self {
                    $(Self::$variant => Module::$module.name(),)*
                }
            }

            /// What it can be answered with instead of being made.
            pub fn answer(self) -> AnswerKind {
                match self {
                    $(Self::$variant => AnswerKind::$answer,)*
                }
            }

            /// Whether it can be refused with an error number: three calls have no way to say one.
            pub fn can_be_denied(self) -> bool {
                match self {
                    $(Self::$variant => $deniable,)*
                }
            }
        }
    };
}

/// What a call can be answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerKind {
    /// Nothing: its result means something only to what was really done.
    No,
    /// [`CallAnswer::Done`](crate::CallAnswer::Done).
    Done,
    /// [`CallAnswer::Number`](crate::CallAnswer::Number), nanoseconds.
    Number,
    /// [`CallAnswer::Bytes`](crate::CallAnswer::Bytes).
    Bytes,
    /// [`CallAnswer::Lines`](crate::CallAnswer::Lines).
    Lines,
}

enum Module {
    Wasi,
    Own,
}

impl Module {
    fn name(self) -> &'static str {
        match self {
            Self::Wasi => "wasi_snapshot_preview1",
            Self::Own => "croquant",
        }
    }
}

calls! {
    ClockResGet Wasi "clock_res_get" Number true "The resolution of a clock.",
    ClockTimeGet Wasi "clock_time_get" Number true "The time of a clock.",
    FdAdvise Wasi "fd_advise" Done true "Says how a file will be used.",
    FdClose Wasi "fd_close" No true "Closes a descriptor.",
    FdDatasync Wasi "fd_datasync" Done true "Waits until a file's content is on the disk.",
    FdFdstatGet Wasi "fd_fdstat_get" No true "What a descriptor is and may.",
    FdFdstatSetFlags Wasi "fd_fdstat_set_flags" Done true "Changes the flags of a descriptor.",
    FdFilestatGet Wasi "fd_filestat_get" No true "What is known of an open file.",
    FdFilestatSetSize Wasi "fd_filestat_set_size" Done true "Cuts or lengthens an open file.",
    FdFilestatSetTimes Wasi "fd_filestat_set_times" Done true "Sets the times of an open file.",
    FdPread Wasi "fd_pread" No true "Reads at a place.",
    FdPwrite Wasi "fd_pwrite" Done true "Writes at a place.",
    FdRead Wasi "fd_read" No true "Reads on.",
    FdReaddir Wasi "fd_readdir" No true "Lists an open folder.",
    FdSeek Wasi "fd_seek" No true "Moves the place of a descriptor.",
    FdSync Wasi "fd_sync" Done true "Waits until a file is on the disk.",
    FdTell Wasi "fd_tell" No true "The place of a descriptor.",
    FdWrite Wasi "fd_write" Done true "Writes on.",
    PathCreateDirectory Wasi "path_create_directory" Done true "Makes a folder.",
    PathFilestatGet Wasi "path_filestat_get" No true "What is known of a file.",
    PathFilestatSetTimes Wasi "path_filestat_set_times" Done true "Sets the times of a file.",
    PathLink Wasi "path_link" Done true "Gives a file a second name.",
    PathOpen Wasi "path_open" Bytes true "Opens a file or folder, and makes or empties it.",
    PathReadlink Wasi "path_readlink" Bytes true "Where a symbolic link leads.",
    PathRemoveDirectory Wasi "path_remove_directory" Done true "Removes an empty folder.",
    PathRename Wasi "path_rename" Done true "Moves a file or folder.",
    PathSymlink Wasi "path_symlink" Done true "Makes a symbolic link.",
    PathUnlinkFile Wasi "path_unlink_file" Done true "Removes a file.",
    ProcExit Wasi "proc_exit" No false "Ends the guest.",
    RandomGet Wasi "random_get" Bytes true "Random bytes.",
    SchedYield Wasi "sched_yield" Done true "Lets others run.",
    Emit Own "emit" Done false "A message to the host: results, displays, errors.",
    Exchange Own "exchange" No true "Sends a message to the session on the other side, and waits for its next one.",
    Input Own "input" Lines true "Asks the reader for a line.",
    Read Own "read" Bytes true "Reads standard input.",
    Sleep Own "sleep" Done true "Waits.",
    Take Own "take" No false "Fetches what `input` or `exchange` announced.",
    Write Own "write" Done true "Writes standard output or error.",
}

/// Imports, by module and name, that are the meter's and no calls of a program's: they give the guest nothing, and neither a policy nor an
/// observer is asked about them.
pub(crate) const METER: [(&str, &str); 3] = [
    ("croquant", "slice"),
    ("croquant", "charge"),
    ("croquant", "charges"),
];

impl HostCall {
    /// The call of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|call| call.name() == name)
    }

    /// Whether it names a file by its path: such calls also obey rules on paths.
    pub fn has_path(self) -> bool {
        self.name().starts_with("path_")
    }
}

impl std::fmt::Display for HostCall {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}
