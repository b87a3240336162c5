//! An attack: a submission that tries to pass without being right, and its twin, which does the same and is right.

use std::fs;
use std::path::Path;

use libtest_mimic::Failed;
use serde::Deserialize;

use crate::command::{FAILED, FORMATS, Graded, PASSED, grade};
use crate::leaks;

/// What an `attack.toml` says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attack {
    /// What it does, for readers.
    #[expect(dead_code, reason = "it is for readers")]
    title: String,
    /// What it wants, for readers.
    #[expect(dead_code, reason = "it is for readers")]
    tries: String,
    /// The folder in `assignments` that it is handed in for.
    pub(crate) assignment: String,
    /// How many tests may pass: none.
    passes: Option<u8>,
    /// The tests that must not pass, where it is right in others.
    #[serde(default)]
    must_not_pass: Vec<String>,
    /// What hidden tests hold, and no student may read.
    #[serde(default)]
    secrets: Vec<String>,
    /// What no line that a runner of workflows reads may begin with.
    #[serde(default)]
    commands: Vec<String>,
    /// Whether a test passes or the exit code is 0 where code and tests share an interpreter.
    #[serde(default)]
    pub(crate) native: bool,
}

impl Attack {
    pub(crate) fn read(folder: &Path) -> Result<Self, Failed> {
        let path = folder.join("attack.toml");
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        Ok(toml::from_str(&text)?)
    }
}

pub(crate) fn check(folder: &Path, assignments: &Path) -> Result<(), Failed> {
    let attack = Attack::read(folder)?;
    let assignment = assignments.join(&attack.assignment);
    let submission = folder.join("submission");
    let teacher = grade(&assignment, &submission, "teacher", &["json"])?;
    teacher.ended("the attack", FAILED)?;
    attack.wins_nothing(&teacher)?;
    let student = grade(&assignment, &submission, "student", FORMATS)?;
    student.ended("the attack", FAILED)?;
    leaks::check(&attack.secrets, &assignment, &teacher, &student)?;
    leaks::check_commands(&attack.commands, &student)?;

    let twin = grade(&assignment, &folder.join("twin"), "teacher", &["json"])?;
    twin.ended("the twin", PASSED)?;
    let tests = twin.tests()?;
    if let Some((id, _)) = tests.iter().find(|(_, passed)| !passed) {
        return Err(format!("the twin does not pass `{id}`").into());
    }
    if tests.len() != teacher.tests()?.len() {
        return Err("the attack was put to other tests than its twin".into());
    }
    Ok(())
}

impl Attack {
    fn wins_nothing(&self, graded: &Graded) -> Result<(), Failed> {
        let tests = graded.tests()?;
        match (self.passes, self.must_not_pass.as_slice()) {
            (Some(0), []) => {
                if let Some((id, _)) = tests.iter().find(|(_, passed)| *passed) {
                    return Err(format!("the attack passes `{id}`").into());
                }
            }
            (None, [_, ..]) => {
                for id in &self.must_not_pass {
                    match tests.iter().find(|(test, _)| test == id) {
                        Some((_, false)) => {}
                        Some(_) => return Err(format!("the attack passes `{id}`").into()),
                        None => return Err(format!("there is no test `{id}`").into()),
                    }
                }
            }
            _ => return Err("say either `passes = 0` or `must_not_pass`".into()),
        }
        Ok(())
    }
}
