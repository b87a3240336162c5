//! `croquant doctor`: which walls stand on this machine, which limits apply, how fast a session starts, and what to do where something
//! is missing.
//!
//! Nothing is taken from a version number: at its end this process confines itself, as `croquant run` does, and tries the walls.

mod limits;
mod machine;
mod show;
mod speed;
mod walls;

use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::{about, image};

/// One thing that was looked at.
#[derive(Debug)]
struct Check {
    /// Its name, as in the JSON.
    name: &'static str,
    state: State,
    /// What was found.
    found: String,
    /// What to do about it.
    hint: Option<String>,
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// As it should be.
    Ok,
    /// Not as it could be; everything works and is safe.
    Note,
    /// A wall is missing, or something is unsafe.
    Missing,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            state: State::Ok,
            found: found.into(),
            hint: None,
        }
    }

    fn not(
        state: State,
        name: &'static str,
        found: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            name,
            state,
            found: found.into(),
            hint: Some(hint.into()),
        }
    }
}

/// Everything that was found.
struct Findings {
    walls: Vec<Check>,
    machine: Vec<Check>,
    speed: speed::Speed,
}

/// Looks, tries and tells. The exit is 0 if all walls stand, 1 if something is missing or unsafe.
///
/// # Errors
/// The image cannot be opened, or a session cannot start at all.
pub(crate) fn doctor(as_json: bool) -> Result<Exit, Failure> {
    // First, so that the image is in its folder before that is looked at.
    let speed = speed::measure()?;
    let machine = machine::look();
    let findings = Findings {
        walls: walls::try_all(),
        machine,
        speed,
    };
    let text = if as_json {
        format!("{:#}", findings.json())
    } else {
        show::text(&findings)
    };
    about::print(&text)?;
    let missing = |check: &Check| check.state == State::Missing;
    let all_well = !findings.walls.iter().chain(&findings.machine).any(missing);
    Ok(Exit::Program(u8::from(!all_well)))
}

impl Findings {
    fn json(&self) -> Value {
        let checks = |checks: &[Check]| -> Value {
            let one = |check: &Check| {
                let state = match check.state {
                    State::Ok => "ok",
                    State::Note => "note",
                    State::Missing => "missing",
                };
                let value = json!({"state": state, "found": check.found, "hint": check.hint});
                (check.name.to_owned(), value)
            };
            Value::Object(checks.iter().map(one).collect())
        };
        json!({
            "croquant": env!("CARGO_PKG_VERSION"),
            "python": image::python(),
            "image": image::hash(),
            "wasmtime": croquant_sandbox::WASMTIME,
            "walls": checks(&self.walls),
            "machine": checks(&self.machine),
            "limits": limits::json(),
            "first_print_us": self.speed.first_print.as_micros() as u64,
            "run_us": self.speed.run.as_micros() as u64,
        })
    }
}
