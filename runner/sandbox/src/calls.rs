//! The call policy: for each call of the host, and for each path, whether it is allowed, refused or answered without being made.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher};

use crate::errno::Errno;
use crate::trace::{AnswerKind, HostCall};

/// Rules on the calls that a guest makes of the host.
///
/// A rule on a path decides on the calls that name one (`path_open` and its kin): the first whose pattern matches the real path, links
/// resolved. All else is decided by the rule on the call, and then by `default`. What a mount refuses by itself (writing where it is
/// read-only, say) no rule grants.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallPolicy {
    /// The rule on calls that are not named. `None`, the default, demands that every call of the guest's image is named.
    pub default: Option<Rule>,
    /// Rules on calls.
    pub calls: BTreeMap<HostCall, Rule>,
    /// Rules on paths; the first that matches counts.
    pub paths: Vec<PathRule>,
}

/// What to do with a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// Make it.
    Allow,
    /// Refuse it with this error number.
    Deny(Errno),
    /// Give this answer, and do nothing.
    Answer(Answer),
}

/// An answer to a call that is not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// It is done: what was to be written counts as written, what was to be removed as removed.
    Done,
    /// A time in nanoseconds.
    Number(u64),
    /// Bytes: for `random_get` over and over, for `read` as the whole of standard input, for `path_open` as the content of a file that
    /// can be read, for `path_readlink` as the target.
    Bytes(Vec<u8>),
    /// Lines: for `input`, one for each question, then the end of input.
    Lines(Vec<String>),
}

impl Answer {
    /// Whether `call` can be answered so.
    fn fits(&self, call: HostCall) -> bool {
        matches!(
            (self, call.answer()),
            (Self::Done, AnswerKind::Done)
                | (Self::Number(_), AnswerKind::Number)
                | (Self::Bytes(_), AnswerKind::Bytes)
                | (Self::Lines(_), AnswerKind::Lines)
        )
    }
}

/// A rule on paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathRule {
    /// Which paths: an absolute path of the guest, in which `*` and `?` stand for characters of one name, `**` for any folders, `[…]` and
    /// `{…,…}` for alternatives. Upper and lower case are not told apart.
    pub pattern: String,
    /// On which calls; empty, the default, means on all that name a path.
    pub calls: Vec<HostCall>,
    /// What to do.
    pub action: PathAction,
}

/// What to do with a call on a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PathAction {
    /// Make it.
    Allow,
    /// Refuse it with this error number.
    Deny(Errno),
    /// There is a file with this content, whatever the host has: it can be read and asked about, and nothing else.
    Content(Vec<u8>),
}

/// A call policy that cannot be obeyed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallPolicyError {
    /// The rule on a call is not one that it can obey.
    #[error("`{call}` cannot be denied: it has no error number to give\nhint: allow it")]
    NotDeniable {
        /// The call.
        call: HostCall,
    },
    /// The answer is of another kind than the call's result.
    #[error("`{call}` cannot be answered like that\nhint: {}", answer_hint(*call))]
    WrongAnswer {
        /// The call.
        call: HostCall,
    },
    /// The default is an answer.
    #[error("no answer fits every call\nhint: allow or deny by default")]
    AnswerByDefault,
    /// Without a default, calls of the image are left out.
    #[error(
        "the policy says nothing about {}\nhint: name each, or give a default",
        list(calls)
    )]
    NotCovered {
        /// The calls.
        calls: Vec<String>,
    },
    /// A pattern is not one.
    #[error(
        "`{pattern}` is no pattern for paths: {reason}\nhint: write an absolute path of the guest, as in `/data/**/*.key`"
    )]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why.
        reason: String,
    },
    /// A rule on paths names a call that has none.
    #[error("`{call}` names no path\nhint: rule on it as a call")]
    NoPath {
        /// The call.
        call: HostCall,
    },
    /// A path lies in no mount, so that no call on it reaches the host.
    #[error(
        "no mount covers `{pattern}`: the guest's own files never reach the host\nhint: mount a folder there"
    )]
    NoMount {
        /// The pattern.
        pattern: String,
    },
}

fn answer_hint(call: HostCall) -> &'static str {
    match call.answer() {
        AnswerKind::No => "allow or deny it",
        AnswerKind::Done => "answer that it is done",
        AnswerKind::Number => "answer with nanoseconds, a whole number",
        AnswerKind::Bytes => "answer with text or bytes",
        AnswerKind::Lines => "answer with lines",
    }
}

fn list(calls: &[String]) -> String {
    let quoted: Vec<_> = calls.iter().map(|call| format!("`{call}`")).collect();
    quoted.join(", ")
}

impl CallPolicy {
    /// The rules that change nothing: everything is allowed.
    pub fn allow() -> Self {
        Self {
            default: Some(Rule::Allow),
            ..Self::default()
        }
    }

