//! `--policy`: rules on calls and paths, in TOML. The file is described in `runner/cli/policy.md`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use croquant_sandbox::{
    AnswerKind, CallAnswer, CallPolicy, Errno, HostCall, Mount, PathAction, PathRule, Rule,
};
use serde::Deserialize;
use toml::{Spanned, Value};

use crate::exit::{Exit, Failure};
use crate::script;

/// What a refusal without a number is.
const DENIED: Errno = Errno::Acces;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    default: Option<Spanned<Value>>,
    #[serde(default)]
    calls: BTreeMap<Spanned<String>, Spanned<Value>>,
    #[serde(default)]
    paths: Vec<RawPath>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPath {
    pattern: Spanned<String>,
    rule: Spanned<Value>,
    #[serde(default)]
    calls: Vec<Spanned<String>>,
}

/// What is wrong, how to mend it, and where it is.
struct Wrong {
    message: String,
    hint: String,
    span: Range<usize>,
}

type Read<T> = Result<T, Wrong>;

/// Files for the guest's own filesystem: path and content.
type Files = Vec<(String, Vec<u8>)>;

/// Reads the policy; files that it gives where none of `mounts` is come back as files of the guest's own.
pub(crate) fn read(path: &Path, mounts: &[Mount]) -> Result<(CallPolicy, Files), Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(
            Exit::Failed,
            format!(
                "policy `{shown}` cannot be read: {}",
                script::reason(&error)
            ),
            "give `--policy` a file of TOML, as `runner/cli/policy.md` describes it",
        )
    })?;
    let policy = parse(&text).map_err(|wrong| {
        let (line, column) = place(&text, wrong.span.start);
        Failure::new(
            Exit::Failed,
            format!("{shown}:{line}:{column}: {}", wrong.message),
            wrong.hint,
        )
    })?;
    // What can be said before there is a session is said with the file's name.
    policy.check().map_err(|error| {
        let failure = Failure::host(error);
        Failure {
            message: format!("{shown}: {}", failure.message),
            ..failure
        }
    })?;
    Ok(apart(policy, mounts))
}

fn parse(text: &str) -> Read<CallPolicy> {
    let raw: Raw = toml::from_str(text).map_err(|error| Wrong {
        message: error.message().trim().replace('\n', ", "),
        hint:
            "a policy has `default`, `[calls]` and `[[paths]]` with `pattern`, `rule` and `calls`"
                .into(),
        span: error.span().unwrap_or(0..0),
    })?;
    let default = raw.default.as_ref().map(default_rule).transpose()?;
    let mut calls = BTreeMap::new();
    for (name, rule) in &raw.calls {
        let call = call(name)?;
        calls.insert(call, call_rule(call, rule)?);
    }
    let paths = raw.paths.iter().map(path_rule).collect::<Read<_>>()?;
    Ok(CallPolicy {
        default,
        calls,
        paths,
    })
}

/// Line and column, from 1, of a byte.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

fn call(name: &Spanned<String>) -> Read<HostCall> {
    HostCall::from_name(name.get_ref()).ok_or_else(|| {
        let nearest = HostCall::ALL
            .iter()
            .min_by_key(|call| distance(call.name(), name.get_ref()));
        Wrong {
            message: format!("there is no call `{}`", name.get_ref()),
            hint: match nearest {
                Some(call) if distance(call.name(), name.get_ref()) <= 4 => {
                    format!("did you mean `{call}`?")
                }
                _ => "`runner/cli/policy.md` lists the calls".to_owned(),
            },
            span: name.span(),
        }
    })
}

/// How many letters have to be changed, added or taken away to make one name of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.bytes().enumerate() {
            let cost = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

fn errno(name: &str, span: Range<usize>) -> Read<Errno> {
    Errno::from_name(name).ok_or_else(|| Wrong {
        message: format!("there is no error `{name}`"),
        hint: "name it as Python's `errno` does, such as `EACCES`, `EPERM` or `ENOENT`".into(),
        span,
    })
}

/// The one key of a table, if it has one.
fn only(value: &Value) -> Option<(&str, &Value)> {
    match value {
        Value::Table(table) if table.len() == 1 => table
            .iter()
            .next()
            .map(|(key, value)| (key.as_str(), value)),
        _ => None,
    }
}

fn default_rule(value: &Spanned<Value>) -> Read<Rule> {
    simple_rule(value)?.ok_or_else(|| Wrong {
        message: "this is no default".into(),
        hint: "write `\"allow\"`, `\"deny\"` or `{ deny = \"EPERM\" }`".into(),
        span: value.span(),
    })
}

