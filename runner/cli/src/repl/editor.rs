//! The line editor, on its own thread.

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::thread::JoinHandle;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, EventHandler, Helper};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::history::{ENTRIES, History};
use super::keys::{Binding, Key};
use super::prompt_text::{PROMPT, TAB_STOP, mark, show, unmark};
use crate::exit::say;

/// What the editor wants of the session.
pub(crate) enum Request {
    /// A question to the guest's tools, as JSON.
    Ask {
        json: String,
        answer: oneshot::Sender<Option<String>>,
    },
    /// Source to run; the editor goes on when it is done.
    Run {
        source: String,
        done: oneshot::Sender<()>,
    },
    /// Ctrl-D.
    Leave,
    /// The terminal failed.
    Broken(String),
}

/// The editor's thread. It ends by itself when its channel closes; a thread that waits for a key ends with the process.
pub(crate) struct Editor {
    _thread: JoinHandle<()>,
}

impl Editor {
    /// Starts to edit, with what was entered before in the file `history`.
    ///
    /// # Errors
    /// If the system refuses the thread.
    pub(crate) fn spawn(
        history: io::Result<PathBuf>,
    ) -> io::Result<(Self, mpsc::UnboundedReceiver<Request>)> {
        let (requests, receiver) = mpsc::unbounded_channel();
        let guest = Guest(requests);
        let thread = std::thread::Builder::new()
            .name("editor".to_owned())
            .spawn(move || {
                let last = match edit(&guest, history) {
                    Ok(()) => Request::Leave,
                    Err(error) => Request::Broken(format!("the terminal failed: {error}")),
                };
                let _ = guest.0.send(last);
            })?;
        Ok((Self { _thread: thread }, receiver))
    }
}

/// Reads and runs until the end.
fn edit(guest: &Guest, history: io::Result<PathBuf>) -> rustyline::Result<()> {
    let config = Config::builder()
        .max_history_size(ENTRIES)?
        .history_ignore_space(false)
        .completion_type(CompletionType::List)
        .tab_stop(TAB_STOP as u8)
        .indent_size(TAB_STOP as u8)
        .build();
    let mut editor =
        rustyline::Editor::with_history(config.clone(), MemHistory::with_config(&config))?;
    editor.set_helper(Some(guest.clone()));
    for (event, key) in Key::all() {
        let binding = Binding {
            key,
            guest: guest.clone(),
        };
        editor.bind_sequence(event, EventHandler::Conditional(Box::new(binding)));
    }
    let mut history = history
        .and_then(|path| History::open(path, &config))
        .inspect_err(no_history)
        .ok();
    for entry in history.iter().flat_map(History::entries) {
        editor.add_history_entry(mark(entry))?;
    }
    loop {
        match editor.readline(PROMPT) {
            Ok(marked) => {
                let source = unmark(&marked);
                if source.trim().is_empty() {
                    continue;
                }
                editor.add_history_entry(mark(source.trim_end()))?;
                if let Some(Err(error)) = history
                    .as_mut()
                    .map(|history| history.add(source.trim_end()))
                {
                    no_history(&error);
                    history = None;
                }
                if guest.run(source).is_none() {
                    return Ok(());
                }
            }
            Err(ReadlineError::Interrupted) => {
                let _ = writeln!(io::stderr(), "KeyboardInterrupt");
            }
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

fn no_history(error: &io::Error) {
    say("note", &format!("what you enter is not kept: {error}"));
}

/// The session, as the editor sees it.
#[derive(Clone)]
pub(crate) struct Guest(mpsc::UnboundedSender<Request>);

impl Guest {
    /// Runs `source` and waits until it is done; none if the session has ended.
    fn run(&self, source: String) -> Option<()> {
        let (done, wait) = oneshot::channel();
        self.0.send(Request::Run { source, done }).ok()?;
        wait.blocking_recv().ok()
    }

    fn ask(&self, question: &Value) -> Option<Value> {
        let (answer, wait) = oneshot::channel();
        let json = question.to_string();
        self.0.send(Request::Ask { json, answer }).ok()?;
        serde_json::from_str(&wait.blocking_recv().ok()??).ok()
    }

    /// The indentation of the line that must follow, or none if `source` is to be run as it is.
    pub(crate) fn next_indent(&self, source: &str) -> Option<String> {
        if source.trim().is_empty() {
            return None;
        }
        // A last line of nothing but its indentation closes a block, as an empty one does.
        let code = source.trim_end_matches(' ');
        let reply = self.ask(&json!({"op": "is_complete", "code": code}))?;
        (reply["status"] == "incomplete").then(|| reply["indent"].as_str().unwrap_or("").to_owned())
    }
}

impl Helper for Guest {}

impl Hinter for Guest {
    type Hint = String;
}

impl Highlighter for Guest {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        show(line)
    }
}

/// Used only where the terminal cannot edit.
impl Validator for Guest {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match self.next_indent(&unmark(context.input())) {
            Some(_) => ValidationResult::Incomplete,
            None => ValidationResult::Valid(None),
        })
    }
}

impl Completer for Guest {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let before = unmark(&line[..position]);
        let cursor = before.chars().count();
        let none = Ok((position, Vec::new()));
        let question = json!({"op": "complete", "code": unmark(line), "cursor_pos": cursor});
        let Some(reply) = self.ask(&question) else {
            return none;
        };
        let matches = reply["matches"].as_array().into_iter().flatten();
        let matches = matches
            .filter_map(|text| text.as_str().map(str::to_owned))
            .collect();
        let Some(start) = reply["cursor_start"].as_u64() else {
            return none;
        };
        // What is replaced lies on the cursor's line, so that its length is the same with marks and without.
        let replaced: usize = before
            .chars()
            .skip(start as usize)
            .map(char::len_utf8)
            .sum();
        Ok((position.saturating_sub(replaced), matches))
    }
}
