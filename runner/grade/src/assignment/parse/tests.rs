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

/// The whole message.
#[track_caller]
fn refused(text: &str, expected: &str) {
    assert_eq!(read(text).unwrap_err().to_string(), expected);
}

/// The one thing that is wrong: its line, what it is, and a hint.
#[track_caller]
fn wrong(text: &str, line: usize, message: &str, hint: &str) {
    let error = read(text).unwrap_err();
    assert_eq!(error.wrongs.len(), 1, "{error}");
    let wrong = &error.wrongs[0];
    assert_eq!((wrong.line, wrong.message.as_str()), (line, message));
    assert!(wrong.hint.contains(hint), "{error}");
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
    assert_eq!(paths(Role::Checker), ["conftest.py", "answers/a.json"]);
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

#[test]
fn a_wrong_key_is_shown_in_its_place() {
    refused(
        "name = \"a\"\n[[tests]]\nmatch = \"*\"\npoint = 3\n",
        "assignment.toml:4:1: unknown key `point`\n  4 | point = 3\n    | ^^^^^\nhint: did you mean `points`?",
    );
}

#[test]
fn all_that_is_wrong_is_said_in_order() {
    let text = "
due = 2027-01-31
[[tests]]
match = \"*\"
points = \"3\"
visibility = \"hiden\"
[[cases]]
stdout = 3
";
    let error = read(text).unwrap_err();
    let said: Vec<_> = error
        .wrongs
        .iter()
        .map(|wrong| (wrong.line, wrong.message.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (2, "`due` is a date and time with its offset from UTC"),
            (5, "`points` is a number from 0 up, not the text \"3\""),
            (6, "there is no visibility `hiden`"),
            (8, "`stdout` is a text or a file, not the number 3"),
        ]
    );
    assert!(
        error
            .to_string()
            .contains("\n\nassignment.toml:5:10: `points`")
    );
}

#[test]
fn what_is_no_toml_is_said_with_its_place() {
    let error = read("name = Leap\npoints = = 3\n").unwrap_err();
    let lines: Vec<_> = error.wrongs.iter().map(|wrong| wrong.line).collect();
    assert_eq!(lines.first(), Some(&1));
    assert!(lines.contains(&2), "{error}");
    wrong(
        "name = \"a\"\nname = \"b\"",
        2,
        "duplicate key",
        "a name comes once",
    );
}

#[test]
fn settings_are_checked() {
    wrong("points = 0", 1, "an assignment of 0 points", "points = 100");
    wrong(
        "points = -1",
        1,
        "`points` is a number from 0 up, not the number -1",
        "",
    );
    wrong(
        "points = nan",
        1,
        "`points` is a number from 0 up, not the number nan",
        "",
    );
    wrong(
        "max_fuel = 3",
        1,
        "unknown key `max_fuel`",
        "it can be said in `[defaults]`",
    );
    wrong(
        "colour = 3",
        1,
        "unknown key `colour`",
        "the file has `name`, `due`",
    );
    wrong(
        "seed = -3",
        1,
        "`seed` is a whole number, or \"per run\"",
        "",
    );
    wrong(
        "[defaults]\nvisibility = \"after_due_date\"",
        2,
        "tests are hidden until a due date, and there is none",
        "due =",
    );
    wrong(
        "[defaults]\nlimits = { seconds = 0 }",
        2,
        "`seconds` is between 0.001 and 86400",
        "2.5",
    );
    wrong(
        "[defaults]\nlimits = { memory = \"lots\" }",
        2,
        "`lots` is no size",
        "128 MiB",
    );
    wrong(
        "[defaults]\nlimits = { memory = \"5 GiB\" }",
        2,
        "`memory` is between 16384 KiB and 4194304 KiB",
        "",
    );
    wrong(
        "[defaults]\nlimits = { fuel = 1.5 }",
        2,
        "`fuel` is a whole number from 1 up, not the number 1.5",
        "",
    );
    wrong(
        "[defaults]\nlimits = { time = 3 }",
        2,
        "unknown key `time`",
        "`limits` has `fuel`, `seconds`",
    );
    wrong(
        "[defaults]\nmax_fuel = 3\nfuel_steps = [[3, 1]]",
        2,
        "`max_fuel` and `fuel_steps` are two rules for the same",
        "",
    );
    wrong("[defaults]\nfuel_steps = []", 2, "there are no steps", "");
    wrong(
        "[defaults]\nfuel_steps = [[9, 1], [8, 0.5]]",
        2,
        "more work earns less: each step has more fuel and a smaller fraction",
        "",
    );
    wrong(
        "[defaults]\nfuel_steps = [[9, 2]]",
        2,
        "a step is a pair of fuel and a fraction, and this is a list",
        "",
    );
    wrong(
        "[defaults]\nneeds = [3]",
        2,
        "`needs` is a list of texts, not of the number 3",
        "",
    );
}

#[test]
fn rules_and_groups_are_checked() {
    wrong(
        "[[tests]]\npoints = 3",
        1,
        "it says of no test what holds for it",
        "match =",
    );
    wrong(
        "[tests]\nmatch = \"*\"",
        1,
        "`tests` is a list of tables, not a table",
        "`[[tests]]`",
    );
    wrong(
        "[[groups]]\npoints = 3",
        1,
        "a group without a name",
        "name =",
    );
    wrong(
        "[[groups]]\nname = \"a\"\n[[groups]]\nname = \"a\"",
        4,
        "there are two groups `a`",
        "another name",
    );
    wrong(
        "[[groups]]\nname = \"basics\"\n[[tests]]\nmatch = \"*\"\ngroup = \"basic\"",
        5,
        "there is no group `basic`",
        "did you mean `basics`?",
    );
    wrong(
        "[defaults]\ngroup = \"basic\"",
        2,
        "there is no group `basic`",
        "define it",
    );
    wrong(
        "[[groups]]\nname = \"a\\nb\"",
        2,
        "`name` is one line of 1 to 200 bytes",
        "",
    );
}

#[test]
fn files_are_checked() {
    wrong(
        "[files]\ntests = \"test_leep.py\"",
        2,
        "there is no file `test_leep.py`",
        "did you mean `test_leap.py`?",
    );
    wrong(
        "[files]\ntests = [\"[\"]",
        2,
        "`[` is no pattern: unclosed character class; missing ']'",
        "",
    );
    wrong(
        "[files]\nprovided = [\"../secret\"]",
        2,
        "there is no file `../secret`",
        "nowhere outside",
    );
    wrong(
        "[files]\nreference = { \"lep.py\" = \"solutions/leap.py\" }",
        2,
        "there is no file to hand in `lep.py`",
        "did you mean `leap.py`?",
    );
    wrong(
        "[submission]\nfiles = [\"/leap.py\"]",
        2,
        "the path `/leap.py` is absolute",
        "from the submission's folder",
    );
    wrong(
        "[submission]\nfiles = [\"a.py\", \"a.py\"]",
        2,
        "`a.py` is listed twice",
        "",
    );
    wrong(
        "[files]\ntests = []",
        1,
        "there are no tests",
        "name the files",
    );
}

#[test]
fn cases_are_checked() {
    let case = |rest: &str| format!("[[cases]]\nstdout = \"\"\n{rest}");
    wrong(
        "[[cases]]\nstdin = \"\"",
        1,
        "a case that expects nothing",
        "say what the program prints",
    );
    wrong(
        &case("compare = \"token\""),
        3,
        "there is no comparison `token`",
        "did you mean `\"tokens\"`?",
    );
    wrong(
        &case("compare = \"exact\"\ntolerance = 1"),
        4,
        "a tolerance means nothing to `exact`",
        "",
    );
    wrong(
        &case("given = { \"../x\" = \"\" }"),
        3,
        "the path `../x` leads out of its folder",
        "",
    );
    wrong(
        &case("stdin = { file = \"cases/2.in\" }"),
        3,
        "there is no file `cases/2.in`",
        "did you mean `cases/1.in`?",
    );
    wrong(
        &case("stdin = { path = \"cases/1.in\" }"),
        3,
        "`stdin` is a text or a file, not a table",
        "file =",
    );
    wrong(
        &case("exit = 256"),
        3,
        "`exit` is a whole number from 0 to 255, not the number 256",
        "",
    );
    wrong(
        "[submission]\nfiles = []\n[[cases]]\nexit = 0",
        3,
        "it is not said which program is run",
        "program =",
    );
    let two = case("name = \"a\"\n[[cases]]\nexit = 1\nname = \"a\"");
    wrong(&two, 6, "there are two cases `a`", "");
}

#[test]
fn checks_are_checked() {
    let check = |rest: &str| format!("[[constructs]]\n{rest}");
    wrong(&check(""), 1, "a check that checks nothing", "forbid");
    wrong(
        &check("forbid = [\"whle\"]"),
        2,
        "there is no construct `whle`",
        "did you mean `while`?",
    );
    wrong(
        &check("forbid = [\"imports os\"]"),
        2,
        "there is no construct `imports os`",
        "did you mean `import NAME`?",
    );
    wrong(
        &check("forbid = [\"import\"]"),
        2,
        "there is no construct `import`",
        "`import NAME`",
    );
    wrong(
        &check("forbid = [{ what = \"for\", on = \"f\" }]"),
        2,
        "this is no construct, but a table",
        "in = ",
    );
    wrong(
        &check("deny_imports = [\"import os\"]"),
        2,
        "`import os` is no name of a module",
        "os.path",
    );
    wrong(
        "[imports]\nallow = [\"a\"]\ndeny = [\"b\"]",
        3,
        "`allow` and `deny` at once",
        "leave `deny` out",
    );
    wrong(
        &check("max_lines = 0"),
        2,
        "`max_lines` is a whole number from 1 to 1000000, not the number 0",
        "",
    );
}

#[test]
fn nothing_makes_it_panic() {
    for example in examples() {
        for (at, _) in example.char_indices().step_by(3) {
            let _ = read(&example[..at]).map_err(|error| error.to_string());
            let mut cut = example.to_owned();
            cut.remove(at);
            let _ = read(&cut).map_err(|error| error.to_string());
        }
    }
    let deep = format!("a = {}", "[".repeat(100_000));
    assert!(read(&deep).is_err());
}
