//! Jobs from a queue: NATS JetStream, where many workers on many machines take from one stream.
//!
//! For a queue called `NAME` (see `runner/grade/CI.md`): a job is a message to `NAME.jobs`, and its result one to `NAME.results.ID`, in the streams
//! `NAME-jobs` (a work queue) and `NAME-results`, which are made where they are missing. A job is taken away only when its result is in the second
//! stream, so a worker that dies loses none; and a subject takes one result, so that a job which was done twice counts once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::{AckKind, Acker, PublishMessage};
use async_nats::jetstream::{self, Context, stream};
use base64::Engine as _;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, watch};

use crate::crew::{Crew, CrewError, Desk, Packed, Task};
use crate::submission::{Content, Handed};
use crate::verdict::Verdict;

/// How long a worker may say nothing before its job is given to another. It says that it works on three times as often.
const ACK_WAIT: Duration = Duration::from_secs(30);

/// How often a job is tried before its result is that it cannot be graded.
const DELIVERIES: i64 = 4;

/// How long a job rests that graders died over, so that another worker may take it.
const REST: Duration = Duration::from_secs(1);

/// How long one question for a job stands. Whoever asks again finds out that the server is gone.
const QUESTION: Duration = Duration::from_secs(20);

/// How long the queue's server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A queue, and who reports to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The server's address: `nats://HOST:4222`, or `tls://…`; with `USER:PASSWORD@` where it asks for them.
    pub url: String,
    /// What its subjects and streams begin with: letters, digits, `-` and `_`.
    pub name: String,
}

/// A job, as JSON in a message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Job {
    /// Its identity: letters, digits, `-` and `_`. Jobs of one id are one job.
    id: String,
    /// What the submission is called in its report; the id, if it is not said.
    label: Option<String>,
    /// The submission's files by their paths: text, or `{"base64": …}`.
    files: Option<BTreeMap<String, Text>>,
    /// Or a zip archive, in base 64.
    zip: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    Bytes { base64: String },
}

/// A result, as JSON in a message.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    id: &'a str,
    /// The report, as `--report json` writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Box<serde_json::value::RawValue>>,
    /// Or why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Why a worker ends.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// The queue's name cannot be part of a subject.
    #[error("`{0}` cannot be the name of a queue\nhint: use letters, digits, `-` and `_`")]
    Name(String),
    /// The server cannot be reached, or refuses.
    #[error(
        "the queue at `{url}` cannot be used: {reason}\nhint: see that the server runs, with JetStream (`nats-server --jetstream`), and that the address is right"
    )]
    Server {
        /// Its address, without a password.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// Graders cannot be had.
    #[error(transparent)]
    Crew(#[from] CrewError),
}

impl Queue {
    /// Has `crew` do jobs, each grader one at a time, until `stop` says so; those that are being done come to their end. `render` makes a verdict's
    /// report, as JSON; `ready` is called when the queue is open.
    ///
    /// # Errors
    /// [`QueueError`], before the first job. What is wrong with a job goes back as its result.
    pub async fn serve(
        &self,
        task: &Task,
        crew: Crew,
        render: impl Fn(&Verdict) -> String + Send + Sync + 'static,
        ready: impl FnOnce(),
        mut stop: watch::Receiver<bool>,
    ) -> Result<(), QueueError> {
        if !is_name(&self.name) {
            return Err(QueueError::Name(self.name.clone()));
        }
        let (client, context, consumer) = self.open().await?;
        let render = Arc::new(render);
        let mut desks = crew.sit(task);
        let places = Arc::new(tokio::sync::Semaphore::new(desks.len()));
        // An assignment that cannot be used is told now: as the result of each job it would use them all up.
        if let Some(desk) = desks.first_mut() {
            desk.open()?;
        }
        let desks = Arc::new(Mutex::new(desks));
        ready();
        let mut working = tokio::task::JoinSet::new();
        loop {
            // A place first, and then one job: one that is taken and waits here would count as being worked on, and go to another.
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                break;
            };
            let message = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                message = take(&consumer) => message,
            };
            let message = match message {
                Ok(Some(message)) => message,
                Ok(None) => continue,
                Err(error) => {
                    // The client connects again by itself.
                    tracing::warn!(error, "the queue does not answer");
                    tokio::time::sleep(REST).await;
                    continue;
                }
            };
            let post = Post {
                client: client.clone(),
                context: context.clone(),
                name: self.name.clone(),
            };
            let (desks, render) = (Arc::clone(&desks), Arc::clone(&render));
            working.spawn(async move {
                let mut desk = desks.lock().await.pop();
                post.work(message, &mut desk, &*render).await;
                desks.lock().await.extend(desk);
                drop(place);
            });
            while working.try_join_next().is_some() {}
        }
        while working.join_next().await.is_some() {}
        Ok(())
    }

    /// Connects, and makes what is missing.
    async fn open(&self) -> Result<(Client, Context, PullConsumer), QueueError> {
        let client = async_nats::ConnectOptions::new()
            .name("croquant grade")
            .connection_timeout(PATIENCE)
            .connect(&self.url)
            .await
            .map_err(|error| self.failed(error))?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(PATIENCE);
        let name = &self.name;
        let jobs = context
            .get_or_create_stream(stream::Config {
                name: format!("{name}-jobs"),
                subjects: vec![format!("{name}.jobs")],
                retention: stream::RetentionPolicy::WorkQueue,
                ..stream::Config::default()
            })
            .await
            .map_err(|error| self.failed(error))?;
        context
            .get_or_create_stream(stream::Config {
                name: format!("{name}-results"),
                subjects: vec![format!("{name}.results.*")],
                ..stream::Config::default()
            })
            .await
            .map_err(|error| self.failed(error))?;
        let consumer = jobs
            .get_or_create_consumer(
                "graders",
                pull::Config {
                    durable_name: Some("graders".to_owned()),
                    ack_policy: AckPolicy::Explicit,
                    ack_wait: ACK_WAIT,
                    ..pull::Config::default()
                },
            )
            .await
            .map_err(|error| self.failed(error))?;
        Ok((client, context, consumer))
    }

    fn failed(&self, error: impl std::fmt::Display) -> QueueError {
        let url = match self.url.rsplit_once('@') {
            Some((_, host)) => format!("nats://{host}"),
            None => self.url.clone(),
        };
        QueueError::Server {
            url,
            reason: error.to_string(),
        }
    }
}

