use super::{examples, read};

/// The whole message.
#[track_caller]
fn refused(text: &str, expected: &str) {
    assert_eq!(read(text).unwrap_err().to_string(), expected);
}

/// The one thing that is wrong: its line, what it is, and a hint.
#[track_caller]
pub(super) fn wrong(text: &str, line: usize, message: &str, hint: &str) {
    let error = read(text).unwrap_err();
    assert_eq!(error.wrongs.len(), 1, "{error}");
    let wrong = &error.wrongs[0];
    assert_eq!((wrong.line, wrong.message.as_str()), (line, message));
    assert!(wrong.hint.contains(hint), "{error}");
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
