//! Batches of submissions: what a kill does to them, and what it does not.

mod graders;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// How often the run is killed.
const KILLS: u32 = 100;

const SUBMISSIONS: usize = 60;

/// How many submissions are graded between the deaths of two graders. There are two: the other one does not get so far ahead.
const BETWEEN_DEATHS: usize = 9;

const TESTS: &str = "\
from solution import work, value

def test_value():
    assert value() == 3

def test_work():
    assert work(100_000) == 4_999_950_000

def test_again():
    assert work(10) == 45
";

/// A folder with an assignment and a class of submissions: right ones, wrong ones, and those that end badly.
struct Class {
    folder: tempfile::TempDir,
}

impl Class {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let assignment = folder.path().join("assignment");
        std::fs::create_dir(&assignment).unwrap();
        std::fs::write(assignment.join("test_solution.py"), TESTS).unwrap();
        let limits = "[defaults]\nlimits = { fuel = 200_000_000, seconds = 20 }\n";
        std::fs::write(assignment.join("assignment.toml"), limits).unwrap();
        let class = Self { folder };
        for number in 0..SUBMISSIONS {
            let body = match number % 6 {
                0 => "while True: pass",
                1 => "import os; os._exit(0)",
                2 => "return 1 / 0",
                _ => "return sum(range(n))",
            };
            let value = 3 + number % 2;
            let source = format!(
                "def value():\n    print({number})\n    return {value}\n\ndef work(n):\n    {body}\n"
            );
            let source = if number == 9 {
                "def value(:\n"
            } else {
                &source
            };
            class.hand_in(number, source);
        }
        class
    }

    /// Hands in this source in one of all forms.
    fn hand_in(&self, number: usize, source: &str) {
        let place = self.folder.path().join(format!("student-{number:02}"));
        std::fs::create_dir(&place).unwrap();
        let path = self.submission(number);
        let command = |line: &str| {
            let mut shell = Command::new("sh");
            shell.args(["-ec", line]).current_dir(&place);
            assert!(shell.status().unwrap().success(), "{line}");
        };
        match number % 10 {
            5 => {
                let cell = serde_json::json!({
                    "cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": source,
                });
                let notebook = serde_json::json!({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
                return std::fs::write(path, notebook.to_string()).unwrap();
            }
            6 => return std::fs::write(path, "PK\u{3}\u{4} and no more").unwrap(),
            _ => std::fs::write(place.join("solution.py"), source).unwrap(),
        }
        match number % 10 {
            7 => command("python3 -m zipfile -c handed.zip solution.py"),
            8 => command(
                "git init -q; git add .; git -c user.name=a -c user.email=a@example.org commit -qm 'Handed in'; rm solution.py",
            ),
            _ => {}
        }
    }

    /// As it is named on the command line.
    fn submission(&self, number: usize) -> PathBuf {
        let place = self.folder.path().join(format!("student-{number:02}"));
        match number % 10 {
            4 => place.join("solution.py"),
            5 => place.join("solution.ipynb"),
            6 | 7 => place.join("handed.zip"),
            8 => self.folder.path().join(format!("student-{number:02}@HEAD")),
            _ => place,
        }
    }

    /// `croquant grade` on all of them, with reports called `name`, and the journal of that name.
    fn command(&self, name: &str, jobs: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_croquant"));
        let at = |ending: &str| self.folder.path().join(format!("{name}.{ending}"));
        command
            .args(["grade", "--audience", "teacher", "--jobs", jobs])
            .arg(format!("--report=json={}", at("json").display()))
            .arg(format!("--report=csv={}", at("csv").display()))
            .arg(format!("--report=junit={}", at("xml").display()))
            .arg(format!("--journal={}", at("jsonl").display()))
            .arg(self.folder.path().join("assignment"))
            .args((0..SUBMISSIONS).map(|number| self.submission(number)))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn resumed(&self, name: &str) -> Command {
        let mut command = self.command(name, "2");
        command.arg("--resume");
        command
    }

    /// The JSON report, without what differs from run to run: the time that things took.
    fn report(&self, name: &str) -> Value {
        let path = self.folder.path().join(format!("{name}.json"));
        let mut report = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        forget_times(&mut report);
        report
    }

    /// What the reports and the journal are called.
    fn at(&self, name: &str, ending: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.{ending}"))
    }

    /// Two runs are told alike in every report.
    #[track_caller]
    fn same(&self, name: &str, other: &str) {
        assert_eq!(self.report(name), self.report(other));
        let read = |name, ending| std::fs::read_to_string(self.at(name, ending)).unwrap();
        assert_eq!(
            timeless_xml(&read(name, "xml")),
            timeless_xml(&read(other, "xml"))
        );
        assert_eq!(
            timeless_csv(&read(name, "csv")),
            timeless_csv(&read(other, "csv"))
        );
    }
}

/// Without the values of attributes that are times.
fn timeless_xml(text: &str) -> String {
    let time = regex_lite::Regex::new(" (time|timestamp)=\"[^\"]*\"").unwrap();
    let told = time.replace_all(text, "").into_owned();
    assert!(told.len() < text.len(), "times are told");
    let property = regex_lite::Regex::new("\"([a-z_]*wall[a-z_]*)\" value=\"[^\"]*\"").unwrap();
    property.replace_all(&told, "").into_owned()
}

/// Without the column that is a time.
fn timeless_csv(text: &str) -> Vec<Vec<String>> {
    let mut records = records(text);
    let head = records[0].iter();
    let times: Vec<bool> = head.map(|name| name == "wall_us").collect();
    assert!(times.contains(&true), "times are told");
    for record in &mut records {
        let mut at = times.iter();
        record.retain(|_| at.next() != Some(&true));
    }
    records
}

/// The records of a CSV file, in which cells between quotes hold anything.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            _ => cell.push(letter),
        }
    }
    records
}