/// `"allow"`, `"deny"` or `{ deny = "EPERM" }`; `None` if it is something else.
fn simple_rule(value: &Spanned<Value>) -> Read<Option<Rule>> {
    match value.get_ref() {
        Value::String(word) if word == "allow" => Ok(Some(Rule::Allow)),
        Value::String(word) if word == "deny" => Ok(Some(Rule::Deny(DENIED))),
        other => match only(other) {
            Some(("deny", Value::String(name))) => Ok(Some(Rule::Deny(errno(name, value.span())?))),
            _ => Ok(None),
        },
    }
}

fn call_rule(call: HostCall, value: &Spanned<Value>) -> Read<Rule> {
    if let Some(rule) = simple_rule(value)? {
        return Ok(rule);
    }
    let wrong = || {
        Wrong {
        message: format!("this is no rule for `{call}`"),
        hint: match call.answer() {
            AnswerKind::No => "write `\"allow\"`, `\"deny\"` or `{ deny = \"EPERM\" }`",
            AnswerKind::Done => {
                "write `\"allow\"`, `{ deny = \"EPERM\" }` or `{ answer = \"done\" }`"
            }
            AnswerKind::Number => {
                "write `\"allow\"`, `{ deny = \"EPERM\" }` or `{ answer = NANOSECONDS }`"
            }
            AnswerKind::Bytes => {
                "write `\"allow\"`, `{ deny = \"EPERM\" }`, `{ answer = \"text\" }` or `{ answer_hex = \"00ff\" }`"
            }
            AnswerKind::Lines => {
                "write `\"allow\"`, `{ deny = \"EPERM\" }` or `{ answer = [\"line\", \"line\"] }`"
            }
        }
        .into(),
        span: value.span(),
    }
    };
    let answer = match (call.answer(), only(value.get_ref())) {
        (AnswerKind::Done, Some(("answer", Value::String(word)))) if word == "done" => {
            Some(CallAnswer::Done)
        }
        (AnswerKind::Number, Some(("answer", Value::Integer(number)))) => {
            u64::try_from(*number).ok().map(CallAnswer::Number)
        }
        (AnswerKind::Bytes, Some((key, text))) => bytes("answer", key, text).map(CallAnswer::Bytes),
        (AnswerKind::Lines, Some(("answer", Value::Array(lines)))) => {
            let lines = lines.iter().map(|line| line.as_str().map(str::to_owned));
            lines.collect::<Option<_>>().map(CallAnswer::Lines)
        }
        _ => None,
    };
    answer.map(Rule::Answer).ok_or_else(wrong)
}

