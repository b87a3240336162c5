use super::refusals::wrong;

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
