//! The command line as typed. Nothing here is checked against the machine, and no file is touched.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use croquant_sandbox::{Clock, Random};

use crate::grade::GradeFlags;
use crate::{units, world};

/// Python in a sandbox: scripts, a prompt, and tutorials that run in the browser.
#[derive(Debug, Parser)]
#[command(
    name = "croquant",
    disable_version_flag = true,
    arg_required_else_help = true
)]
pub(crate) struct Flags {
    /// Print the version of croquant and of its image
    #[arg(short = 'V', long)]
    pub(crate) version: bool,
    #[command(subcommand)]
    pub(crate) command: Option<CommandFlags>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CommandFlags {
    /// Run a program as `python` does, in a sandbox
    Run(RunFlags),
    /// Open a Python prompt in a sandbox
    Repl(ReplFlags),
    /// Serve pages whose Python examples run
    Serve(ServeFlags),
    /// Grade submissions by tests that they cannot read, fake or crash
    Grade(GradeFlags),
    /// Tell which walls stand on this machine, which limits apply, and how fast a session starts
    Doctor(DoctorFlags),
    /// Print the licences of everything that is in the executable's image and page
    Licences,
}

/// Options come before the program; what comes after it belongs to the program.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
#[command(override_usage = "croquant run [OPTIONS] <SCRIPT> [ARGS]...\n       \
    croquant run [OPTIONS] -c <CODE> [ARGS]...\n       \
    croquant run [OPTIONS] -m <MODULE> [ARGS]...\n       \
    croquant run [OPTIONS] - [ARGS]...")]
pub(crate) struct RunFlags {
    /// Run this code; what follows are its arguments
    #[arg(short = 'c', value_name = "CODE", num_args = 1.., allow_hyphen_values = true, conflicts_with = "module")]
    pub(crate) code: Option<Vec<OsString>>,
    /// Run this module as a script; what follows are its arguments
    #[arg(short = 'm', value_name = "MODULE", num_args = 1.., allow_hyphen_values = true)]
    pub(crate) module: Option<Vec<OsString>>,
    /// Tell what the run used (fuel, time, memory, input and output): as one line of JSON at the end of stderr, as text for people there, or as
    /// JSON in a file (`./json` for one of that name)
    #[arg(long, value_name = "json|text|FILE")]
    pub(crate) report: Option<OsString>,
    /// The script, or `-` for standard input, and its arguments
    #[arg(value_name = "SCRIPT", trailing_var_arg = true)]
    pub(crate) program: Vec<OsString>,
    #[command(flatten)]
    pub(crate) grants: GrantFlags,
    #[command(flatten)]
    pub(crate) world: WorldFlags,
    #[command(flatten)]
    pub(crate) watch: WatchFlags,
    #[command(flatten)]
    pub(crate) packages: PackageFlags,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
}

/// An interactive session.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ReplFlags {
    #[command(flatten)]
    pub(crate) grants: GrantFlags,
    #[command(flatten)]
    pub(crate) world: WorldFlags,
    #[command(flatten)]
    pub(crate) watch: WatchFlags,
    #[command(flatten)]
    pub(crate) packages: PackageFlags,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
}

/// What the program is granted. Nothing is inherited.
#[derive(Debug, Args)]
#[command(next_help_heading = "Grants")]
pub(crate) struct GrantFlags {
    /// Let the program see a folder, read-only unless `:rw` is said. GUEST is where it appears there (relative to /home/user)
    /// and defaults to HOST; a colon in HOST is written `\:`. After `ro` or `rw` may come options: `,quota=SIZE` and `,files=NUMBER`,
    /// what may be added [default: 1G and 10000], `,exclude=PATTERN` and `,hide-dotfiles`, as below. May be repeated
    #[arg(long = "dir", value_name = "HOST[:GUEST][:ro|rw]")]
    pub(crate) dirs: Vec<OsString>,
    /// Hide names that begin with a dot in every `--dir`: they do not exist for the program
    #[arg(long)]
    pub(crate) hide_dotfiles: bool,
    /// Hide what PATTERN names in every `--dir`, as in a `.gitignore` file at its root: `*.key`, `build/`, `/private`; upper and lower
    /// case are not told apart. May be repeated
    #[arg(long, value_name = "PATTERN")]
    pub(crate) exclude: Vec<String>,
    /// Set an environment variable of the program; without a value, to the one that it has here. May be repeated
    #[arg(long = "env", value_name = "NAME[=VALUE]")]
    pub(crate) env: Vec<OsString>,
    /// Let the program import this module and its submodules, and no others; what the standard library and packages import for themselves
    /// is theirs. For teaching and grading: it keeps nobody out who wants to get around it. May be repeated, or be several, as in `math,json`
    #[arg(long, value_name = "MODULE", value_delimiter = ',')]
    pub(crate) allow_import: Vec<String>,
    /// Keep the program from importing this module and its submodules, likewise
    #[arg(long, value_name = "MODULE", value_delimiter = ',')]
    pub(crate) deny_import: Vec<String>,
}

