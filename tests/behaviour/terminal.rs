//! The prompt, and programs, at a terminal: a pseudo-terminal, with the reader's keys on one side and the screen's text on the other.

mod pty;

use std::os::unix::fs::PermissionsExt as _;

use pty::Terminal;

const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const ENTER: &str = "\r";
const UP: &str = "\x1b[A";
const TAB: &str = "\t";

/// A prompt that is ready for the first key.
fn prompt() -> Terminal {
    let mut terminal = Terminal::start(&["repl"]);
    terminal.expect("Ctrl-D leaves");
    terminal.expect(">>> ");
    terminal
}

/// Types each line and waits for what it must answer, then leaves.
#[track_caller]
fn check(lines: &[(&str, &str)]) {
    let mut terminal = prompt();
    for (line, answer) in lines {
        terminal.send(line);
        terminal.send(ENTER);
        terminal.expect(answer);
    }
    terminal.send(CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn values_are_shown() {
    check(&[
        ("1 + 1", "\n2\n>>> "),
        ("x = 'kept'", ">>> "),
        ("x", "\n'kept'\n>>> "),
        ("None", ">>> "),
        ("_", "\n'kept'\n>>> "),
        ("print('printed')", "\nprinted\n>>> "),
    ]);
}

#[test]
fn blocks_have_continuation_prompts_and_indentation() {
    check(&[
        ("for i in range(3):", "\n...     "),
        ("print(i * 11)", "\n...     "),
        ("", "\n0\n11\n22\n>>> "),
        ("def f():", "\n...     "),
        ("if True:", "\n...         "),
        ("return 'deep'", "\n...     "),
        ("", ">>> "),
        ("f()", "\n'deep'\n>>> "),
        ("x = [", "\n... "),
        ("5]", ">>> "),
        ("x", "\n[5]\n>>> "),
    ]);
}

#[test]
fn errors_are_told_and_the_prompt_goes_on() {
    check(&[
        ("1 / 0", "ZeroDivisionError: division by zero\n>>> "),
        ("x = = 1", "SyntaxError: invalid syntax\n>>> "),
        (
            "raise ValueError('gone') from KeyError(1)",
            "ValueError: gone\n>>> ",
        ),
        ("'still here'", "\n'still here'\n>>> "),
    ]);
}

#[test]
fn ctrl_c_clears_the_line() {
    let mut terminal = prompt();
    terminal.send("half a li");
    terminal.expect("half a li");
    terminal.send(CTRL_C);
    terminal.expect("\nKeyboardInterrupt\n>>> ");
    terminal.send("if True:\r");
    terminal.expect("... ");
    terminal.send(CTRL_C);
    terminal.expect("\nKeyboardInterrupt\n>>> ");
    terminal.send("6 * 7\r");
    terminal.expect("\n42\n>>> ");
    terminal.send(CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn ctrl_c_interrupts_and_keeps_the_variables() {
    let mut terminal = prompt();
    terminal.send("x = 5\r");
    terminal.expect(">>> ");
    for busy in [
        // It has changed by the time that it says so.
        "while True: x += 0 * len(str(print('busy') if x == 6 else 0)) + 1",
        "import time; print('busy'); time.sleep(1000)",
        "input('busy\\n')",
    ] {
        terminal.send(busy);
        terminal.send(ENTER);
        terminal.expect("\nbusy\n");
        terminal.send(CTRL_C);
        terminal.expect("KeyboardInterrupt\n");
        terminal.expect(">>> ");
    }
    terminal.send("x > 5\r");
    terminal.expect("\nTrue\n>>> ");
    terminal.send(CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn what_does_not_heed_ctrl_c_is_stopped() {
    let mut terminal = prompt();
    terminal.send("kept = 1\r");
    terminal.expect(">>> ");
    terminal.send(
        "import sqlite3; kept = 2; a = bytes(10**7); print('busy'); sqlite3.connect(':memory:').execute('select instr(?, ?)', (a + a, a + b'b'))\r",
    );
    terminal.expect("\nbusy\n");
    // It has to be in there: before, it would heed.
    std::thread::sleep(std::time::Duration::from_millis(500));
    terminal.send(CTRL_C);
    terminal.expect("error: what ran could not be interrupted, and was stopped\n");
    terminal.expect("note: the variables are as they were before it ran\n>>> ");
    terminal.send("kept + 1\r");
    terminal.expect("\n2\n>>> ");
    terminal.send(CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_second_ctrl_c_undoes_what_swallows_the_first() {
    let mut terminal = prompt();
    terminal.send("kept = 1\r");
    terminal.expect(">>> ");
    terminal.send("import signal; kept = 2; ignored = signal.signal(signal.SIGINT, signal.SIG_IGN); print('busy')\r");
    terminal.expect("\nbusy\n>>> ");
    terminal.send("kept = 3; exec('while True: pass')\r");
    std::thread::sleep(std::time::Duration::from_millis(500));
    terminal.send(CTRL_C);
    std::thread::sleep(std::time::Duration::from_millis(700));
    terminal.send(CTRL_C);
    terminal.expect("note: the variables are as they were before it ran\n>>> ");
    terminal.send("kept\r");
    terminal.expect("\n2\n>>> ");
    terminal.send(CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn exit_has_its_code() {
    for (line, code) in [
        ("exit()", 0),
        ("exit(3)", 3),
        ("raise SystemExit(4)", 4),
        ("quit(5)", 5),
    ] {
        let mut terminal = prompt();
        terminal.send(line);
        terminal.send(ENTER);
        assert_eq!(terminal.end(), code, "{line}");
    }
}

#[test]
fn input_reads_the_terminal() {
    check(&[
        ("name = input('name? ')", "\nname? "),
        ("Ada", ">>> "),
        ("name", "\n'Ada'\n>>> "),
        ("import sys; sys.stdin.readline()", "\n"),
        ("a line", "\n'a line\\n'\n>>> "),
    ]);
}

#[test]
fn tab_completes_and_indents() {
    let mut terminal = prompt();
    terminal.send("import os\r");
    terminal.expect(">>> ");
    terminal.send("os.getcw");
    terminal.send(TAB);
    terminal.expect("os.getcwd");
    terminal.send("()\r");
    terminal.expect("\n'/home/user'\n>>> ");
    terminal.send("if 1:\r");
    terminal.expect("...     ");
    terminal.send("os.path.joi");
    terminal.send(TAB);
    terminal.expect("os.path.join");
    terminal.send("('a', 'b')\r");
    terminal.expect("...     ");
    terminal.send(ENTER);
    terminal.expect("\n'a/b'\n>>> ");
    terminal.send(CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn pasted_text_is_run_as_a_whole() {
    let mut terminal = prompt();
    terminal.send("\x1b[200~a = 20\ndef f(x):\n\treturn x + 1\n\nb = f(a)\na + b\x1b[201~");
    terminal.expect("a + b");
    terminal.send(ENTER);
    terminal.expect("\n41\n>>> ");
    terminal.send(CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_block_is_edited_as_one() {
    let mut terminal = prompt();
    terminal.send("for i in range(2):\r");
    terminal.expect("...     ");
    terminal.send("print('x', i)");
    // Up into the first line, and a larger number there.
    terminal.send(UP);
    terminal.send("\x05\x02\x02\x7f4");
    terminal.expect("range(4):");
    // Down again, and the end of the block.
    terminal.send("\x1b[B\x05\r");
    terminal.expect("...     ");
    terminal.send(ENTER);
    terminal.expect("\nx 0\nx 1\nx 2\nx 3\n>>> ");
    // Recalled as a whole.
    terminal.send(UP);
    terminal.expect("range(4):\n...     print('x', i)");
    terminal.send("\x1b[B");
    terminal.send(CTRL_C);
    terminal.expect("KeyboardInterrupt\n>>> ");
    terminal.send(CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn history_lasts_and_is_private() {
    let mut terminal = prompt();
    terminal.send("'first entry'\r");
    terminal.expect("\n'first entry'\n>>> ");
    terminal.send("if 1:\r");
    terminal.expect("...     ");
    terminal.send("'second'\r");
    terminal.expect("...     ");
    terminal.send(ENTER);
    terminal.expect("\n'second'\n>>> ");
    let home = terminal.leave(CTRL_D);
    let file = home.path().join(".local/state/croquant/history");
    let mode = std::fs::metadata(&file)
        .expect("a history")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    let mut terminal = Terminal::start_at_home(&["repl"], home);
    terminal.expect(">>> ");
    terminal.send(UP);
    terminal.expect("if 1:\n...     'second'");
    terminal.send(UP);
    terminal.send(UP);
    terminal.expect("'first entry'");
    terminal.send(ENTER);
    terminal.expect("\n'first entry'\n>>> ");
    terminal.send(CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_limit_ends_a_cell_and_not_the_prompt() {
    let mut terminal = Terminal::start(&["repl", "--fuel", "300000000"]);
    terminal.expect(">>> ");
    terminal.send("x = 7\r");
    terminal.expect(">>> ");
    terminal.send("while True: pass\r");
    terminal.expect("error: the program used up its `300000000` units of fuel\n");
    terminal.expect(">>> ");
    terminal.send("1 + 1\r");
    terminal.expect("\n2\n>>> ");
    terminal.send(CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn help_is_there() {
    check(&[(
        "help(len)",
        "Return the number of items in a container.\n\n>>> ",
    )]);
}

#[test]
fn a_program_sees_the_terminal() {
    let code =
        "import sys; print(sys.stdin.isatty(), sys.stdout.isatty()); print(input('> ')[::-1])";
    let mut terminal = Terminal::start(&["run", "-c", code]);
    terminal.expect("True True\n> ");
    terminal.send("abc\n");
    terminal.expect("\ncba\n");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn ctrl_c_ends_a_program_as_python_does() {
    let mut terminal =
        Terminal::start(&["run", "-c", "print('ready', flush=True)\nwhile True: pass"]);
    terminal.expect("ready\n");
    terminal.send(CTRL_C);
    terminal.expect("KeyboardInterrupt\n");
    assert_eq!(terminal.end(), 130);
}

/// One long operation in C that never looks.
const DEAF: &str = "import sqlite3; a = bytes(10**7); print('busy', flush=True); sqlite3.connect(':memory:').execute('select instr(?, ?)', (a + a, a + b'b'))";

#[test]
fn a_program_that_never_looks_is_stopped_at_the_second_ctrl_c() {
    let mut terminal = Terminal::start(&["run", "-c", DEAF]);
    terminal.expect("busy\n");
    // It has to be in there: before, it would heed.
    std::thread::sleep(std::time::Duration::from_millis(500));
    terminal.send(CTRL_C);
    std::thread::sleep(std::time::Duration::from_millis(700));
    terminal.send(CTRL_C);
    assert_eq!(terminal.end(), 130);
}

#[test]
fn a_program_that_never_looks_has_its_deadline() {
    let mut terminal = Terminal::start(&["run", "--deadline", "0.2", "-c", DEAF]);
    terminal.expect("busy\n");
    terminal.expect("error: the program ran longer than `0.2` s\n");
    assert_eq!(terminal.end(), 124);
}

#[test]
fn a_second_ctrl_c_stops_what_does_not_listen() {
    let code = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('ready', flush=True)\nwhile True: pass";
    let mut terminal = Terminal::start(&["run", "-c", code]);
    terminal.expect("ready\n");
    terminal.send(CTRL_C);
    std::thread::sleep(std::time::Duration::from_millis(700));
    terminal.send(CTRL_C);
    terminal.expect("error: stopped; the program did not heed the first interrupt\n");
    assert_eq!(terminal.end(), 130);
}
