//! The modules that a program may import, and where they are looked for.

use croquant_sandbox::{Imports, Outcome, Policy, Session};

use crate::stage::{Memory, Stage, engine, limits};

async fn stage(policy: &Policy) -> Stage {
    let memory = Memory::default();
    let console = Box::new(memory.clone());
    let session = Session::start(engine(), policy, &limits(), console)
        .await
        .unwrap();
    Stage { session, memory }
}

fn deny(names: &[&str]) -> Policy {
    Policy {
        imports: Imports {
            deny: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Imports::default()
        },
        ..Policy::default()
    }
}

#[tokio::test]
async fn cells_are_held_to_the_list() {
    let mut stage = stage(&deny(&["re"])).await;
    let report = stage.execute("import json, re").await;
    assert_eq!((report.outcome, report.alive), (Outcome::Raised, true));
    let error: serde_json::Value =
        serde_json::from_str(&stage.memory.0.lock().unwrap().errors[0]).unwrap();
    assert_eq!(
        error["traceback"],
        serde_json::json!([
            "Traceback (most recent call last):",
            "  File \"<cell 1>\", line 1, in <module>",
            "    import json, re",
            "ModuleNotFoundError: No module named 're': this program may not import it (`--deny-import re`)",
        ])
    );
    let uses = "print(json.loads('[1]')); import textwrap; print(textwrap.dedent(' x'))";
    assert_eq!(stage.print(uses).await, "[1]\nx\n");
}

#[tokio::test]
async fn a_session_that_begins_again_is_held_to_it_too() {
    for (policy, expected) in [
        (deny(&["re"]), Outcome::Raised),
        (Policy::default(), Outcome::Completed),
    ] {
        let mut stage = stage(&policy).await;
        // Nothing has been called before: what it goes back to is its beginning.
        let report = stage.execute("import os; os.abort()").await;
        assert!(report.restored, "{report:?}");
        assert_eq!(stage.execute("import re").await.outcome, expected);
    }
}

#[tokio::test]
async fn small_limits_of_calls_do_not_keep_it_from_beginning() {
    let limits = croquant_sandbox::Limits {
        fuel: 1,
        ..limits()
    };
    let console = Box::new(Memory::default());
    let started = Session::start(engine(), &deny(&["re"]), &limits, console).await;
    assert!(started.is_ok(), "{started:?}");
}

#[tokio::test]
async fn packages_lie_in_folders_of_their_own() {
    let module = "import re\nWORD = re.sub('x', 'o', 'fxund')\n";
    let path = "/opt/site-packages".to_owned();
    let with = |import_paths| Policy {
        files: vec![(format!("{path}/package.py"), module.into())],
        import_paths,
        ..deny(&["re"])
    };
    let mut stage = stage(&with(vec![path.clone()])).await;
    assert_eq!(
        stage.print("import package; print(package.WORD)").await,
        "found\n"
    );
    let mut without = self::stage(&with(Vec::new())).await;
    assert_eq!(
        without.execute("import package").await.outcome,
        Outcome::Raised
    );
}