fn forget_times(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !name.contains("wall") && !name.contains("time"));
            members.values_mut().for_each(forget_times);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_times),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[track_caller]
fn ends(child: &mut Child, code: i32) {
    assert_eq!(child.wait().unwrap().code(), Some(code));
}

/// Numbers that look random, and are the same in each run of the test.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

#[test]
fn a_run_that_is_killed_a_hundred_times_ends_as_one_that_is_not() {
    let class = Class::new();
    ends(&mut class.command("whole", "2").spawn().unwrap(), 1);
    let expected = class.report("whole");
    let submissions = expected["submissions"].as_array().unwrap();
    assert_eq!(submissions.len(), SUBMISSIONS);
    let labels = (0..SUBMISSIONS).map(|number| class.submission(number));
    for (submission, label) in submissions.iter().zip(labels) {
        assert_eq!(submission["submission"].as_str(), label.to_str());
    }
    let text = expected.to_string();
    for status in ["passed", "failed", "error"] {
        assert!(text.contains(&format!("\"{status}\"")), "{status}");
    }

    let mut chance = Chance(7);
    let mut kills = 0;
    let mut most = 0;
    while kills < KILLS {
        let mut run = class.resumed("killed").spawn().unwrap();
        std::thread::sleep(Duration::from_millis(5 + chance.below(400)));
        let graders = graders::of(run.id());
        if run.try_wait().unwrap().is_some() {
            // It came to its end: once more from the beginning.
            class.same("killed", "whole");
            std::fs::remove_file(class.at("killed", "jsonl")).unwrap();
            continue;
        }
        run.kill().unwrap();
        run.wait().unwrap();
        kills += 1;
        // They end with their supervisor, whatever a submission does.
        wait_for_the_end_of(&graders);
        let journal = std::fs::read_to_string(class.at("killed", "jsonl")).unwrap_or_default();
        most = most.max(journal.lines().count());
    }
    assert!(most > 1, "no run had come anywhere when it was killed");
    ends(&mut class.resumed("killed").spawn().unwrap(), 1);
    class.same("killed", "whole");
}

