//! Opens the one session of `run` and `repl`.

use std::io::IsTerminal as _;

use croquant_sandbox::{Console, Engine, EngineConfig, Mode, Policy, Session, Terminal};

use crate::exit::{Exit, Failure};
use crate::grants::{HOME, Variable};
use crate::image;
use crate::packages;
use crate::plan::Granted;
use crate::watch::Watch;

/// Variables of this process that tell a program about the terminal it writes to; of no interest without one.
const TERMINAL_VARIABLES: [&str; 2] = ["TERM", "NO_COLOR"];

/// A runtime that starts no thread: there is one session, and it is waited for.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(Failure::host)
}

/// The engine, with the image that is part of this executable.
pub(crate) fn engine() -> Result<Engine, Failure> {
    Engine::new(image::open()?, &EngineConfig::script()).map_err(Failure::host)
}

/// Starts a session with what it is granted.
pub(crate) async fn start(
    engine: &Engine,
    granted: &Granted,
    watch: &Watch,
    args: Vec<String>,
    mut files: Vec<(String, Vec<u8>)>,
    mode: Mode,
    console: impl Console,
) -> Result<Session, Failure> {
    let terminal = Terminal {
        stdin: std::io::stdin().is_terminal(),
        stdout: std::io::stdout().is_terminal(),
        stderr: std::io::stderr().is_terminal(),
    };
    files.extend_from_slice(&watch.files);
    let policy = Policy {
        args,
        env: environment(&granted.env, terminal),
        cwd: HOME.to_owned(),
        mounts: granted.mounts.clone(),
        files,
        import_paths: packages::import_paths(&granted.mounts),
        imports: granted.imports.clone(),
        terminal,
        mode,
        clock: granted.world.clock,
        random: granted.world.random,
        reproducible: granted.world.reproducible,
        calls: watch.calls.clone(),
    };
    let (limits, console) = (&granted.limits, Box::new(console));
    Session::start_watched(engine, &policy, limits, console, watch.observer())
        .await
        .map_err(Failure::host)
}

/// Gives those variables that `--env` only names the value that they have here.
pub(crate) fn take_over(env: &mut [Variable]) -> Result<(), Failure> {
    for (name, value) in env.iter_mut().filter(|(_, value)| value.is_none()) {
        let (problem, hint) = match std::env::var(&*name) {
            Ok(found) => {
                *value = Some(found);
                continue;
            }
            Err(std::env::VarError::NotPresent) => ("is not set here", "give its value"),
            Err(std::env::VarError::NotUnicode(_)) => ("is not UTF-8", "give a value that is"),
        };
        return Err(Failure::new(
            Exit::Failed,
            format!("the variable `{name}` {problem}"),
            format!("{hint}, as in `--env {name}=VALUE`, or leave it out"),
        ));
    }
    Ok(())
}

/// The program's environment: its home, what the terminal is, and what `--env` says.
fn environment(given: &[Variable], terminal: Terminal) -> Vec<(String, String)> {
    let mut env = vec![("HOME".to_owned(), HOME.to_owned())];
    if terminal.stdin || terminal.stdout || terminal.stderr {
        for name in TERMINAL_VARIABLES {
            if let Ok(value) = std::env::var(name) {
                env.push((name.to_owned(), value));
            }
        }
    }
    env.retain(|(name, _)| given.iter().all(|(other, _)| other != name));
    let given = given.iter().cloned();
    env.extend(given.filter_map(|(name, value)| Some((name, value?))));
    env
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_inherited_without_a_terminal() {
        let home = ("HOME".to_owned(), HOME.to_owned());
        assert_eq!(environment(&[], Terminal::default()), [home]);
    }

    #[test]
    fn what_is_given_wins() {
        let given = [("HOME".to_owned(), Some("/tmp".to_owned()))];
        let expected = [("HOME".to_owned(), "/tmp".to_owned())];
        assert_eq!(environment(&given, Terminal::default()), expected);
    }
}
