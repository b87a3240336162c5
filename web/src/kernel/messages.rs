//! The contents of messages, one type each, as the messaging protocol names their fields.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::wire::{Json, PROTOCOL_VERSION};

/// `execute_request`.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Execute {
    pub(crate) code: String,
    pub(crate) silent: bool,
    pub(crate) store_history: bool,
    pub(crate) user_expressions: BTreeMap<String, String>,
    pub(crate) allow_stdin: bool,
    pub(crate) stop_on_error: bool,
}

impl Default for Execute {
    fn default() -> Self {
        Self {
            code: String::new(),
            silent: false,
            store_history: true,
            user_expressions: BTreeMap::new(),
            allow_stdin: true,
            stop_on_error: true,
        }
    }
}

/// The metadata of `execute_request` that is ours: how a transcript's input asks to be compiled as at a prompt.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ExecuteMetadata {
    pub(crate) croquant: CroquantMetadata,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CroquantMetadata {
    pub(crate) mode: CellMode,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CellMode {
    /// As a notebook's cell.
    #[default]
    Exec,
    /// As at a `>>>` prompt.
    Single,
}

/// `execute_reply`.
#[derive(Debug, Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub(crate) enum ExecuteReply<'a> {
    Ok {
        execution_count: u32,
        user_expressions: &'a RawValue,
        payload: [(); 0],
    },
    Error {
        execution_count: u32,
        #[serde(flatten)]
        error: &'a ErrorContent,
    },
    Aborted {
        execution_count: u32,
    },
}

/// `error`, and the same fields in replies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorContent {
    pub(crate) ename: String,
    pub(crate) evalue: String,
    pub(crate) traceback: Vec<String>,
}

impl ErrorContent {
    /// An error of ours, without a Python traceback.
    pub(crate) fn new(ename: &str, evalue: impl Into<String>) -> Self {
        let evalue = evalue.into();
        Self {
            ename: ename.to_owned(),
            traceback: vec![format!("{ename}: {evalue}")],
            evalue,
        }
    }

    /// As the reply to a request that failed.
    pub(crate) fn reply(&self) -> Json {
        #[derive(Serialize)]
        struct Reply<'a> {
            status: &'static str,
            #[serde(flatten)]
            error: &'a ErrorContent,
        }
        Json::of(&Reply {
            status: "error",
            error: self,
        })
    }
}

/// `input_reply`.
#[derive(Debug, Deserialize)]
pub(crate) struct InputReply {
    #[serde(default)]
    pub(crate) value: String,
}

/// `shutdown_request`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Shutdown {
    pub(crate) restart: bool,
}

/// `history_request`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct HistoryRequest<'a> {
    pub(crate) output: bool,
    #[serde(borrow)]
    pub(crate) hist_access_type: Cow<'a, str>,
    pub(crate) n: Option<usize>,
    pub(crate) start: Option<i64>,
    pub(crate) stop: Option<i64>,
    pub(crate) pattern: Option<String>,
    pub(crate) unique: bool,
}

/// `stream`.
#[derive(Debug, Serialize)]
pub(crate) struct StreamContent<'a> {
    pub(crate) name: &'static str,
    pub(crate) text: &'a str,
}

/// `input_request`.
#[derive(Debug, Serialize)]
pub(crate) struct InputRequest {
    pub(crate) prompt: String,
    pub(crate) password: bool,
}

/// `execute_input`.
#[derive(Debug, Serialize)]
pub(crate) struct ExecuteInput<'a> {
    pub(crate) code: &'a str,
    pub(crate) execution_count: u32,
}

/// `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExecutionState {
    Starting,
    Idle,
    Busy,
    Restarting,
    Dead,
}

impl ExecutionState {
    pub(crate) fn content(self) -> Json {
        Json::of(&json!({ "execution_state": self }))
    }
}

/// `kernel_info_reply`.
pub(crate) fn kernel_info() -> Json {
    let version = env!("CARGO_PKG_VERSION");
    Json::of(&json!({
        "status": "ok",
        "protocol_version": PROTOCOL_VERSION,
        "implementation": "croquant",
        "implementation_version": version,
        "language_info": language_info(),
        "banner": format!("Croquant {version}: Python {} in a sandbox", croquant_guest::PYTHON),
        "debugger": false,
        "help_links": [],
        "supported_features": [],
    }))
}

fn language_info() -> Value {
    json!({
        "name": "python",
        "version": croquant_guest::PYTHON,
        "mimetype": "text/x-python",
        "file_extension": ".py",
        "pygments_lexer": "ipython3",
        "codemirror_mode": { "name": "ipython", "version": 3 },
        "nbconvert_exporter": "python",
    })
}

/// The one kernelspec.
pub(crate) fn kernelspecs() -> Value {
    json!({
        "default": super::KERNEL_NAME,
        "kernelspecs": {
            super::KERNEL_NAME: {
                "name": super::KERNEL_NAME,
                "spec": {
                    "argv": [],
                    "env": {},
                    "display_name": "Python 3 (Croquant)",
                    "language": "python",
                    "interrupt_mode": "message",
                    "metadata": {},
                },
                "resources": {},
            },
        },
    })
}
