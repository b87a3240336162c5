use super::{Match, compare};

#[track_caller]
fn check(expected: &str, got: &str, result: Match) {
    assert_eq!(compare(expected, got), result, "{expected:?} and {got:?}");
}

#[test]
fn exact() {
    check("4\n", "4\n", Match::Exact);
    check("", "", Match::Exact);
}

#[test]
fn different() {
    check("4\n", "5\n", Match::Different);
    check("4\n", "", Match::Different);
    check("", "4\n", Match::Different);
    check("4\n", "4\n5\n", Match::Different);
}

#[test]
fn white_space_at_line_ends() {
    check("0 1 1\n", "0 1 1 \n", Match::Equivalent);
    check("a\nb\n", "a  \nb\t\n", Match::Equivalent);
    check("a b\n", "a  b\n", Match::Different);
    check("  a\n", "a\n", Match::Different);
}

#[test]
fn blank_lines_around() {
    check("\nimg\n", "img\n", Match::Equivalent);
    check("a\n", "a\n\n", Match::Equivalent);
    check("a\n\nb\n", "a\nb\n", Match::Different);
}

#[test]
fn ellipsis() {
    check("{'a', 'b', ...}\n", "{'a', 'b', 'c'}\n", Match::Equivalent);
    check("a...c...e\n", "abcde\n", Match::Equivalent);
    check("a...c...e\n", "abde\n", Match::Different);
    check("y is 40000...\n", "y is 40000...\n", Match::Exact);
    check("aa...a\n", "aa\n", Match::Different);
}

#[test]
fn traceback_frames_do_not_count() {
    check(
        "Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\n    next(it)\nStopIteration\n",
        "Traceback (most recent call last):\n  File \"<cell 3>\", line 7, in <module>\n    next(it)\n    ~~~~^^^^\nStopIteration\n",
        Match::Equivalent,
    );
    check(
        "Traceback (most recent call last):\n  ...\nKeyError: 'owner'\n",
        "Traceback (most recent call last):\n  File \"x\", line 1, in y\nKeyError: 'owner'\n",
        Match::Equivalent,
    );
}

#[test]
fn traceback_messages_count() {
    check(
        "Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\nKeyError: 'a'\n",
        "Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\nKeyError: 'b'\n",
        Match::Different,
    );
    check(
        "Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\nKeyError: 'a'\n",
        "KeyError: 'a'\n",
        Match::Different,
    );
}

#[test]
fn output_above_a_traceback_counts() {
    let traceback = "Traceback (most recent call last):\n  File \"a\", line 1\nKeyError: 1\n";
    check(&format!("before\n{traceback}"), traceback, Match::Different);
}

#[test]
fn chained_tracebacks() {
    let chain = |frame: &str, last: &str| {
        format!(
            "Traceback (most recent call last):\n  {frame}\nOSError: x\n\nDuring handling of the above exception, \
             another exception occurred:\n\nTraceback (most recent call last):\n  {frame}\n{last}\n"
        )
    };
    check(
        &chain("File \"<stdin>\", line 2, in <module>", "RuntimeError: y"),
        &chain("File \"<cell 1>\", line 9, in f", "RuntimeError: y"),
        Match::Equivalent,
    );
    check(
        &chain("File \"<stdin>\", line 2, in <module>", "RuntimeError: y"),
        &chain("File \"<stdin>\", line 2, in <module>", "RuntimeError: z"),
        Match::Different,
    );
}

#[test]
fn exception_groups() {
    let group = |frame: &str, leaf: &str| {
        format!(
            "  + Exception Group Traceback (most recent call last):\n  |   {frame}\n  | ExceptionGroup: two (1 sub-exception)\n  \
             +-+---------------- 1 ----------------\n    | Traceback (most recent call last):\n    |   {frame}\n    | {leaf}\n    \
             +------------------------------------\n"
        )
    };
    check(
        &group("File \"<stdin>\", line 1, in <module>", "OSError: 1"),
        &group("File \"<cell 4>\", line 3, in f", "OSError: 1"),
        Match::Equivalent,
    );
    check(
        &group("File \"<stdin>\", line 1, in <module>", "OSError: 1"),
        &group("File \"<stdin>\", line 1, in <module>", "OSError: 2"),
        Match::Different,
    );
}

#[test]
fn the_place_of_a_syntax_error_does_not_count() {
    check(
        "  File \"<stdin>\", line 1\n    while True print()\n               ^^^^^\nSyntaxError: invalid syntax\n",
        "  File \"<cell 2>\", line 1\n    while True print()\n               ^\nSyntaxError: invalid syntax\n",
        Match::Equivalent,
    );
}
