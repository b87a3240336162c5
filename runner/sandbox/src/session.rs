//! A session: one interpreter with its variables.

use crate::{Called, Console, Engine, Error, Interrupter, Limits, Policy, Report};

/// Source to run as one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    /// The source.
    pub source: &'a str,
    /// Compile it as at a `>>>` prompt: every expression statement's value is shown.
    pub single: bool,
    /// Show no result and count nothing.
    pub silent: bool,
    /// Whether the execution count rises.
    pub store_history: bool,
}

impl<'a> Cell<'a> {
    /// A cell as a notebook has it.
    pub fn new(source: &'a str) -> Self {
        Self {
            source,
            single: false,
            silent: false,
            store_history: true,
        }
    }

    /// A cell as typed at a `>>>` prompt.
    pub fn prompt(source: &'a str) -> Self {
        Self {
            single: true,
            ..Self::new(source)
        }
    }
}

/// A program to run as `python` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// `python FILE`: a path in the guest.
    File(String),
    /// `python -c COMMAND`.
    Command(String),
    /// `python -m MODULE`.
    Module(String),
    /// `python -`: the program is read from standard input.
    Stdin,
}

/// One interpreter with its variables. Dropping it frees everything it held.
pub struct Session {
    _none: (),
}

impl Session {
    /// Starts a session: a new interpreter that has been granted `policy`.
    ///
    /// # Errors
    /// [`Error::Policy`], [`Error::Full`], or [`Error::Begin`] if the guest refuses.
    pub async fn start(
        engine: &Engine,
        policy: &Policy,
        limits: &Limits,
        console: Box<dyn Console>,
    ) -> Result<Self, Error> {
        let _ = (engine, policy, limits, console);
        Err(Error::Ended)
    }

    /// Runs a cell.
    ///
    /// # Errors
    /// [`Error::Ended`] after the session's end, [`Error::TooLarge`], [`Error::Host`].
    pub async fn execute(&mut self, cell: &Cell<'_>) -> Result<Report, Error> {
        let _ = cell;
        Err(Error::Ended)
    }

    /// Runs a program to its end. The outcome of one that ends by itself is [`Outcome::Exited`](crate::Outcome::Exited); the
    /// session is over afterwards.
    ///
    /// # Errors
    /// As [`Session::execute`].
    pub async fn run(&mut self, program: &Program) -> Result<Report, Error> {
        let _ = program;
        Err(Error::Ended)
    }

    /// Asks the guest's own tools: completion, inspection, whether code is complete. `request_json` is as in the guest's
    /// interface.
    ///
    /// # Errors
    /// As [`Session::execute`].
    pub async fn call(&mut self, request_json: &str) -> Result<Called, Error> {
        let _ = request_json;
        Err(Error::Ended)
    }

    /// A handle that interrupts this session from elsewhere.
    pub fn interrupter(&self) -> Interrupter {
        unreachable!("no session can be started yet")
    }

    /// Whether the session takes further calls: false after an exit or a trap.
    pub fn is_alive(&self) -> bool {
        false
    }

    /// Changes the limits from the next call on.
    pub fn set_limits(&mut self, limits: &Limits) {
        let _ = limits;
    }
}
