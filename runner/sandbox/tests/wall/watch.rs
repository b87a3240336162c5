//! Watching a session, and ruling on its calls.

use std::sync::{Arc, Mutex};

use croquant_sandbox::{
    Args, CallAnswer, CallPolicy, CallPolicyError, Cell, Errno, Error, Event, HostCall, Observer,
    Outcome, Policy, PolicyError, Reason, Rule, Session, Value,
};

use crate::stage::{Memory, Stage, engine, limits};

/// What an observer saw, and what it decides.
#[derive(Default)]
struct Notes {
    lines: Vec<String>,
    rules: Vec<(HostCall, Rule)>,
}

#[derive(Clone, Default)]
struct Notebook(Arc<Mutex<Notes>>);

impl Notebook {
    fn ruling(call: HostCall, rule: Rule) -> Self {
        let notes = Notes {
            rules: vec![(call, rule)],
            ..Notes::default()
        };
        Self(Arc::new(Mutex::new(notes)))
    }

    fn lines(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().lines)
    }
}

impl Observer for Notebook {
    fn decide(&mut self, call: HostCall, _: &Args) -> Option<Rule> {
        let notes = self.0.lock().unwrap();
        let rule = notes.rules.iter().find(|(known, _)| *known == call);
        rule.map(|(_, rule)| rule.clone())
    }

    fn saw(&mut self, event: &Event<'_>) {
        let show = |args: &Args| {
            let pairs = args.iter().map(|(name, value)| match value {
                Value::Unsigned(number) => format!("{name}={number}"),
                other => format!("{name}={other:?}"),
            });
            pairs.collect::<Vec<_>>().join(",")
        };
        let end = match (event.errno, event.trap) {
            (None, None) => show(event.result),
            (Some(errno), _) => errno.to_string(),
            (None, Some(trap)) => trap.to_owned(),
        };
        let why = event.denial.map_or("", |denial| denial.reason.name());
        let line = format!("{}({}) {end} {why}", event.call, show(event.args));
        self.0.lock().unwrap().lines.push(line.trim().to_owned());
    }
}

async fn watched(policy: &Policy, notebook: &Notebook) -> (Session, Memory) {
    let memory = Memory::default();
    let observer: Box<dyn Observer> = Box::new(notebook.clone());
    let (limits, console) = (limits(), Box::new(memory.clone()));
    let session = Session::start_watched(engine(), policy, &limits, console, Some(observer)).await;
    (session.unwrap(), memory)
}

fn policy(call: HostCall, rule: Rule) -> Policy {
    let calls = CallPolicy {
        calls: [(call, rule)].into(),
        ..CallPolicy::allow()
    };
    Policy {
        calls: Some(calls),
        ..Policy::default()
    }
}

