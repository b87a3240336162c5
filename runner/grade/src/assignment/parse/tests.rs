mod refusals;
mod tables;

use super::super::folder::tests::folder;
use super::*;
use crate::Visibility;
use crate::assignment::{Comparison, FuelRule, Imports, Role, Wanted, bind};

const FOLDER: &[(&str, &str)] = &[
    ("answers/a.json", "{}"),
    ("calendar_data.csv", "1;2"),
    ("cases/1.in", "1 2\n"),
    ("cases/1.out", "3\n"),
    ("conftest.py", ""),
    ("leap.py", "def leap(): ..."),
    ("solutions/leap.py", "def leap(): return True"),
    ("test_leap.py", "def test(): ..."),
    ("tests/test_more.py", ""),
];

fn read(text: &str) -> Result<Assignment, AssignmentError> {
    parse("assignment.toml", text, "leap", &folder(FOLDER))
}

/// The blocks of TOML in the description.
fn examples() -> Vec<&'static str> {
    let text = include_str!("../../../ASSIGNMENT.md");
    let blocks = text.split("```toml\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

#[test]
fn the_descriptions_examples_are_right() {
    assert!(examples().len() >= 5);
    for example in examples() {
        read(example).unwrap_or_else(|error| panic!("{error}\n\n{example}"));
    }
}

#[test]
fn the_description_names_every_key() {
    let text = include_str!("../../../ASSIGNMENT.md");
    let keys = settings::KEYS
        .iter()
        .chain(cases::KEYS)
        .chain(constructs::KEYS);
    for key in keys.chain(constructs::WORDS) {
        assert!(text.contains(&format!("`{key}`")), "{key}");
    }
}

#[test]
fn the_first_example_is_what_it_says() {
    let assignment = read(examples()[0]).unwrap();
    assert_eq!(assignment.name, "Leap year");
    assert_eq!(assignment.expected, ["leap.py"]);
    assert_eq!(
        assignment.due,
        Some("2027-01-31T22:59:00Z".parse().unwrap())
    );
    assert_eq!(
        (assignment.total, assignment.seed),
        (Some(100.0), Seed::PerRun)
    );
    let paths = |role| {
        assignment
            .files_of(role)
            .map(|(path, _)| path)
            .collect::<Vec<_>>()
    };
    assert_eq!(paths(Role::Test), ["test_leap.py", "tests/test_more.py"]);
    assert_eq!(
        paths(Role::Checker),
        ["conftest.py", "answers/a.json", "calendar_data.csv"]
    );
    assert_eq!(paths(Role::Provided), ["calendar_data.csv"]);
    let reference = assignment.files_of(Role::Reference).next().unwrap();
    assert_eq!(reference, ("leap.py", &b"def leap(): return True"[..]));
    assert_eq!(paths(Role::Starter), ["leap.py"]);
    let rule = &assignment.rules[0].settings;
    assert_eq!(
        (rule.points, rule.visibility),
        (Some(3.0), Some(Visibility::Hidden))
    );
    let steps = vec![(20_000_000, 1.0), (80_000_000, 0.5)];
    assert_eq!(
        assignment.rules[1].settings.fuel,
        Some(FuelRule::Steps(steps))
    );
    assert!(assignment.groups[0].all_or_nothing);
    assert_eq!(assignment.cases[0].stdin, b"1996\n");
    assert!(assignment.constructs.iter().all(|check| check.gate));
    assert_eq!(assignment.constructs[1].id, "imports");

    let collected = [
        "test_leap.py::test_year",
        "tests/test_more.py::test_fast",
        "test_leap.py::test_large[9]",
    ];
    let collected = collected.map(|id| crate::assignment::Collected {
        id: id.into(),
        ..Default::default()
    });
    let bound = bind(&assignment, &collected).unwrap();
    let points: Vec<_> = bound.iter().map(|test| test.points.round()).collect();
    // Of 15 points (3 for the year, 10 for speed, 2 for the case), made 100.
    assert_eq!(points, [20.0, 33.0, 33.0, 13.0, 0.0, 0.0]);
    assert_eq!(bound[1].needs, [0, 4, 5]);
}

#[test]
fn cases_and_checks_are_read() {
    let mean = examples()
        .into_iter()
        .find(|example| example.contains("mean.py"))
        .unwrap();
    let cases = read(mean).unwrap().cases;
    assert_eq!(cases[0].given, [("in.txt".into(), b"1\n2\n4\n".to_vec())]);
    assert_eq!(
        cases[0].compare,
        Comparison::Numbers {
            absolute: 0.001,
            relative: 0.001
        }
    );
    assert_eq!(
        (cases[1].id.as_str(), cases[1].stdin.as_slice()),
        ("cases::case 2", &b"1 2\n"[..])
    );
    assert_eq!(cases[1].stdout.as_deref(), Some("3\n"));
    assert_eq!(cases[2].program.as_deref(), Some("report.py"));
    assert_eq!((cases[3].exit, cases[3].stdout.as_deref()), (2, None));
    let hanoi = examples()
        .into_iter()
        .find(|example| example.contains("hanoi"))
        .unwrap();
    let checks = read(hanoi).unwrap().constructs;
    let within = Wanted {
        what: "recursion".into(),
        within: Some("hanoi".into()),
    };
    assert_eq!((checks[0].gate, &checks[0].require[0]), (false, &within));
    assert_eq!(
        checks[1].imports,
        Imports::AllBut(vec!["os".into(), "subprocess".into()])
    );
    assert_eq!(
        checks[2].imports,
        Imports::Only(vec!["math".into(), "collections.abc".into()])
    );
}
