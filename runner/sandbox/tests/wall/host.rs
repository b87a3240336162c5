//! Host calls: what goes through, and what a hostile guest gets.

use croquant_sandbox::{Answer, Cell, MessageKind, Outcome, Policy};

use crate::stage::{Stage, check, limits};

#[tokio::test]
async fn bad_pointers_are_errors_where_an_error_can_be_said() {
    check(&limits(), "p", Outcome::Completed, true).await;
}

#[tokio::test]
async fn bad_pointers_trap_where_none_can_be_said() {
    check(
        &limits(),
        "P",
        Outcome::Trapped("bad pointer in `emit`".into()),
        false,
    )
    .await;
    check(
        &limits(),
        "K",
        Outcome::Trapped("`emit` knows no kind 99".into()),
        false,
    )
    .await;
    let mut stage = Stage::new(&limits()).await;
    stage
        .memory
        .0
        .lock()
        .unwrap()
        .answers
        .push(Answer::Line("line".into()));
    assert_eq!(
        stage.execute("T").await.outcome,
        Outcome::Trapped("bad pointer in `take`".into())
    );
    stage.has_ended().await;
}

#[tokio::test]
async fn messages_arrive_as_text_whatever_their_bytes() {
    let mut stage = Stage::new(&limits()).await;
    stage.execute(r#"d{"data": {}}"#).await;
    let messages = std::mem::take(&mut stage.memory.0.lock().unwrap().messages);
    assert_eq!(messages.len(), 1);
    assert_eq!(
        (messages[0].kind, messages[0].json.as_str()),
        (MessageKind::DisplayData, r#"{"data": {}}"#)
    );
}

#[tokio::test]
async fn input_asks_and_answers() {
    let mut stage = Stage::new(&limits()).await;
    stage.memory.0.lock().unwrap().answers =
        vec![Answer::Line("Ada".into()), Answer::Line(String::new())];
    assert_eq!(stage.execute("i").await.outcome, Outcome::Completed);
    assert_eq!(stage.execute("i").await.outcome, Outcome::Completed);
    assert_eq!(stage.memory.stdout(), "Ada");
    assert_eq!(stage.memory.0.lock().unwrap().prompts, ["name? ", "name? "]);
}

#[tokio::test]
async fn input_ends_or_is_not_there() {
    let mut stage = Stage::new(&limits()).await;
    stage.memory.0.lock().unwrap().answers = vec![Answer::End];
    // The guest gives back the positive of what it got: 1 for the end.
    assert_eq!(stage.execute("i").await.outcome, Outcome::Raised);
    stage.memory.0.lock().unwrap().answers = vec![Answer::Unsupported];
    assert_eq!(
        stage.execute("i").await.outcome,
        Outcome::Trapped("the guest returned status 58".into())
    );
}

#[tokio::test]
async fn stdin_comes_in_the_pieces_that_the_guest_asks_for() {
    let mut stage = Stage::new(&limits()).await;
    {
        let mut seen = stage.memory.0.lock().unwrap();
        seen.stdin = vec![b"a long piece".to_vec(), b"b".to_vec()];
        seen.closed = true;
    }
    assert_eq!(stage.execute("r").await.outcome, Outcome::Completed);
    assert_eq!(stage.memory.stdout(), "a long pieceb");
}

#[tokio::test]
async fn flags_and_records_reach_the_guest() {
    let policy = Policy {
        args: vec!["prog".into()],
        ..Policy::default()
    };
    let mut stage = Stage::with(&limits(), &policy).await;
    for (cell, flags) in [
        (Cell::new("F"), b'0'),
        (Cell::prompt("F"), b'1'),
        (
            Cell {
                silent: true,
                ..Cell::new("F")
            },
            b'2',
        ),
        (
            Cell {
                store_history: false,
                ..Cell::new("F")
            },
            b'4',
        ),
    ] {
        stage.session.execute(&cell).await.unwrap();
        assert_eq!(stage.memory.0.lock().unwrap().stderr.pop(), Some(flags));
    }
    stage.execute("R").await;
    assert!(
        stage
            .memory
            .stdout()
            .starts_with("\u{1}\u{4}\0\0\0prog\u{3}\n\0\0\0/home/user")
    );
}