/// The next job, if there is one before long.
async fn take(consumer: &PullConsumer) -> Result<Option<jetstream::Message>, String> {
    let asked = consumer.fetch().max_messages(1).expires(QUESTION);
    let mut messages = asked.messages().await.map_err(|error| error.to_string())?;
    let message = messages.next().await.transpose();
    message.map_err(|error| error.to_string())
}

/// Where results go.
struct Post {
    client: Client,
    context: Context,
    name: String,
}

impl Post {
    /// One job, to its end: graded, its result posted, and only then taken from the queue. Whatever fails on the way leaves it there.
    async fn work(
        &self,
        message: jetstream::Message,
        desk: &mut Option<Desk>,
        render: &(dyn Fn(&Verdict) -> String + Send + Sync),
    ) {
        let deliveries = message.info().map_or(1, |info| info.delivered);
        let (message, acker) = message.split();
        let (id, handed) = match read(&message.payload) {
            Ok(read) => read,
            Err((id, error)) => {
                tracing::warn!(%error, "a job that is none");
                if let Some(id) = id {
                    self.post(&Answer {
                        id: &id,
                        report: None,
                        error: Some(error),
                    })
                    .await;
                }
                return done(&acker).await;
            }
        };
        let graded = if deliveries > DELIVERIES {
            Err(format!(
                "it was given to {DELIVERIES} workers, and none came to its end"
            ))
        } else {
            let grading = tokio::task::spawn_blocking({
                let desk = desk.take();
                move || grade(desk, &handed)
            });
            let (used, graded) = meanwhile(grading, &acker).await;
            *desk = used;
            match graded {
                // Another worker, with more memory perhaps, may do better.
                Err(error @ (CrewError::Died(_) | CrewError::Start(_)))
                    if deliveries < DELIVERIES =>
                {
                    tracing::warn!(%error, id, "a job goes back to the queue");
                    // If that is not heard, the job goes to another worker later.
                    let _ = acker.ack_with(AckKind::Nak(Some(REST))).await;
                    return;
                }
                graded => graded.map_err(|error| error.to_string()),
            }
        };
        let report = graded.and_then(|verdict| {
            serde_json::value::RawValue::from_string(render(&verdict))
                .map_err(|error| error.to_string())
        });
        let (report, error) = match report {
            Ok(report) => (Some(report), None),
            Err(error) => (None, Some(error)),
        };
        if self
            .post(&Answer {
                id: &id,
                report,
                error,
            })
            .await
        {
            done(&acker).await;
        }
    }

    /// Whether the result is in its stream: this one, or one that came before.
    async fn post(&self, answer: &Answer<'_>) -> bool {
        let Ok(payload) = serde_json::to_vec(answer) else {
            return false;
        };
        let subject = format!("{}.results.{}", self.name, answer.id);
        // Room for the headers.
        let most = self.client.server_info().max_payload.saturating_sub(1024);
        if payload.len() > most && answer.report.is_some() {
            let error = format!(
                "the report has {} bytes, and the queue takes {most}\nhint: raise the server's `max_payload`",
                payload.len()
            );
            let (id, report, error) = (answer.id, None, Some(error));
            return Box::pin(self.post(&Answer { id, report, error })).await;
        }
        let message = PublishMessage::build()
            .payload(payload.into())
            // The first on its subject, or none. No identity beside it: with one, a result that was removed so that its job is done again would
            // count as there for a while, and the new one be lost.
            .expected_last_subject_sequence(0);
        let sent = match self.context.send_publish(subject, message).await {
            Ok(sent) => sent.await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(_) => true,
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => true,
            Err(error) => {
                tracing::warn!(%error, id = answer.id, "a result cannot be posted: its job will be done again");
                false
            }
        }
    }
}