/// What the program knows of time and chance.
#[derive(Debug, Args)]
#[command(next_help_heading = "Time and chance")]
pub(crate) struct WorldFlags {
    /// The time that the program sees: the real one, one that stands still at TIME (RFC 3339; a sleep moves it on and takes no time), or
    /// the real one moved by SPAN, as in `offset:-3d` [default: real]
    #[arg(long, value_name = "real|frozen:TIME|offset:SPAN", value_parser = world::clock)]
    pub(crate) clock: Option<Clock>,
    /// Where random numbers come from: the system, or the number N, the same for the same N [default: real]
    #[arg(long, value_name = "real|seed:N", value_parser = world::random)]
    pub(crate) random: Option<Random>,
    /// Make the run repeatable, byte for byte, on any machine: time stands still at 2000-01-01T00:00:00Z, random numbers come from
    /// `--seed`, standard input is handed over line by line, and files in folders of `--dir` have times, numbers and counts of links of the
    /// run's own
    #[arg(long)]
    pub(crate) deterministic: bool,
    /// The seed of a deterministic run [default: 0]
    #[arg(
        long,
        value_name = "N",
        requires = "deterministic",
        conflicts_with = "random"
    )]
    pub(crate) seed: Option<u64>,
}

/// Who sees and rules on what the program asks of the host.
#[derive(Debug, Args)]
#[command(next_help_heading = "Policy and trace")]
pub(crate) struct WatchFlags {
    /// Rules on calls of the host and on paths, in TOML: allow, deny with an errno, or answer without doing anything
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<OsString>,
    /// Write every call of the host to this file, one line of JSON each; `-` is standard error
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<OsString>,
    /// How much of that is written; the rest is counted
    #[arg(long, value_name = "SIZE", value_parser = units::size, default_value = "1G", requires = "trace")]
    pub(crate) trace_limit: u64,
    /// Say at the end what was refused, why, and which flag would grant it
    #[arg(long)]
    pub(crate) explain: bool,
}

/// Packages that the program may import: pure-Python wheels, fetched by uv (which has its own configuration), kept, and mounted
/// read-only.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Packages")]
pub(crate) struct PackageFlags {
    /// Packages for the program, as in `--with rich` or `--with 'rich>=13,click'`, besides those that its inline metadata (`# /// script`)
    /// names. May be repeated
    #[arg(long, value_name = "PACKAGES")]
    pub(crate) with: Vec<OsString>,
    /// The packages that a file names, as of `pip install -r`. May be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) requirement: Vec<OsString>,
    /// Look for wheels in this folder, too. May be repeated
    #[arg(long, value_name = "DIR")]
    pub(crate) find_links: Vec<OsString>,
    /// Fetch nothing: use what is on this machine
    #[arg(long)]
    pub(crate) offline: bool,
    /// Choose the versions anew, instead of taking what an earlier run chose for the same packages
    #[arg(long)]
    pub(crate) refresh: bool,
    /// Take no notice of the script's inline metadata
    #[arg(long)]
    pub(crate) no_metadata: bool,
}