fn wait_for_the_end_of(graders: &[u32]) {
    // A second of patience a hundred times over: how long it takes is not what is tested.
    for _ in 0..10_000 {
        let alive = graders::all();
        if !graders.iter().any(|grader| alive.contains(grader)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("graders outlive their supervisor");
}

#[test]
fn the_number_of_graders_changes_nothing() {
    let class = Class::new();
    let mut one = class.command("one", "1").spawn().unwrap();
    while one.try_wait().unwrap().is_none() {
        // Whenever anybody looks, a report is whole.
        if let Ok(text) = std::fs::read(class.at("one", "json")) {
            serde_json::from_slice::<Value>(&text).unwrap();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    ends(&mut one, 1);
    ends(&mut class.command("four", "4").spawn().unwrap(), 1);
    class.same("one", "four");
}

/// A grader that dies is replaced, and what it was doing is done again.
#[test]
fn the_death_of_graders_changes_nothing() {
    let class = Class::new();
    ends(&mut class.command("whole", "2").spawn().unwrap(), 1);
    let mut run = class.command("bereaved", "2").spawn().unwrap();
    let journal = class.folder.path().join("bereaved.jsonl");
    let done = || std::fs::read_to_string(&journal).map_or(0, |text| text.lines().count());
    let (mut dead, mut last) = (0, 0);
    while run.try_wait().unwrap().is_none() {
        // No submission may lose two: the one that lost the last grader is done by then.
        if done() >= last + BETWEEN_DEATHS
            && let Some(grader) = graders::of(run.id()).first()
            && graders::signal(*grader, "KILL")
        {
            (dead, last) = (dead + 1, done());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(dead > 0, "the run was over before anything could be killed");
    ends(&mut run, 1);
    class.same("bereaved", "whole");
}

/// A submission lies ready before each grader that is at work; where another is done first, it is that one's.
#[test]
fn nothing_waits_behind_a_submission_that_takes_long() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    write(
        "test_solution.py",
        "from solution import value\n\ndef test_value():\n    assert value() == 3\n",
    );
    write(
        "assignment.toml",
        "[defaults]\nlimits = { fuel = 100_000_000_000, seconds = 60 }\n",
    );
    let slow = write("slow.py", "def value():\n    while True: pass\n");
    // Too much to lie before a grader that has much to say itself.
    let large = format!(
        "def value():\n    print('x' * 500_000)\n    return 3\n# {}\n",
        "x".repeat(500_000)
    );
    let (first, second) = (
        write("first.py", &large),
        write("second.py", &large.replace("3", "4")),
    );
    let quick = ["a.py", "b.py", "c.py"]
        .map(|name| write(name, &format!("def value(): return 3  # {name}\n")));
    let journal = folder.path().join("journal");
    let status = Command::new(env!("CARGO_BIN_EXE_croquant"))
        .args(["grade", "--jobs", "2"])
        .arg(format!("--journal={}", journal.display()))
        .arg(folder.path())
        .args([slow, first, second])
        .args(quick)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
    let journal = std::fs::read_to_string(journal).unwrap();
    let done: Vec<Value> = journal
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(done.len(), 6);
    let last = done[5]["verdict"]["submission"].as_str().unwrap();
    assert!(last.ends_with("slow.py"), "{journal}");
}

#[test]
fn a_journal_is_not_believed_blindly() {
    let class = Class::new();
    ends(&mut class.command("run", "2").spawn().unwrap(), 1);
    let expected = class.report("run");
    let path = class.folder.path().join("run.jsonl");
    let journal = std::fs::read_to_string(&path).unwrap();
    assert_eq!(journal.lines().count(), SUBMISSIONS);

    // Its last line is cut off, and one submission has changed since.
    std::fs::write(&path, &journal[..journal.len() - 40]).unwrap();
    let changed = class.submission(3).join("solution.py");
    std::fs::write(&changed, "def value():\n    return 0\n").unwrap();
    ends(
        &mut class.command("run", "2").arg("--resume").spawn().unwrap(),
        1,
    );
    let report = class.report("run");
    let pick = |report: &Value, at: usize| report["submissions"][at].clone();
    for at in 0..SUBMISSIONS {
        let is_same = pick(&report, at) == pick(&expected, at);
        assert_eq!(is_same, at != 3, "{at}");
    }

    // Whose it is when two write it is not left to chance.
    let file = std::fs::File::open(&path).unwrap();
    file.lock().unwrap();
    ends(&mut class.command("run", "2").spawn().unwrap(), 2);
    drop(file);
    assert!(Path::new(&path).exists());

    // What was graded by other tests counts for nothing.
    let tests = class.folder.path().join("assignment/test_solution.py");
    std::fs::write(tests, TESTS.replace("== 3", "== 4")).unwrap();
    ends(&mut class.resumed("run").spawn().unwrap(), 1);
    ends(&mut class.command("other", "2").spawn().unwrap(), 1);
    class.same("run", "other");
    assert_ne!(class.report("run"), report);
}

/// Random numbers that differ in each run do not differ within one.
#[test]
fn a_run_that_goes_on_keeps_its_seed() {
    let class = Class::new();
    let assignment = class.folder.path().join("assignment/assignment.toml");
    let rules = std::fs::read_to_string(&assignment).unwrap();
    std::fs::write(&assignment, format!("seed = \"per run\"\n{rules}")).unwrap();
    ends(&mut class.command("run", "2").spawn().unwrap(), 1);
    let first = class.report("run");
    let path = class.at("run", "jsonl");
    let journal = std::fs::read_to_string(&path).unwrap();
    let half: Vec<&str> = journal.lines().take(SUBMISSIONS / 2).collect();
    std::fs::write(&path, half.join("\n") + "\n").unwrap();
    ends(&mut class.resumed("run").spawn().unwrap(), 1);
    assert_eq!(class.report("run"), first);
    let whole = std::fs::read_to_string(&path).unwrap();
    // Submissions of the same content are one.
    assert!(whole.lines().count() > half.len() && whole.starts_with(&half.join("\n")));

    // Another run has another.
    ends(&mut class.command("run", "2").spawn().unwrap(), 1);
    assert_ne!(
        class.report("run")["submissions"][0]["seed"],
        first["submissions"][0]["seed"]
    );
}

/// What keeps graders from starting is told by the command itself, and as its own error.
#[test]
fn a_grader_that_cannot_start_is_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("test_solution.py"), TESTS).unwrap();
    std::fs::write(at("solution.py"), "").unwrap();
    let done = Command::new("sh")
        .args(["-c", "ulimit -v $0; exec \"$@\""])
        // Kibibytes: plenty for the command, too little for the address space of sessions.
        .args(["8000000", env!("CARGO_BIN_EXE_croquant"), "grade"])
        .arg(folder.path())
        .arg(at("solution.py"))
        .env("XDG_STATE_HOME", folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(2), "{told}");
    let mut lines = told.lines();
    let error = lines.next().unwrap_or_default();
    assert!(
        error.starts_with("error: a grader cannot be started: the guest image cannot be loaded: "),
        "{told}"
    );
    assert!(lines.next().is_some_and(|line| line.starts_with("hint: ")));
    assert_eq!(lines.next(), None, "{told}");
}