#[tokio::test]
async fn every_call_is_seen_with_its_end() {
    let notebook = Notebook::default();
    let (mut session, memory) = watched(&Policy::default(), &notebook).await;
    session.execute(&Cell::new("ehello")).await.unwrap();
    assert_eq!(memory.stdout(), "hello");
    assert_eq!(notebook.lines(), ["write(fd=1,len=5) bytes=5"]);
    session.execute(&Cell::new("Orfile")).await.unwrap();
    let lines = notebook.lines();
    assert_eq!(
        lines,
        [r#"path_open(fd=3,path=Text("file"),flags=Flags(["read", "follow"])) EBADF"#]
    );
    let (mut session, _) = watched(&Policy::default(), &notebook).await;
    let report = session.execute(&Cell::new("K")).await.unwrap();
    assert!(matches!(report.outcome, Outcome::Trapped(_)));
    let lines = notebook.lines();
    assert_eq!(
        lines,
        [r#"emit(kind=Text("unknown"),len=0) `emit` knows no kind 99"#]
    );
}

#[tokio::test]
async fn watching_costs_no_fuel() {
    let mut alone = Stage::new(&limits()).await;
    let notebook = Notebook::default();
    let (mut session, _) = watched(&Policy::default(), &notebook).await;
    for source in ["ehello", "S", "p", "n", "Orfile"] {
        let fuel = session.execute(&Cell::new(source)).await.unwrap().fuel;
        assert_eq!(alone.execute(source).await.fuel, fuel, "{source}");
    }
    assert!(notebook.lines().len() > 10);
}

#[tokio::test]
async fn an_observer_decides() {
    let denied = Notebook::ruling(HostCall::Sleep, Rule::Deny(Errno::Busy));
    let (mut session, _) = watched(&Policy::default(), &denied).await;
    let report = session.execute(&Cell::new("S")).await.unwrap();
    assert_eq!(
        report.outcome,
        Outcome::Trapped("the guest returned status 10".into())
    );
    assert_eq!(denied.lines(), ["sleep(ns=Signed(1000000)) EBUSY rule"]);
    let answered = Notebook::ruling(HostCall::Sleep, Rule::Answer(CallAnswer::Done));
    // An hour, at once; and an observer's word counts before the policy's.
    let strict = policy(HostCall::Sleep, Rule::Deny(Errno::Busy));
    let (mut session, _) = watched(&strict, &answered).await;
    let report = session.execute(&Cell::new("s")).await.unwrap();
    assert_eq!(
        report.outcome,
        Outcome::Trapped("the guest returned status 9".into())
    );
    // What a call cannot obey is not heeded.
    let wrong = Notebook::ruling(HostCall::Write, Rule::Answer(CallAnswer::Number(7)));
    let (mut session, memory) = watched(&Policy::default(), &wrong).await;
    session.execute(&Cell::new("ehello")).await.unwrap();
    assert_eq!(memory.stdout(), "hello");
}

#[tokio::test]
async fn a_policy_decides() {
    let mut stage = Stage::with(&limits(), &policy(HostCall::Write, Rule::Deny(Errno::Perm))).await;
    assert_eq!(stage.execute("ehello").await.outcome, Outcome::Completed);
    assert_eq!(stage.memory.stdout(), "");
    let lines = Rule::Answer(CallAnswer::Lines(vec!["Ada".into()]));
    let mut stage = Stage::with(&limits(), &policy(HostCall::Input, lines)).await;
    assert_eq!(stage.execute("i").await.outcome, Outcome::Completed);
    assert_eq!(stage.memory.stdout(), "Ada");
    // Past the last line is the end of input.
    assert_eq!(stage.execute("i").await.outcome, Outcome::Raised);
    let stdin = Rule::Answer(CallAnswer::Bytes(b"given".to_vec()));
    let mut stage = Stage::with(&limits(), &policy(HostCall::Read, stdin)).await;
    assert_eq!(stage.execute("r").await.outcome, Outcome::Completed);
    assert_eq!(stage.memory.stdout(), "given");
}

#[tokio::test]
async fn a_policy_that_cannot_be_obeyed_is_refused() {
    let start = |policy: Policy| async move {
        let console = Box::new(Memory::default());
        match Session::start(engine(), &policy, &limits(), console).await {
            Err(Error::Policy(PolicyError::Calls(error))) => error,
            other => panic!("{other:?}"),
        }
    };
    let silent = policy(HostCall::Emit, Rule::Deny(Errno::Perm));
    let expected = CallPolicyError::NotDeniable {
        call: HostCall::Emit,
    };
    assert_eq!(start(silent).await, expected);
    let some = CallPolicy {
        calls: [(HostCall::Write, Rule::Allow)].into(),
        ..CallPolicy::default()
    };
    let partial = Policy {
        calls: Some(some),
        ..Policy::default()
    };
    let error = start(partial).await;
    let CallPolicyError::NotCovered { calls } = error else {
        panic!("{error:?}");
    };
    assert!(calls.contains(&"read".to_owned()) && !calls.contains(&"write".to_owned()));
    assert_eq!(Reason::Rule.name(), "rule");
}