    /// Whether every rule can be obeyed.
    ///
    /// # Errors
    /// The first [`CallPolicyError`] found.
    pub fn check(&self) -> Result<(), CallPolicyError> {
        if let Some(Rule::Answer(_)) = self.default {
            return Err(CallPolicyError::AnswerByDefault);
        }
        for (call, rule) in &self.calls {
            match rule {
                Rule::Allow => {}
                Rule::Deny(_) if call.can_be_denied() => {}
                Rule::Deny(_) => return Err(CallPolicyError::NotDeniable { call: *call }),
                Rule::Answer(answer) if answer.fits(*call) => {}
                Rule::Answer(_) => return Err(CallPolicyError::WrongAnswer { call: *call }),
            }
        }
        for rule in &self.paths {
            rule.compile()?;
            if let Some(call) = rule.calls.iter().find(|call| !call.has_path()) {
                return Err(CallPolicyError::NoPath { call: *call });
            }
        }
        Ok(())
    }

    /// Whether the rules cover each of `imports`, names of calls.
    pub(crate) fn covers<'a>(
        &self,
        imports: impl Iterator<Item = &'a str>,
    ) -> Result<(), CallPolicyError> {
        if self.default.is_some() {
            return Ok(());
        }
        let named = |name: &str| {
            HostCall::from_name(name).is_some_and(|call| self.calls.contains_key(&call))
        };
        let calls: Vec<_> = imports
            .filter(|name| !named(name))
            .map(str::to_owned)
            .collect();
        if calls.is_empty() {
            Ok(())
        } else {
            Err(CallPolicyError::NotCovered { calls })
        }
    }

    /// The rule on a call. One by default that the call cannot obey lets it pass: only three calls are like that, and none gives the guest
    /// anything.
    pub(crate) fn rule(&self, call: HostCall) -> Rule {
        match (self.calls.get(&call), &self.default) {
            (Some(rule), _) => rule.clone(),
            (None, Some(Rule::Deny(errno))) if call.can_be_denied() => Rule::Deny(*errno),
            (None, _) => Rule::Allow,
        }
    }
}

impl Rule {
    /// Whether `call` can obey.
    pub(crate) fn fits(&self, call: HostCall) -> bool {
        match self {
            Self::Allow => true,
            Self::Deny(_) => call.can_be_denied(),
            Self::Answer(answer) => answer.fits(call),
        }
    }
}

impl PathRule {
    fn compile(&self) -> Result<Compiled, CallPolicyError> {
        let refuse = |reason: String| CallPolicyError::Pattern {
            pattern: self.pattern.clone(),
            reason,
        };
        if !self.pattern.starts_with('/') {
            return Err(refuse("it does not begin with `/`".into()));
        }
        let glob = GlobBuilder::new(&self.pattern)
            .literal_separator(true)
            .case_insensitive(true)
            .backslash_escape(true)
            .build()
            .map_err(|error| refuse(error.kind().to_string()))?;
        let plain = !self.pattern.contains(['*', '?', '[', '{', '\\']);
        Ok(Compiled {
            glob: glob.compile_matcher(),
            calls: self.calls.clone(),
            action: self.action.clone(),
            literal: plain.then(|| self.pattern.clone()),
        })
    }
}

/// Rules on paths, ready to be asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct PathRules(Vec<Compiled>);

#[derive(Debug, Clone)]
struct Compiled {
    glob: GlobMatcher,
    calls: Vec<HostCall>,
    action: PathAction,
    /// The path, if the pattern is one.
    literal: Option<String>,
}