/// Bytes, as the text of `name` or as hexadecimal digits of `name_hex`.
fn bytes(name: &str, key: &str, value: &Value) -> Option<Vec<u8>> {
    let text = value.as_str()?;
    if key == name {
        return Some(text.as_bytes().to_vec());
    }
    if key.strip_suffix("_hex") != Some(name) || text.len() % 2 != 0 {
        return None;
    }
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

fn path_rule(raw: &RawPath) -> Read<PathRule> {
    let action = match (simple_rule(&raw.rule)?, only(raw.rule.get_ref())) {
        (Some(Rule::Allow), _) => Some(PathAction::Allow),
        (Some(Rule::Deny(errno)), _) => Some(PathAction::Deny(errno)),
        (Some(Rule::Answer(_)), _) => None,
        (None, Some((key, text))) => bytes("content", key, text).map(PathAction::Content),
        (None, None) => None,
    };
    Ok(PathRule {
        pattern: raw.pattern.get_ref().clone(),
        calls: raw.calls.iter().map(call).collect::<Read<_>>()?,
        action: action.ok_or_else(|| Wrong {
            message: "this is no rule for a path".into(),
            hint: "write `\"allow\"`, `\"deny\"`, `{ deny = \"EPERM\" }`, `{ content = \"text\" }` or `{ content_hex = \"00ff\" }`".into(),
            span: raw.rule.span(),
        })?,
    })
}

/// Takes out the files that lie in no mount: those the guest's own filesystem can hold.
fn apart(mut policy: CallPolicy, mounts: &[Mount]) -> (CallPolicy, Files) {
    let mut files = Vec::new();
    policy.paths.retain(|rule| {
        let mounted = mounts
            .iter()
            .any(|mount| Path::new(&rule.pattern).starts_with(&mount.guest));
        let plain = !rule.pattern.contains(['*', '?', '[', '{', '\\']);
        match &rule.action {
            PathAction::Content(content) if plain && !mounted => {
                files.push((rule.pattern.clone(), content.clone()));
                false
            }
            PathAction::Content(_) | PathAction::Allow | PathAction::Deny(_) => true,
        }
    });
    (policy, files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use croquant_sandbox::Access;

    #[track_caller]
    fn check_error(text: &str, place_of: (usize, usize), message: &str) {
        let Err(wrong) = parse(text) else {
            panic!("{text} is taken")
        };
        assert_eq!(place(text, wrong.span.start), place_of, "{}", wrong.message);
        assert!(wrong.message.contains(message), "{}", wrong.message);
    }

    #[test]
    fn every_kind_of_rule_is_read() {
        let text = r#"
            default = { deny = "EPERM" }
            [calls]
            path_open = "allow"
            path_unlink_file = "deny"
            fd_sync = { answer = "done" }
            clock_time_get = { answer = 7 }
            random_get = { answer_hex = "00ff" }
            read = { answer = "text" }
            input = { answer = ["a", "b"] }
            [[paths]]
            pattern = "/data/*.key"
            rule = { deny = "ENOENT" }
            calls = ["path_open"]
            [[paths]]
            pattern = "/data/told"
            rule = { content = "hello" }
        "#;
        let Ok(policy) = parse(text) else {
            panic!("it is refused")
        };
        assert_eq!(policy.default, Some(Rule::Deny(Errno::Perm)));
        let answer = |call| match &policy.calls[&call] {
            Rule::Answer(answer) => answer.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(policy.calls[&HostCall::PathOpen], Rule::Allow);
        assert_eq!(
            policy.calls[&HostCall::PathUnlinkFile],
            Rule::Deny(Errno::Acces)
        );
        assert_eq!(answer(HostCall::FdSync), CallAnswer::Done);
        assert_eq!(answer(HostCall::ClockTimeGet), CallAnswer::Number(7));
        assert_eq!(answer(HostCall::RandomGet), CallAnswer::Bytes(vec![0, 255]));
        assert_eq!(answer(HostCall::Read), CallAnswer::Bytes(b"text".to_vec()));
        assert_eq!(
            answer(HostCall::Input),
            CallAnswer::Lines(vec!["a".into(), "b".into()])
        );
        assert_eq!(policy.paths[0].action, PathAction::Deny(Errno::NoEnt));
        assert_eq!(policy.paths[0].calls, [HostCall::PathOpen]);
        assert_eq!(
            policy.paths[1].action,
            PathAction::Content(b"hello".to_vec())
        );
        assert_eq!(policy.check(), Ok(()));
    }

    #[test]
    fn mistakes_have_a_place_and_a_name() {
        check_error(
            "[calls]\npath_opne = \"allow\"",
            (2, 1),
            "there is no call `path_opne`",
        );
        check_error(
            "[calls]\npath_open = \"maybe\"",
            (2, 13),
            "no rule for `path_open`",
        );
        check_error(
            "[calls]\npath_open = { deny = \"EACCESS\" }",
            (2, 13),
            "there is no error `EACCESS`",
        );
        check_error(
            "[calls]\nclock_time_get = { answer = \"now\" }",
            (2, 18),
            "no rule for `clock_time_get`",
        );
        check_error(
            "[calls]\nrandom_get = { answer_hex = \"0\" }",
            (2, 14),
            "no rule for `random_get`",
        );
        check_error("default = { answer = 7 }", (1, 11), "this is no default");
        check_error(
            "[[paths]]\npattern = \"/a\"\nrule = 7",
            (3, 8),
            "no rule for a path",
        );
        check_error(
            "[[paths]]\npattern = \"/a\"\nrule = \"deny\"\ncalls = [\"open\"]",
            (4, 10),
            "there is no call `open`",
        );
        check_error("calls = [", (1, 10), "unclosed array");
        check_error("defualt = \"deny\"", (1, 1), "unknown field `defualt`");
    }

    #[test]
    fn the_nearest_name_is_meant() {
        let name = toml::from_str::<BTreeMap<Spanned<String>, i32>>("path_opne = 1").map(|map| {
            let name = map.into_keys().next();
            name.and_then(|name| call(&name).err())
                .map(|wrong| wrong.hint)
        });
        assert_eq!(name, Ok(Some("did you mean `path_open`?".to_owned())));
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn files_outside_every_mount_are_the_guests_own() {
        let text = "default = \"allow\"\n\
            [[paths]]\npattern = \"/etc/conf\"\nrule = { content = \"x\" }\n\
            [[paths]]\npattern = \"/data/conf\"\nrule = { content = \"y\" }";
        let Ok(policy) = parse(text) else {
            panic!("it is refused")
        };
        let mounts = [Mount::new("d", "/data", Access::ReadOnly)];
        let (policy, files) = apart(policy, &mounts);
        assert_eq!(files, [("/etc/conf".to_owned(), b"x".to_vec())]);
        assert_eq!(policy.paths.len(), 1);
    }
}