/// What a desk made of a job, and the desk.
type Done = (Option<Desk>, Result<Verdict, CrewError>);

/// Grades, on a thread that may wait.
fn grade(desk: Option<Desk>, handed: &Handed) -> Done {
    let Some(mut desk) = desk else {
        let error = std::io::Error::other("its desk is lost");
        return (None, Err(CrewError::Start(error)));
    };
    let graded =
        Packed::new(handed).and_then(|packed| desk.grade(&packed, &mut |_, _| {}, &mut || None));
    (Some(desk), graded)
}

/// Waits for the grading, and tells the queue meanwhile that it goes on.
async fn meanwhile(mut grading: tokio::task::JoinHandle<Done>, acker: &Acker) -> Done {
    loop {
        tokio::select! {
            graded = &mut grading => {
                return graded.unwrap_or_else(|error| (None, Err(CrewError::Start(error.into()))));
            }
            () = tokio::time::sleep(ACK_WAIT / 3) => {
                // A server that does not hear it gives the job to another worker, too: the first result counts.
                let _ = acker.ack_with(AckKind::Progress).await;
            }
        }
    }
}

async fn done(acker: &Acker) {
    if let Err(error) = acker.double_ack().await {
        tracing::warn!(%error, "a job is done and still in the queue: it will be done again, and counts once");
    }
}

/// The job in a message: its id, and what was handed in. Of one that cannot be used, the id if there is one, and why.
fn read(payload: &[u8]) -> Result<(String, Handed), (Option<String>, String)> {
    let job: Job = serde_json::from_slice(payload).map_err(|error| {
        // Whoever waits for this id hears of it.
        let any: Option<serde_json::Value> = serde_json::from_slice(payload).ok();
        let id = any.and_then(|any| any.get("id")?.as_str().map(str::to_owned));
        let error = format!("the job is not as it should be: {error}");
        (id.filter(|id| is_name(id)), error)
    })?;
    if !is_name(&job.id) {
        return Err((None, format!("`{}` cannot be the id of a job", job.id)));
    }
    let content = match (job.files, job.zip) {
        (Some(files), None) => files
            .into_iter()
            .map(|(path, text)| Ok((path, text.bytes()?)))
            .collect::<Result<_, String>>()
            .map(Content::Files),
        (None, Some(zip)) => decode(&zip).map(Content::Zip),
        _ => Err("a job has either `files` or `zip`".to_owned()),
    };
    match content {
        Ok(content) => {
            let label = job.label.unwrap_or_else(|| job.id.clone());
            let notes = Vec::new();
            Ok((
                job.id,
                Handed {
                    label,
                    content,
                    notes,
                },
            ))
        }
        Err(error) => Err((Some(job.id), error)),
    }
}

impl Text {
    fn bytes(self) -> Result<Vec<u8>, String> {
        match self {
            Self::Plain(text) => Ok(text.into_bytes()),
            Self::Bytes { base64 } => decode(&base64),
        }
    }
}

fn decode(text: &str) -> Result<Vec<u8>, String> {
    let decoded = base64::engine::general_purpose::STANDARD.decode(text);
    decoded.map_err(|error| format!("a file is not base 64: {error}"))
}

/// Whether it can be a part of a subject.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=64).contains(&name.len()) && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_read_strictly() {
        let (id, handed) =
            read(br#"{"id": "a-1", "files": {"a.py": "x = 1", "b": {"base64": "AAE="}}}"#).unwrap();
        let files = vec![
            ("a.py".to_owned(), b"x = 1".to_vec()),
            ("b".to_owned(), vec![0, 1]),
        ];
        assert_eq!((id.as_str(), handed.label.as_str()), ("a-1", "a-1"));
        assert_eq!(handed.content, Content::Files(files));
        let known = |job: &[u8]| read(job).unwrap_err().0;
        assert_eq!(known(b"{}"), None);
        assert_eq!(known(br#"{"id": "a.*", "files": {}}"#), None);
        assert_eq!(known(br#"{"id": "a.*", "fils": {}}"#), None);
        assert_eq!(known(br#"{"id": "a", "fils": {}}"#), Some("a".to_owned()));
        assert_eq!(known(br#"{"id": "a"}"#), Some("a".to_owned()));
        assert_eq!(known(br#"{"id": "a", "zip": "-"}"#), Some("a".to_owned()));
    }
}
