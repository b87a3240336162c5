use super::split_transcript;

/// Compares against pairs of source and expected output.
#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let entries = split_transcript(text);
    let got: Vec<_> = entries
        .iter()
        .map(|entry| (entry.source.as_str(), entry.expected.as_str()))
        .collect();
    assert_eq!(got, expected);
}

#[test]
fn one_input_with_its_output() {
    check(">>> 2 + 2\n4\n", &[("2 + 2", "4\n")]);
}

#[test]
fn no_newline_at_the_end() {
    check(">>> 2 + 2\n4", &[("2 + 2", "4\n")]);
}

#[test]
fn no_output() {
    check(">>> x = 1\n>>> y = 2\n", &[("x = 1", ""), ("y = 2", "")]);
}

#[test]
fn continuation_lines() {
    check(
        ">>> for i in range(2):\n...     print(i)\n...\n0\n1\n",
        &[("for i in range(2):\n    print(i)", "0\n1\n")],
    );
}

#[test]
fn continuation_prompt_with_a_space_only() {
    check(
        ">>> if 1:\n...     2\n... \n2\n",
        &[("if 1:\n    2", "2\n")],
    );
}

#[test]
fn continuation_prompt_without_a_space() {
    check(">>> f(1,\n...2)\n3\n", &[("f(1,\n2)", "3\n")]);
}

#[test]
fn blank_continuation_inside_a_string() {
    check(
        ">>> s = \"\"\"one\n...\n... two\"\"\"\n>>> s\n'one\\n\\ntwo'\n",
        &[
            ("s = \"\"\"one\n\ntwo\"\"\"", ""),
            ("s", "'one\\n\\ntwo'\n"),
        ],
    );
}

#[test]
fn comment_after_the_prompt() {
    check(
        ">>> # Measure some strings:\n... words = ['cat']\n>>> words\n['cat']\n",
        &[
            ("# Measure some strings:\nwords = ['cat']", ""),
            ("words", "['cat']\n"),
        ],
    );
}

#[test]
fn bare_prompt_is_no_entry() {
    check(
        ">>> 17 / 3\n5.67\n>>>\n>>> 17 // 3\n5\n>>>\n",
        &[("17 / 3", "5.67\n"), ("17 // 3", "5\n")],
    );
}

#[test]
fn blank_lines_only_separate() {
    check(
        ">>> 1\n1\n\n>>> x = 2\n\n\n>>> 3\n3\n\n",
        &[("1", "1\n"), ("x = 2", ""), ("3", "3\n")],
    );
}

#[test]
fn blank_lines_inside_output_stay() {
    check(
        ">>> print(f.__doc__)\nDo nothing.\n\n    No, really.\n\n",
        &[("print(f.__doc__)", "Do nothing.\n\n    No, really.\n")],
    );
}

#[test]
fn blank_line_above_output_stays() {
    check(
        ">>> for i in a:\n...     print(i)\n\nimg\n",
        &[("for i in a:\n    print(i)", "\nimg\n")],
    );
}

#[test]
fn dots_in_output_are_output() {
    check(
        ">>> t\nTraceback (most recent call last):\n  ...\nKeyError: 'owner'\n>>> s\n'... '\n",
        &[
            (
                "t",
                "Traceback (most recent call last):\n  ...\nKeyError: 'owner'\n",
            ),
            ("s", "'... '\n"),
        ],
    );
}

#[test]
fn dots_below_output_are_output() {
    check(">>> show()\na\n... b\n", &[("show()", "a\n... b\n")]);
}

#[test]
fn four_dots_are_output() {
    check(">>> show()\n....\n", &[("show()", "....\n")]);
    check(">>> show()\n>>>>\n", &[("show()", ">>>>\n")]);
}

#[test]
fn prompt_without_a_space() {
    check(">>>1\n1\n", &[("1", "1\n")]);
}

#[test]
fn code_above_the_first_prompt_is_plain() {
    let text = "class Dog:\n\n    kind = 'canine'\n\n>>> d = Dog()\n>>> d.kind\n'canine'\n";
    check(
        text,
        &[
            ("class Dog:\n\n    kind = 'canine'", ""),
            ("d = Dog()", ""),
            ("d.kind", "'canine'\n"),
        ],
    );
    let plain: Vec<_> = split_transcript(text).iter().map(|e| e.plain).collect();
    assert_eq!(plain, [true, false, false]);
}

#[test]
fn a_shell_above_the_prompt_is_no_code() {
    check(
        "$ python3.11\nPython 3.11 (default)\n>>> 1\n1\n",
        &[("1", "1\n")],
    );
    check(
        "(tutorial-env) $ python\nPython 3.5.1\n  ...\n>>> import sys\n",
        &[("import sys", "")],
    );
}

#[test]
fn prompts_that_the_session_changes() {
    check(
        ">>> sys.ps1\n'>>> '\n>>> sys.ps1 = 'C> '\nC> print('Yuck!')\nYuck!\nC>\n",
        &[
            ("sys.ps1", "'>>> '\n"),
            ("sys.ps1 = 'C> '", ""),
            ("print('Yuck!')", "Yuck!\n"),
        ],
    );
}

#[test]
fn a_changed_continuation_prompt() {
    check(
        ">>> sys.ps2 = \"| \"\n>>> if 1:\n|     2\n|\n2\n",
        &[("sys.ps2 = \"| \"", ""), ("if 1:\n    2", "2\n")],
    );
}

#[test]
fn an_indented_transcript() {
    check(
        "    >>> if 1:\n    ...     2\n    2\n      wide\n",
        &[("if 1:\n    2", "2\n  wide\n")],
    );
}

#[test]
fn windows_line_ends() {
    check(
        ">>> if 1:\r\n...     2\r\n...\r\n2\r\n",
        &[("if 1:\n    2", "2\n")],
    );
}

#[test]
fn tabs_after_the_prompt() {
    check(">>>\tx\n1\n", &[("x", "1\n")]);
}

#[test]
fn exception_groups_keep_their_indentation() {
    check(
        ">>> f()\n  + Exception Group Traceback (most recent call last):\n  | ValueError: x\n>>>\n",
        &[(
            "f()",
            "  + Exception Group Traceback (most recent call last):\n  | ValueError: x\n",
        )],
    );
}

#[test]
fn nothing_at_all() {
    check("", &[]);
    check("\n\n", &[]);
    check(">>>", &[]);
}
