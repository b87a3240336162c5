//! The command line as typed. Nothing here is checked against the machine, and no file is touched.

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand};
use croquant_sandbox::Limits;

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
    /// Write what the run used (fuel, time, memory, output) to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<OsString>,
    /// The script, or `-` for standard input, and its arguments
    #[arg(value_name = "SCRIPT", trailing_var_arg = true)]
    pub(crate) program: Vec<OsString>,
    #[command(flatten)]
    pub(crate) grants: GrantFlags,
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
    pub(crate) limits: LimitFlags,
}

/// What the program is granted. Nothing is inherited.
#[derive(Debug, Args)]
#[command(next_help_heading = "Grants")]
pub(crate) struct GrantFlags {
    /// Let the program see a folder, read-only unless `:rw` is said. GUEST is where it appears there (relative to /home/user)
    /// and defaults to HOST; a colon in HOST is written `\:`. May be repeated
    #[arg(long = "dir", value_name = "HOST[:GUEST][:ro|rw]")]
    pub(crate) dirs: Vec<OsString>,
    /// Set an environment variable of the program. May be repeated
    #[arg(long = "env", value_name = "NAME=VALUE")]
    pub(crate) env: Vec<OsString>,
}

/// What the program may use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitFlags {
    /// Work, in units of fuel: the same for the same program and input, whatever the machine
    #[arg(long, value_name = "UNITS", default_value_t = Limits::script().fuel)]
    pub(crate) fuel: u64,
    /// Wall-clock time, not counting waits for input
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::script().deadline_ms as f64 / 1000.0)]
    pub(crate) deadline: f64,
    /// Memory, files in the memory filesystem included
    #[arg(long, value_name = "MIB", default_value_t = (Limits::script().memory_bytes >> 20) as u64)]
    pub(crate) memory: u64,
    /// Output on stdout and stderr together
    #[arg(long, value_name = "MIB", default_value_t = Limits::script().output_bytes >> 20)]
    pub(crate) output: u64,
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
}

const EXIT_CODES: &str = "\
Exit codes:
  0-255  the program's own, as python has them
  124    the deadline passed
  125    croquant failed, or its command line is wrong
  126    the script cannot be read
  127    the script or folder is not there
  130    interrupted
  134    the guest failed
  137    the memory limit
  139    the stack ran over
  142    a wait for input lasted too long
  152    the fuel ran out
  153    the output limit";