impl PathRules {
    /// The rules of a checked policy.
    pub(crate) fn new(policy: &CallPolicy) -> Result<Self, CallPolicyError> {
        policy
            .paths
            .iter()
            .map(PathRule::compile)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the rules say about `call` on the guest's path `path`.
    pub(crate) fn action(&self, call: HostCall, path: &[u8]) -> Option<&PathAction> {
        use std::os::unix::ffi::OsStrExt;
        let path = std::path::Path::new(std::ffi::OsStr::from_bytes(path));
        self.0
            .iter()
            .find(|rule| {
                (rule.calls.is_empty() || rule.calls.contains(&call)) && rule.glob.is_match(path)
            })
            .map(|rule| &rule.action)
    }

    /// The names of the files that rules put into the folder `path`, a guest's path.
    pub(crate) fn names_in(&self, path: &[u8]) -> Vec<&[u8]> {
        self.0
            .iter()
            .filter(|rule| matches!(rule.action, PathAction::Content(_)))
            .filter_map(|rule| {
                let (folder, name) = rule.literal.as_ref()?.rsplit_once('/')?;
                (folder.as_bytes() == path).then_some(name.as_bytes())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(policy: &CallPolicy, expected: Result<(), CallPolicyError>) {
        assert_eq!(policy.check(), expected);
    }

    fn call(call: HostCall, rule: Rule) -> CallPolicy {
        CallPolicy {
            calls: [(call, rule)].into(),
            ..CallPolicy::default()
        }
    }

    fn path(pattern: &str, action: PathAction) -> PathRule {
        PathRule {
            pattern: pattern.into(),
            calls: vec![],
            action,
        }
    }

    #[test]
    fn rules_fit_their_calls() {
        check(&CallPolicy::allow(), Ok(()));
        check(&call(HostCall::PathOpen, Rule::Deny(Errno::Acces)), Ok(()));
        for silent in [HostCall::Emit, HostCall::Take, HostCall::ProcExit] {
            check(
                &call(silent, Rule::Deny(Errno::Acces)),
                Err(CallPolicyError::NotDeniable { call: silent }),
            );
        }
        let time = Rule::Answer(Answer::Number(7));
        check(&call(HostCall::ClockTimeGet, time.clone()), Ok(()));
        check(
            &call(HostCall::RandomGet, time.clone()),
            Err(CallPolicyError::WrongAnswer {
                call: HostCall::RandomGet,
            }),
        );
        check(
            &call(HostCall::FdSeek, Rule::Answer(Answer::Done)),
            Err(CallPolicyError::WrongAnswer {
                call: HostCall::FdSeek,
            }),
        );
        check(
            &CallPolicy {
                default: Some(time),
                ..CallPolicy::default()
            },
            Err(CallPolicyError::AnswerByDefault),
        );
    }

    #[test]
    fn without_a_default_every_import_is_named() {
        let some = call(HostCall::PathOpen, Rule::Allow);
        let imports = ["path_open", "fd_read", "new_call"];
        let expected = Err(CallPolicyError::NotCovered {
            calls: vec!["fd_read".into(), "new_call".into()],
        });
        assert_eq!(some.covers(imports.into_iter()), expected);
        assert_eq!(some.covers(["path_open"].into_iter()), Ok(()));
        let all = CallPolicy {
            default: Some(Rule::Deny(Errno::Perm)),
            ..some
        };
        assert_eq!(all.covers(imports.into_iter()), Ok(()));
    }

    #[test]
    fn a_default_holds_for_what_is_not_named() {
        let policy = CallPolicy {
            default: Some(Rule::Deny(Errno::Perm)),
            ..call(HostCall::PathOpen, Rule::Allow)
        };
        assert_eq!(policy.rule(HostCall::PathOpen), Rule::Allow);
        assert_eq!(policy.rule(HostCall::FdRead), Rule::Deny(Errno::Perm));
        assert_eq!(policy.rule(HostCall::Emit), Rule::Allow);
    }

    #[test]
    fn the_first_pattern_that_matches_counts() {
        let policy = CallPolicy {
            paths: vec![
                PathRule {
                    calls: vec![HostCall::PathOpen],
                    ..path("/data/*.key", PathAction::Deny(Errno::Acces))
                },
                path("/data/**", PathAction::Allow),
                path("/data/virtual", PathAction::Content(b"x".to_vec())),
            ],
            ..CallPolicy::allow()
        };
        let rules = PathRules::new(&policy).unwrap();
        let ask = |call, path: &str| rules.action(call, path.as_bytes()).cloned();
        let denied = Some(PathAction::Deny(Errno::Acces));
        assert_eq!(ask(HostCall::PathOpen, "/data/a.key"), denied);
        assert_eq!(ask(HostCall::PathOpen, "/data/A.KEY"), denied);
        assert_eq!(
            ask(HostCall::PathUnlinkFile, "/data/a.key"),
            Some(PathAction::Allow)
        );
        assert_eq!(
            ask(HostCall::PathOpen, "/data/d/a.key"),
            Some(PathAction::Allow)
        );
        assert_eq!(ask(HostCall::PathOpen, "/other"), None);
        assert_eq!(rules.names_in(b"/data"), [b"virtual"]);
        assert!(rules.names_in(b"/").is_empty());
    }

    #[test]
    fn patterns_are_absolute_and_whole() {
        for pattern in ["data/*", "", "/data/[a", "/data/{a"] {
            let policy = CallPolicy {
                paths: vec![path(pattern, PathAction::Allow)],
                ..CallPolicy::allow()
            };
            assert!(
                matches!(policy.check(), Err(CallPolicyError::Pattern { .. })),
                "{pattern}"
            );
        }
        let wrong = PathRule {
            calls: vec![HostCall::FdRead],
            ..path("/data", PathAction::Allow)
        };
        let policy = CallPolicy {
            paths: vec![wrong],
            ..CallPolicy::allow()
        };
        check(
            &policy,
            Err(CallPolicyError::NoPath {
                call: HostCall::FdRead,
            }),
        );
    }
}
