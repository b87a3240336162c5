//! Batches of submissions: what a kill does to them, and what it does not.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// How often the run is killed.
const KILLS: u32 = 100;

const SUBMISSIONS: usize = 24;

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
            let source = if number == 5 {
                "def value(:\n"
            } else {
                &source
            };
            let path = class.submission(number);
            std::fs::create_dir(&path).unwrap();
            std::fs::write(path.join("solution.py"), source).unwrap();
        }
        class
    }

    fn submission(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("student-{number:02}"))
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

    /// The JSON report, without what differs from run to run: the time that things took.
    fn report(&self, name: &str) -> Value {
        let path = self.folder.path().join(format!("{name}.json"));
        let mut report = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        forget_times(&mut report);
        report
    }
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

/// The processes of this name.
fn processes(name: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        let words = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        words.split(|byte| *byte == 0).next() == Some(name.as_bytes())
    })
    .collect()
}

/// The graders that are children of `parent`.
fn graders_of(parent: u32) -> Vec<u32> {
    let is_child = |id: &u32| {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        line.is_some_and(|id| id.trim() == parent.to_string())
    };
    let mut graders = processes("croquant-grader");
    graders.retain(is_child);
    graders
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
    while kills < KILLS {
        let mut run = class
            .command("killed", "2")
            .arg("--resume")
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(5 + chance.below(60)));
        let graders = graders_of(run.id());
        if run.try_wait().unwrap().is_some() {
            // It came to its end: once more from the beginning.
            assert_eq!(class.report("killed"), expected);
            std::fs::remove_file(class.folder.path().join("killed.jsonl")).unwrap();
            continue;
        }
        run.kill().unwrap();
        run.wait().unwrap();
        kills += 1;
        if kills % 10 == 0 {
            // They end with their supervisor, whatever a submission does.
            wait_for_the_end_of(&graders);
        }
    }
    ends(
        &mut class
            .command("killed", "2")
            .arg("--resume")
            .spawn()
            .unwrap(),
        1,
    );
    assert_eq!(class.report("killed"), expected);
    let read = |name: &str| std::fs::read_to_string(class.folder.path().join(name)).unwrap();
    let lines = |text: String| text.lines().count();
    assert_eq!(lines(read("killed.csv")), lines(read("whole.csv")));
}

fn wait_for_the_end_of(graders: &[u32]) {
    // A second of patience a hundred times over: how long it takes is not what is tested.
    for _ in 0..10_000 {
        let alive = processes("croquant-grader");
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
    ends(&mut class.command("one", "1").spawn().unwrap(), 1);
    ends(&mut class.command("four", "4").spawn().unwrap(), 1);
    assert_eq!(class.report("one"), class.report("four"));
}

/// A grader that dies is replaced, and what it was doing is done again.
#[test]
fn the_death_of_graders_changes_nothing() {
    let class = Class::new();
    ends(&mut class.command("whole", "2").spawn().unwrap(), 1);
    let mut run = class.command("bereaved", "2").spawn().unwrap();
    let mut dead = 0;
    while run.try_wait().unwrap().is_none() {
        // No submission may lose two.
        if dead < 6
            && let Some(grader) = graders_of(run.id()).first()
        {
            let killed = Command::new("kill")
                .args(["-9", &grader.to_string()])
                .status();
            dead += u32::from(killed.is_ok_and(|status| status.success()));
        }
        std::thread::sleep(Duration::from_millis(150));
    }
    assert!(dead > 0, "the run was over before anything could be killed");
    ends(&mut run, 1);
    assert_eq!(class.report("bereaved"), class.report("whole"));
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
}