/// What the program may use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitFlags {
    /// The limits to begin with; the flags below change single ones. The defaults named there are those of `script`
    #[arg(long, value_name = "NAME", value_enum, default_value_t = Profile::Script)]
    pub(crate) profile: Profile,
    /// Work, in units of fuel, as in `5G`: the same for the same program and input, whatever the machine [default: 500T]
    #[arg(long, value_name = "UNITS", value_parser = units::count)]
    pub(crate) fuel: Option<u64>,
    /// Wall-clock time, not counting waits for input, as in `10s` or `1h30m`; a number alone is seconds [default: 4h]
    #[arg(long, value_name = "TIME", value_parser = units::time)]
    pub(crate) deadline: Option<Duration>,
    /// How long one wait for input may last [default: 24h]
    #[arg(long, value_name = "TIME", value_parser = units::time)]
    pub(crate) input_idle: Option<Duration>,
    /// How long the program may go on after it was asked to stop [default: 2s]
    #[arg(long, value_name = "TIME", value_parser = units::time)]
    pub(crate) grace: Option<Duration>,
    /// Memory, files in the memory filesystem included, as in `512M` or `2G`; a number alone is MiB [default: 1G]
    #[arg(long, value_name = "SIZE", value_parser = units::size)]
    pub(crate) memory: Option<u64>,
    /// Output on stdout and stderr together; a number alone is MiB [default: 16G]
    #[arg(long, value_name = "SIZE", value_parser = units::size)]
    pub(crate) output: Option<u64>,
    /// Lines of output per second, on each stream; what comes faster is cut, with a mark [default: 10M]
    #[arg(long, value_name = "LINES", value_parser = units::count)]
    pub(crate) output_lines: Option<u64>,
    /// What may cross at once between the program and its surroundings, held by croquant meanwhile; a number alone is MiB [default: 64M]
    #[arg(long, value_name = "SIZE", value_parser = units::size)]
    pub(crate) host_memory: Option<u64>,
    /// Files and folders that may be open at once in the folders of `--dir` [default: 512]
    #[arg(long, value_name = "NUMBER", value_parser = units::small_count)]
    pub(crate) open_files: Option<u32>,
    /// Files, folders and links that the program may have in its memory filesystem; those of a `--dir` have a quota each [default: 100K]
    #[arg(long, value_name = "NUMBER", value_parser = units::small_count)]
    pub(crate) files: Option<u32>,
}

/// Limits for a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Profile {
    /// One script, run for its owner: hours, a gibibyte of memory
    Script,
    /// A reader's cell in a tutorial: 30 seconds, 256 MiB of memory, 1 MiB of output
    Tutorial,
    /// One test of a submission: 10 seconds, 256 MiB of memory, 256 KiB of output, nobody who answers
    Grading,
}

/// What this machine has to offer.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes:\n  0  all walls stand\n  1  something is missing or unsafe; what to do about it is said\n  125  croquant itself failed"
)]
pub(crate) struct DoctorFlags {
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Pages with a live Python.
#[derive(Debug, Args)]
pub(crate) struct ServeFlags {
    /// The folder of pages; without it, the example tutorial
    #[arg(value_name = "PATH")]
    pub(crate) path: Option<OsString>,
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 8000)]
    pub(crate) port: u16,
    /// The address to listen on; anything but this machine's own makes the server reachable for others
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub(crate) bind: std::net::IpAddr,
    /// A further host name under which browsers may reach the server. May be repeated
    #[arg(long = "allow-host", value_name = "NAME")]
    pub(crate) allow_hosts: Vec<String>,
    /// The folder in which sessions sleep; without it, one in the user's state folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "no_store")]
    pub(crate) store: Option<OsString>,
    /// Keep sessions in memory only: they end with the server
    #[arg(long)]
    pub(crate) no_store: bool,
    /// How many processes run the sessions; without it, one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) workers: Option<u16>,
}

const EXIT_CODES: &str = "\
Exit codes:
  0-255  the program's own, as python has them
  124    the deadline passed
  125    croquant failed, or its command line is wrong
  126    the script cannot be read
  127    the script or folder is not there
  130    interrupted (death by SIGINT, where the shell is to see it)
  134    the guest failed
  137    the memory limit
  139    the stack ran over
  142    a wait for input lasted too long
  144    too many open files
  145    more at once than croquant holds for a program
  146    too many files in the memory filesystem
  152    the fuel ran out
  153    the output limit
Death by SIGSYS (159 to a shell) is the second wall's work: croquant itself was attacked";
