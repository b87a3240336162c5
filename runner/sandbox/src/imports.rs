//! Which modules a program may import, and where they are looked for.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::Error;
use crate::policy::{Policy, PolicyError};

/// Which modules a program may import. A name stands for its submodules, too. By default any.
///
/// The program's own imports are held to this: those of its files, whatever their folder, of its cells, and of code that it runs by `exec`.
/// What the standard library and packages (folders named `site-packages`) import for themselves is not looked at. A refused import is a
/// `ModuleNotFoundError` that says why.
///
/// An aid for teaching and grading (no exercise on the median that is solved by `statistics.median`), and **not** part of the wall: it is
/// Python inside the guest, and code that wants to gets around it. What it finds there is granted by the rest of the policy alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Imports {
    /// The only modules that it may import, its own included; `None` for any.
    pub allow: Option<Vec<String>>,
    /// Modules that it may not import, whatever `allow` says.
    pub deny: Vec<String>,
}

/// Where the guard seems to come from: the guest leaves frames of its own files out of what it tells of errors.
const FILE: &str = "/usr/lib/python3.13/_croquant/imports.py";

impl Imports {
    /// Whether these can be the names of modules.
    pub(crate) fn check(&self) -> Result<(), PolicyError> {
        let mut names = self.allow.iter().flatten().chain(&self.deny);
        match names.find(|name| !name.split('.').all(is_identifier)) {
            Some(name) => Err(PolicyError::ModuleName { name: name.clone() }),
            None => Ok(()),
        }
    }

    /// The expression that sets the guard up; `None` if every import is allowed.
    fn guard(&self) -> Option<String> {
        if *self == Self::default() {
            return None;
        }
        // JSON's strings and lists are Python's, too.
        let source = json!(include_str!("imports.py"));
        let allow = match &self.allow {
            Some(names) => json!(names).to_string(),
            None => "None".to_owned(),
        };
        let deny = json!(self.deny);
        Some(format!(
            "exec(compile({source}, {FILE:?}, 'exec'), \
             {{'__name__': '_croquant.imports', 'allow': {allow}, 'deny': {deny}}})"
        ))
    }
}

/// The request that prepares the import system of a session that has begun; `None` if there is nothing to do.
pub(crate) fn request(policy: &Policy) -> Option<String> {
    let mut expressions = serde_json::Map::new();
    if !policy.import_paths.is_empty() {
        let paths = json!(policy.import_paths);
        let code = format!("__import__('sys').path.extend({paths})");
        expressions.insert("0".to_owned(), code.into());
    }
    if let Some(code) = policy.imports.guard() {
        expressions.insert("1".to_owned(), code.into());
    }
    (!expressions.is_empty())
        .then(|| json!({"op": "evaluate", "expressions": expressions}).to_string())
}

/// Whether the guest's reply to [`request`] says that all was done. No code of the program's has run yet, so the guest is believed.
pub(crate) fn confirm(reply: Option<&str>) -> Result<(), Error> {
    let reply: Value = reply
        .and_then(|reply| serde_json::from_str(reply).ok())
        .unwrap_or_default();
    let Some(answers) = reply.as_object() else {
        return Err(Error::Begin {
            reason:
                "the guest does not say whether it can import\nhint: let the policy allow `emit`"
                    .to_owned(),
        });
    };
    let Some(answer) = answers.values().find(|answer| answer["status"] != "ok") else {
        return Ok(());
    };
    let text = |key: &str| answer[key].as_str().unwrap_or_default();
    Err(match (text("ename"), text("evalue").split_once(' ')) {
        ("Typo", Some((name, meant))) => PolicyError::NoModule {
            name: name.to_owned(),
            meant: meant.to_owned(),
        }
        .into(),
        (name, _) => Error::Begin {
            reason: format!("the guest cannot import: {name}: {}", text("evalue")),
        },
    })
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let is_wrong = |name: &str| {
            let imports = Imports {
                deny: vec!["os".into(), name.into()],
                ..Imports::default()
            };
            imports.check() == Err(PolicyError::ModuleName { name: name.into() })
        };
        for name in ["json", "xml.etree", "_thread", "größe"] {
            assert!(!is_wrong(name), "{name}");
        }
        for name in ["", "a.", ".a", "a b", "1a", "a-b", "a\"b"] {
            assert!(is_wrong(name), "{name}");
        }
    }

    #[test]
    fn without_a_list_nothing_is_set_up() {
        let policy = |imports| Policy {
            imports,
            ..Policy::default()
        };
        assert_eq!(request(&policy(Imports::default())), None);
        let none = Imports {
            allow: Some(Vec::new()),
            ..Imports::default()
        };
        assert!(request(&policy(none)).is_some());
    }

    #[test]
    fn only_a_guest_that_says_so_is_ready() {
        assert!(confirm(Some(r#"{"0": {"status": "ok"}, "1": {"status": "ok"}}"#)).is_ok());
        for wrong in [
            None,
            Some(""),
            Some("[]"),
            Some(r#"{"0": {"status": "error"}}"#),
        ] {
            assert!(
                matches!(confirm(wrong), Err(Error::Begin { .. })),
                "{wrong:?}"
            );
        }
        let typo = r#"{"1": {"status": "error", "ename": "Typo", "evalue": "jsn json"}}"#;
        let expected = PolicyError::NoModule {
            name: "jsn".into(),
            meant: "json".into(),
        };
        assert!(matches!(confirm(Some(typo)), Err(Error::Policy(found)) if found == expected));
    }
}
