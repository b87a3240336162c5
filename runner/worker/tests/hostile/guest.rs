//! A guest that has broken out: where a request names an attempt, the worker's own process makes it, on the thread that would have run the
//! guest.

use std::io;

use croquant_sandbox::{Called, Cell, Error, Session};

use crate::attempt::Attempt;
use crate::scene::Outside;
use crate::wire::Call;

/// Makes the attempt. The reply is empty if it succeeded.
pub(crate) async fn run(session: &mut Session, call: &Call) -> Result<Called, Error> {
    let Call::Request(words) = call else {
        return Err(host("nothing but attempts is asked for"));
    };
    let made = make(words);
    let report = session.execute(&Cell::new("pass")).await?;
    Ok(Called {
        report,
        reply: Some(
            made.err()
                .map_or_else(String::new, |error| error.to_string()),
        ),
    })
}

fn make(words: &str) -> io::Result<()> {
    let (attempt, outside) = words.split_once(' ').expect("an attempt and its scene");
    let attempt: Attempt = attempt.parse().expect("an attempt");
    let outside = Outside::from_words(outside).expect("a scene");
    attempt.make(&outside, None)
}

fn host(reason: &str) -> Error {
    Error::Host {
        reason: reason.to_owned(),
    }
}
