//! What was run, for `history_request`.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};

use super::messages::HistoryRequest;
use super::wire::Json;

/// How much is remembered. Protects memory.
const ENTRIES: usize = 1_000;
const BYTES: usize = 256 << 10;

/// What of it is written down with each cell: the last entries.
const WRITTEN_BYTES: usize = 8 << 10;

#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "VecDeque<(u32, String)>")]
pub(crate) struct History {
    entries: VecDeque<(u32, String)>,
    bytes: usize,
}

impl Serialize for History {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = 0;
        let fits = |(_, source): &&(u32, String)| {
            bytes += source.len();
            bytes <= WRITTEN_BYTES
        };
        let last = self.entries.iter().rev().take_while(fits).count();
        let first = self.entries.len() - last;
        serializer.collect_seq(self.entries.range(first..))
    }
}

impl From<VecDeque<(u32, String)>> for History {
    fn from(entries: VecDeque<(u32, String)>) -> Self {
        let mut history = Self::default();
        for (number, source) in entries {
            history.push(number, &source);
        }
        history
    }
}

impl History {
    pub(crate) fn push(&mut self, number: u32, source: &str) {
        self.bytes += source.len();
        self.entries.push_back((number, source.to_owned()));
        while self.bytes > BYTES || self.entries.len() > ENTRIES {
            let Some((_, oldest)) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= oldest.len();
        }
    }

    /// `history_reply`. There is one session only: the one that runs.
    pub(crate) fn answer(&self, request: &HistoryRequest<'_>) -> Json {
        let mut found: Vec<&(u32, String)> = match &*request.hist_access_type {
            "range" => {
                let start = request.start.unwrap_or(0);
                let stop = request.stop.unwrap_or(i64::MAX);
                let inside = |entry: &&(u32, String)| (start..stop).contains(&i64::from(entry.0));
                self.entries.iter().filter(inside).collect()
            }
            "search" => {
                let pattern = request.pattern.as_deref().unwrap_or("*");
                let fits = |entry: &&(u32, String)| glob(pattern, &entry.1);
                self.entries.iter().filter(fits).collect()
            }
            _ => self.entries.iter().collect(),
        };
        if request.unique {
            let mut seen = std::collections::HashSet::new();
            found.reverse();
            found.retain(|(_, source)| seen.insert(source));
            found.reverse();
        }
        if let Some(n) = request.n {
            found.drain(..found.len().saturating_sub(n));
        }
        let rows: Vec<Value> = found
            .into_iter()
            .map(|(number, source)| match request.output {
                true => json!([0, number, [source, null]]),
                false => json!([0, number, source]),
            })
            .collect();
        Json::of(&json!({ "status": "ok", "history": rows }))
    }
}

/// Whether `text` fits `pattern`, in which `*` stands for any text and `?` for one character.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(&char) if char == '?' || char == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match &mut retry {
                Some((after_star, start)) => {
                    *start += 1;
                    (p, t) = (*after_star, *start);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|char| *char == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(request: &str, expected: Value) {
        let mut history = History::default();
        for (number, source) in [(1, "x = 1"), (2, "x"), (3, "y"), (4, "x")] {
            history.push(number, source);
        }
        let request: HistoryRequest<'_> = serde_json::from_str(request).unwrap();
        let reply: Value = serde_json::from_str(history.answer(&request).as_str()).unwrap();
        assert_eq!(reply["history"], expected);
    }

    #[test]
    fn tail_range_and_search() {
        check(
            r#"{"hist_access_type":"tail","n":2}"#,
            json!([[0, 3, "y"], [0, 4, "x"]]),
        );
        check(
            r#"{"hist_access_type":"range","start":1,"stop":3}"#,
            json!([[0, 1, "x = 1"], [0, 2, "x"]]),
        );
        check(
            r#"{"hist_access_type":"search","pattern":"x*","unique":true}"#,
            json!([[0, 1, "x = 1"], [0, 4, "x"]]),
        );
        check(
            r#"{"hist_access_type":"tail","n":1,"output":true}"#,
            json!([[0, 4, ["x", null]]]),
        );
    }

    #[test]
    fn globs() {
        assert!(glob("*", ""));
        assert!(glob("a*c?", "abccd"));
        assert!(!glob("a*c", "abcd"));
        assert!(!glob("", "a"));
        assert!(!glob(&"*a".repeat(30), &"b".repeat(10_000)));
    }

    #[test]
    fn what_is_written_down_is_the_end_of_it() {
        let mut history = History::default();
        for number in 1..=20 {
            history.push(number, &"x".repeat(1_000));
        }
        let written = serde_json::to_string(&history).unwrap();
        assert!(written.len() < 10_000);
        let read: History = serde_json::from_str(&written).unwrap();
        assert_eq!(read.entries.len(), 8);
        assert_eq!(read.entries.back(), history.entries.back());
        assert_eq!(read.bytes, 8_000);
    }

    #[test]
    fn it_is_bounded() {
        let mut history = History::default();
        for number in 0..2_000 {
            history.push(number, &"x".repeat(1_000));
        }
        assert!(history.bytes <= BYTES);
        assert!(history.entries.len() <= ENTRIES);
    }
}
