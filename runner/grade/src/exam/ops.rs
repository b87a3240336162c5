//! The requests to both sessions and their answers, as the guest's interface has them.

use croquant_sandbox::Called;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::ExamError;
use crate::{Reason, Status, Visibility};

/// The answer to `grade_prepare`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Prepared {
    /// Modules that the tests import and that are neither the standard library's nor the checker's.
    pub(super) imports: Vec<String>,
    /// Those of them that are imported by tests alone, and run then.
    #[serde(default)]
    pub(super) later: Vec<String>,
    #[serde(default)]
    pub(super) errors: Vec<Mistake>,
}

/// A mistake in a file of the checker's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Mistake {
    pub(super) file: String,
    pub(super) line: Option<u32>,
    pub(super) message: String,
}

/// The answer to `grade_collect`.
#[derive(Debug, Deserialize)]
pub(super) struct Collection {
    pub(super) tests: Vec<CollectedTest>,
    #[serde(default)]
    pub(super) errors: Vec<Mistake>,
}

/// A test that was found.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct CollectedTest {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) task: Option<u32>,
    #[serde(default)]
    pub(super) code: Option<String>,
    #[serde(default)]
    pub(super) points: Option<f64>,
    #[serde(default)]
    pub(super) visibility: Option<Visibility>,
}

/// The answer to `grade_run`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Ran {
    pub(super) status: Status,
    #[serde(default)]
    pub(super) reason: Option<Reason>,
    #[serde(default)]
    pub(super) message: Option<String>,
    #[serde(default)]
    pub(super) expected: Option<String>,
    #[serde(default)]
    pub(super) actual: Option<String>,
    #[serde(default)]
    pub(super) traceback: Option<String>,
    #[serde(default)]
    pub(super) credit: Option<f64>,
}

impl Ran {
    /// How much there is of it, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let texts = [&self.message, &self.expected, &self.actual, &self.traceback];
        let bytes = texts.into_iter().flatten().map(String::len).sum::<usize>();
        bytes + size_of::<Self>()
    }
}

/// The answer to `grade_constructs`.
#[derive(Debug, Deserialize)]
pub(super) struct Violations {
    pub(super) violations: Vec<Mistake>,
}

/// The answer to `grade_import`.
#[derive(Debug, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub(super) enum Imported {
    /// All modules are imported.
    Ok,
    /// One could not be.
    Error {
        kind: ImportErrorKind,
        #[serde(default)]
        file: Option<String>,
        #[serde(default)]
        line: Option<u32>,
        message: String,
        #[serde(default)]
        traceback: Option<String>,
    },
}

/// Why a module could not be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ImportErrorKind {
    Syntax,
    Missing,
    Exception,
}

/// The reply in a call that completed.
///
/// # Errors
/// [`ExamError::Checker`] if the guest gave none, or another than expected.
pub(super) fn reply<T: DeserializeOwned>(
    called: &Called,
    what: &'static str,
) -> Result<T, ExamError> {
    let json = called.reply.as_deref().ok_or_else(|| ExamError::Checker {
        what,
        reason: called.report.outcome.to_string(),
    })?;
    serde_json::from_str(json).map_err(|error| ExamError::Checker {
        what,
        reason: format!("{error}: {}", clipped(json)),
    })
}

/// As much of an answer as a message needs.
fn clipped(json: &str) -> String {
    json.chars().take(300).collect()
}
