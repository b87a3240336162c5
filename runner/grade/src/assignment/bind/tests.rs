use super::super::folder::tests::folder;
use super::super::parse::parse;
use super::*;

const FOLDER: &[(&str, &str)] = &[("leap.py", ""), ("test_leap.py", "")];
const IDS: [&str; 4] = [
    "test_leap.py::test_basic",
    "test_leap.py::test_year[1996]",
    "test_leap.py::test_year[1997]",
    "test_leap.py::LeapTest::test_hard",
];

fn tests() -> Vec<Collected> {
    let test = |id: &&str| Collected {
        id: (*id).into(),
        name: (*id).into(),
        ..Collected::default()
    };
    IDS.iter().map(test).collect()
}

fn bound(text: &str) -> Result<Vec<Bound>, String> {
    let assignment = parse("assignment.toml", text, "leap", &folder(FOLDER)).unwrap();
    bind(&assignment, &tests()).map_err(|error| error.to_string())
}

#[track_caller]
fn points(text: &str, expected: &[f64]) {
    let points: Vec<f64> = bound(text).unwrap().iter().map(|b| b.points).collect();
    assert_eq!(points, expected);
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = bound(text).unwrap_err();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn each_test_is_worth_a_point() {
    points("", &[1.0; 4]);
}

#[test]
fn later_rules_are_stronger() {
    points(
        "defaults = { points = 2 }
        [[tests]]
        match = \"test_leap.py::test_year\"
        points = 3
        [[tests]]
        match = \"*[1997]\"
        weight = 2
        [[tests]]
        match = \"*::LeapTest::*\"
        points = 0.5",
        &[2.0, 3.0, 6.0, 0.5],
    );
}

#[test]
fn marks_are_stronger_than_defaults_and_weaker_than_rules() {
    let text = "defaults = { points = 2, visibility = \"hidden\" }
        [[tests]]
        match = \"*[1996]\"
        points = 7";
    let assignment = parse("assignment.toml", text, "leap", &folder(FOLDER)).unwrap();
    let mut tests = tests();
    for test in &mut tests[..2] {
        test.points = Some(5.0);
        test.visibility = Some(Visibility::Visible);
    }
    let bound = bind(&assignment, &tests).unwrap();
    let points: Vec<_> = bound.iter().map(|b| b.points).collect();
    assert_eq!(points, [5.0, 7.0, 2.0, 2.0]);
    assert_eq!(bound[0].visibility, Visibility::Visible);
    assert_eq!(bound[2].visibility, Visibility::Hidden);
}

#[test]
fn groups_and_totals_are_shared() {
    points(
        "points = 100
        [[groups]]
        name = \"years\"
        points = 2
        [[tests]]
        match = \"test_leap.py::test_year\"
        group = \"years\"
        [[tests]]
        match = \"*[1997]\"
        points = 3",
        &[25.0, 12.5, 37.5, 25.0],
    );
    refused(
        "[[groups]]\nname = \"g\"\npoints = 2\n[[tests]]\nmatch = \"*\"\ngroup = \"g\"\npoints = 0",
        "the group `g` has points",
    );
    refused(
        "points = 9\ndefaults = { points = 0 }",
        "all its tests have none",
    );
}

#[test]
fn rules_groups_and_needs_that_select_nothing_are_refused() {
    refused(
        "\n[[tests]]\nmatch = \"test_leap.py::test_basics\"",
        "assignment.toml:2: the rule `test_leap.py::test_basics` selects no test\nhint: did you mean `test_leap.py::test_basic`?",
    );
    refused(
        "[[groups]]\nname = \"g\"",
        "assignment.toml:1: no test is in the group `g`",
    );
    refused(
        "[[tests]]\nmatch = \"*\"\nneeds = [\"test_leap.py::test_bsic\"]",
        "assignment.toml:1: the need `test_leap.py::test_bsic` selects no test\nhint: did you mean",
    );
}

#[test]
fn needs_are_resolved() {
    let bound = bound(
        "[[tests]]
        match = \"*::LeapTest::*\"
        needs = [\"test_leap.py::test_year\", \"test_leap.py::test_basic\"]",
    );
    let needs: Vec<_> = bound.unwrap().into_iter().map(|b| b.needs).collect();
    assert_eq!(needs, [vec![], vec![], vec![], vec![0, 1, 2]]);
}

#[test]
fn needs_of_all_are_not_their_own() {
    let bound = bound("defaults = { needs = [\"test_leap.py::test_basic\"] }");
    let needs: Vec<_> = bound.unwrap().into_iter().map(|b| b.needs).collect();
    assert_eq!(needs, [vec![], vec![0], vec![0], vec![0]]);
}

#[test]
fn cycles_are_refused() {
    refused(
        "[[tests]]
match = \"*::test_basic\"
needs = [\"*::test_hard\"]
[[tests]]
match = \"*::test_hard\"
needs = [\"*::test_basic\"]",
        "assignment.toml:1: a test needs itself to pass before: `test_leap.py::test_basic` needs `test_leap.py::LeapTest::test_hard` needs `test_leap.py::test_basic`\nhint: take one of these needs away",
    );
    refused(
        "[[tests]]\nmatch = \"*::test_hard\"\nneeds = [\"*\"]",
        "needs itself",
    );
}

#[test]
fn checks_without_points_are_gates() {
    let text = "[[constructs]]\nname = \"no loops\"\nforbid = [\"for\"]\n[[constructs]]\nname = \"short\"\nmax_lines = 9\npoints = 2";
    let bound = bound(text).unwrap();
    assert_eq!(bound[0].needs, [4]);
    assert_eq!(
        (bound[4].id.as_str(), bound[4].points),
        ("constructs::no loops", 0.0)
    );
    assert_eq!(
        (bound[5].id.as_str(), bound[5].points),
        ("constructs::short", 2.0)
    );
    assert_eq!((bound[4].needs.len(), &bound[5].needs[..]), (0, &[4][..]));
}

#[test]
fn gates_are_visible_unless_they_say_otherwise() {
    let visible = |gate: &str| {
        let text = format!(
            "defaults = {{ visibility = \"hidden\" }}\n[[constructs]]\nmax_lines = 9\n{gate}"
        );
        bound(&text).unwrap()[4].visibility
    };
    assert_eq!(visible(""), Visibility::Visible);
    assert_eq!(visible("visibility = \"hidden\""), Visibility::Hidden);
    assert_eq!(visible("points = 1"), Visibility::Hidden);
}

#[test]
fn limits_and_budgets_are_applied() {
    let bound_ = bound(
        "defaults = { limits = { seconds = 2.5, memory = \"64 MiB\" } }\n[[tests]]\nmatch = \"*::test_hard\"\nmax_fuel = 10\nlimits = { output = \"1 KiB\" }",
    );
    let bound_ = bound_.unwrap();
    assert_eq!(bound_[0].limits.deadline_ms, 2_500);
    assert_eq!(bound_[0].limits.output_bytes, 256 << 10);
    assert_eq!(bound_[3].limits.memory_bytes, 64 << 20);
    assert_eq!(bound_[3].limits.output_bytes, 1 << 10);
    assert_eq!(bound_[3].fuel, FuelRule::AtMost(10));
    refused(
        "[[tests]]\nmatch = \"*::test_hard\"\nmax_fuel = 10\nlimits = { fuel = 9 }",
        "a budget of 10 units of fuel, and a limit of 9",
    );
}

#[test]
fn no_tests_are_an_error() {
    let assignment = parse(
        "assignment.toml",
        "[imports]\ndeny = [\"os\"]",
        "leap",
        &folder(FOLDER),
    )
    .unwrap();
    let error = bind(&assignment, &[]).unwrap_err().to_string();
    assert!(error.contains("no tests were collected"), "{error}");
}

#[test]
fn ids_are_unique() {
    let assignment = parse("assignment.toml", "", "leap", &folder(FOLDER)).unwrap();
    let mut tests = tests();
    tests.push(tests[0].clone());
    let error = bind(&assignment, &tests).unwrap_err().to_string();
    assert!(
        error.contains("two tests have the id `test_leap.py::test_basic`"),
        "{error}"
    );
}
