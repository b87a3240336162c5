//! Jobs from a queue, with a real server of NATS: workers that die lose none, and no job counts twice.

mod graders;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use async_nats::jetstream;
use futures_util::StreamExt as _;
use serde_json::{Value, json};

const TESTS: &str = "\
from solution import double, work

def test_double():
    assert double(4) == 8

def test_work():
    assert work(300_000) == 44_999_850_000
";

const JOBS: usize = 60;

/// Enough for a job that is still at it when something is done to its worker.
const LIMITS: &str = "[defaults]\nlimits = { fuel = 100_000_000_000, seconds = 60 }\n";

/// A server of NATS on a port that was free, in a folder of its own. It ends with this.
struct Server {
    process: Child,
    url: String,
    folder: tempfile::TempDir,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let process = Command::new("nats-server")
            .args(["--addr", "127.0.0.1", "--port", "-1", "--ports_file_dir"])
            .arg(folder.path())
            .arg("--store_dir")
            .arg(folder.path().join("store"))
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`nats-server` is there: on Debian, `apt-get install nats-server`");
        let ports = folder
            .path()
            .join(format!("nats-server_{}.ports", process.id()));
        let url = loop {
            let text = std::fs::read_to_string(&ports).unwrap_or_default();
            let told = serde_json::from_str::<Value>(&text).ok();
            if let Some(url) = told.as_ref().and_then(|told| told["nats"][0].as_str()) {
                break url.to_owned();
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        Self {
            process,
            url,
            folder,
        }
    }

    fn assignment(&self) -> std::path::PathBuf {
        let assignment = self.folder.path().join("assignment");
        std::fs::create_dir_all(&assignment).unwrap();
        std::fs::write(assignment.join("test_solution.py"), TESTS).unwrap();
        std::fs::write(assignment.join("assignment.toml"), LIMITS).unwrap();
        assignment
    }

    /// A worker that is ready for jobs.
    fn worker(&self, assignment: &Path) -> Child {
        let mut worker = Command::new(env!("CARGO_BIN_EXE_croquant"))
            .arg("grade")
            .arg(assignment)
            .args([
                "--serve-queue",
                &self.url,
                "--queue",
                "class",
                "--jobs",
                "2",
            ])
            .args(["--audience", "teacher"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = worker.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
        assert_eq!(line, "taking jobs from `class` (Ctrl-C stops)\n");
        worker
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A job, and whether its submission passes.
fn job(number: usize) -> (Value, bool) {
    let double = if number.is_multiple_of(3) {
        "x + 4"
    } else {
        "x * 3"
    };
    let source =
        format!("def double(x):\n    return {double}\n\ndef work(n):\n    return sum(range(n))\n");
    let job =
        json!({"id": format!("job-{number}"), "label": "x", "files": {"solution.py": source}});
    (job, number.is_multiple_of(3))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_job_is_lost_or_counted_twice() {
    let server = Server::start(&["--jetstream"]);
    let assignment = server.assignment();
    let mut workers = [(); 3].map(|()| server.worker(&assignment));
    let client = async_nats::connect(&server.url).await.unwrap();
    let context = jetstream::new(client);
    for number in 0..JOBS {
        let (job, _) = job(number);
        publish(&context, &job.to_string()).await;
        if number % 5 == 0 {
            // The same job once more, as a client does that has not heard whether the first arrived.
            publish(&context, &job.to_string()).await;
        }
    }
    publish(&context, "no job").await;
    publish(&context, &json!({"id": "wrong", "zip": "!"}).to_string()).await;
    publish(&context, &json!({"id": "strange", "fils": {}}).to_string()).await;

    let results = context.get_stream("class-results").await.unwrap();
    let mut turn = 0;
    loop {
        let known = results.get_info().await.unwrap().state.messages;
        if known as usize == JOBS + 2 {
            break;
        }
        // One of them is killed, whatever it does, and another takes its place.
        if turn < 6 {
            let worker = &mut workers[turn % 3];
            worker.kill().unwrap();
            worker.wait().unwrap();
            *worker = server.worker(&assignment);
            turn += 1;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }

    let mut told = BTreeMap::new();
    let consumer = results
        .create_consumer(jetstream::consumer::pull::Config::default())
        .await
        .unwrap();
    let mut messages = consumer
        .fetch()
        .max_messages(1_000)
        .messages()
        .await
        .unwrap();
    while let Some(message) = messages.next().await {
        let answer: Value = serde_json::from_slice(&message.unwrap().payload).unwrap();
        let id = answer["id"].as_str().unwrap().to_owned();
        assert!(told.insert(id, answer).is_none(), "it counts twice");
    }
    assert_eq!(told.len(), JOBS + 2);
    assert!(told["wrong"]["error"].as_str().unwrap().contains("base 64"));
    let strange = told["strange"]["error"].as_str().unwrap();
    assert!(strange.contains("`fils`"), "{strange}");
    for number in 0..JOBS {
        let (_, passes) = job(number);
        let report = &told[&format!("job-{number}")]["report"];
        let tests = report["submissions"][0]["tests"].as_array().unwrap();
        let status: Vec<_> = tests
            .iter()
            .map(|test| test["status"].as_str().unwrap())
            .collect();
        let double = if passes { "passed" } else { "failed" };
        assert_eq!(status, [double, "passed"], "job {number}");
    }

    // A worker that is asked to stop does so in all order.
    for mut worker in workers {
        terminate(&worker);
        assert_eq!(worker.wait().unwrap().code(), Some(0));
    }
}

/// A job that takes long.
fn slow(id: &str) -> String {
    let source = "def double(x):\n    return 2 * x\n\ndef work(n):\n    for _ in range(30_000_000): pass\n    return sum(range(n))\n";
    json!({"id": id, "files": {"solution.py": source}}).to_string()
}

/// Waits until a worker has taken a job.
async fn taken(context: &jetstream::Context) {
    let jobs = context.get_stream("class-jobs").await.unwrap();
    loop {
        let graders = jobs.consumer_info("graders").await.unwrap();
        if graders.num_ack_pending == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The result of a job, if it is there.
async fn result(context: &jetstream::Context, id: &str) -> Option<Value> {
    let results = context.get_stream("class-results").await.unwrap();
    let subject = format!("class.results.{id}");
    let message = results
        .get_last_raw_message_by_subject(&subject)
        .await
        .ok()?;
    Some(serde_json::from_slice(&message.payload).unwrap())
}

fn terminate(worker: &Child) {
    let id = worker.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_stops_ends_its_job_first() {
    let server = Server::start(&["--jetstream"]);
    let mut worker = server.worker(&server.assignment());
    let context = jetstream::new(async_nats::connect(&server.url).await.unwrap());
    publish(&context, &slow("last")).await;
    taken(&context).await;
    assert_eq!(result(&context, "last").await, None);
    terminate(&worker);
    assert_eq!(worker.wait().unwrap().code(), Some(0));
    let told = result(&context, "last").await.expect("its result is there");
    let tests = &told["report"]["submissions"][0]["tests"];
    assert_eq!(tests[0]["status"], "passed", "{told}");
    assert_eq!(tests[1]["status"], "passed", "{told}");
    let mut jobs = context.get_stream("class-jobs").await.unwrap();
    assert_eq!(jobs.info().await.unwrap().state.messages, 0);
}

/// A job over which every grader dies is tried by so many workers, and then no more; the next is none the worse for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_kills_its_graders_has_an_end() {
    let server = Server::start(&["--jetstream"]);
    let mut worker = server.worker(&server.assignment());
    let context = jetstream::new(async_nats::connect(&server.url).await.unwrap());
    publish(&context, &slow("deadly")).await;
    taken(&context).await;
    let mut dead = std::collections::BTreeSet::new();
    let told = loop {
        if let Some(told) = result(&context, "deadly").await {
            break told;
        }
        for grader in graders::of(worker.id()) {
            graders::signal(grader, "KILL");
            dead.insert(grader);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let error = told["error"].as_str().unwrap();
    assert!(
        error.contains("grader") && error.contains("hint: "),
        "{error}"
    );
    assert_eq!(told.get("report"), None);
    assert!(dead.len() >= 4, "{dead:?}");

    publish(&context, &job(0).0.to_string()).await;
    let told = loop {
        match result(&context, "job-0").await {
            Some(told) => break told,
            None => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    assert!(told.get("error").is_none(), "{told}");
    terminate(&worker);
    assert_eq!(worker.wait().unwrap().code(), Some(0));
}

async fn publish(context: &jetstream::Context, job: &str) {
    let sent = context
        .publish("class.jobs", job.to_owned().into())
        .await
        .unwrap();
    sent.await.unwrap();
}

/// What a worker says that cannot begin.
#[track_caller]
fn refused(arguments: &[&str], tests: &str, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("test_solution.py"), tests).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_croquant"))
        .arg("grade")
        .arg(folder.path())
        .arg("--serve-queue")
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(expected), "{said}");
    assert!(said.contains("hint: "), "{said}");
    assert!(!said.contains("secret"), "{said}");
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let told = "the queue at `nats://127.0.0.1:1` cannot be used";
    refused(&["nats://user:secret@127.0.0.1:1"], TESTS, told);
}

#[test]
fn a_server_without_streams_is_told() {
    let server = Server::start(&[]);
    refused(&[&server.url], TESTS, "cannot be used");
}

#[test]
fn a_wrong_name_is_told() {
    let told = "`a.b` cannot be the name of a queue";
    refused(&["nats://127.0.0.1:1", "--queue", "a.b"], TESTS, told);
}

/// Before a job is taken: as its result, it would be that job's for ever.
#[test]
fn an_assignment_that_cannot_be_used_is_told() {
    let server = Server::start(&["--jetstream"]);
    refused(&[&server.url], "def test_x(:\n", "test_solution.py");
}
