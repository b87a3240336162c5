//! A reader: runs one cell after the other, comes back whenever the connection is lost, and keeps book.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;

use crate::ledger::{End, Ledger};
use crate::seed::Random;
use crate::wire::{self, Connection, Lost, Message};
use crate::world::World;

/// Between two tries to reach a server that is not there.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) struct Reader {
    number: u64,
    /// What the cookie says.
    token: String,
    kernel: Option<String>,
    random: Random,
    world: World,
    ledger: Ledger,
    /// The last cell that was sent.
    last: u64,
    /// Its cells that were answered.
    done: u64,
    waiting: VecDeque<Waiting>,
    /// A warning may have been lost with an answer.
    missed: bool,
    /// When the last cell was sent that is stored for certain.
    stored: Instant,
    /// How often it was heard that the kernel's session began anew.
    losses: usize,
}

/// A cell that was sent and is not answered.
struct Waiting {
    number: u64,
    /// The request's id.
    id: String,
    printed: String,
    sent: Instant,
    /// There was no room in the store when it was sent.
    was_full: bool,
}

impl Reader {
    pub(crate) fn new(number: u64, mut random: Random, world: World) -> Self {
        let mut token = || format!("{:016x}{:016x}", random.next(), random.next());
        let (secret, token) = (token(), token() + &token());
        Self {
            number,
            token,
            kernel: None,
            random,
            world,
            ledger: Ledger::new(secret),
            last: 0,
            done: 0,
            waiting: VecDeque::new(),
            missed: false,
            stored: Instant::now(),
            losses: 0,
        }
    }

    /// What the server knows of this reader: its cookie's token.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Goes on until the world has had enough; returns the book.
    pub(crate) async fn run(mut self, mut addresses: watch::Receiver<SocketAddr>) -> Ledger {
        loop {
            let address = *addresses.borrow_and_update();
            match self.visit(address).await {
                Ok(()) => return self.ledger,
                Err(Lost) => self.give_up(),
            }
            // Whatever comes first.
            let _ = tokio::time::timeout(PAUSE, addresses.changed()).await;
        }
    }

    /// The connection is lost: nothing more will be heard of what waits.
    fn give_up(&mut self) {
        for waiting in std::mem::take(&mut self.waiting) {
            self.world.counts().unheard.add();
            self.missed = true;
            self.ledger.end(waiting.number, End::Unheard);
        }
    }

    /// Runs cells on this server until it is lost, or until the last one is answered.
    async fn visit(&mut self, address: SocketAddr) -> Result<(), Lost> {
        let kernel = wire::kernel(address, &self.token).await?;
        if self.kernel.as_ref().is_some_and(|before| *before != kernel) {
            self.told_lost("the page has another kernel");
            self.losses = 0;
        }
        self.kernel = Some(kernel.clone());
        let mut connection = Connection::open(address, &self.token, &kernel).await?;
        loop {
            let is_last = self.world.is_calm();
            let done = self.done;
            // One after the other, or some at once.
            let burst = if self.random.once_in(4) { 3 } else { 1 };
            for _ in 0..burst {
                self.send(&mut connection).await?;
            }
            while !self.waiting.is_empty() {
                let message = connection.next().await?;
                self.hear(&message);
            }
            if is_last && self.done > done {
                return Ok(());
            }
            if self.random.once_in(3) {
                let pause = Duration::from_millis(self.random.below(100));
                tokio::time::sleep(pause).await;
            }
            if self.random.once_in(40) {
                // The page is closed, and opened again.
                return Err(Lost);
            }
        }
    }

    async fn send(&mut self, connection: &mut Connection) -> Result<(), Lost> {
        self.last += 1;
        let number = self.number * 1_000_000 + self.last;
        let bytes = match self.random.below(10) {
            0 => self.random.below(200_000),
            _ => self.random.below(4_000),
        };
        let turns = match self.random.below(10) {
            0 => 500_000,
            _ => self.random.below(10_000),
        };
        let code = self.ledger.cell(number, bytes, turns);
        let id = format!("{}-{}", self.token, self.last);
        self.waiting.push_back(Waiting {
            number,
            id: id.clone(),
            printed: String::new(),
            sent: Instant::now(),
            was_full: self.world.is_full(),
        });
        connection.execute(&id, &code).await
    }

    fn hear(&mut self, message: &Message) {
        if !message.parent.is_empty() && !message.parent.starts_with(&self.token) {
            self.ledger
                .violate(&format!("another reader's message: {message:?}"));
        }
        let Some(at) = self
            .waiting
            .iter()
            .position(|waiting| waiting.id == message.parent)
        else {
            return;
        };
        let text = |name: &str| message.content[name].as_str().unwrap_or_default();
        match (message.kind.as_str(), text("name")) {
            ("stream", "stdout") => self.waiting[at].printed.push_str(text("text")),
            ("stream", _) => self.hear_notice(at, text("text")),
            ("execute_reply", _) => {
                let waiting = self.waiting.remove(at).expect("it is there");
                self.answered(waiting, &message.content);
            }
            _ => {}
        }
    }

    fn hear_notice(&mut self, at: usize, notice: &str) {
        if notice.contains("this session cannot be stored") {
            self.world.counts().risks.add();
            self.ledger.told_risk(self.waiting[at].number);
        } else if notice.contains("a new one began") {
            self.losses += 1;
            self.told_lost(notice);
        } else if !notice.contains("the server stops") {
            self.ledger.violate(&format!("said on stderr: {notice:?}"));
        }
    }

    fn told_lost(&mut self, words: &str) {
        let refused = self.said("cannot be stored");
        let warned = refused.iter().any(|when| *when >= self.stored);
        if self.missed && warned || self.world.was_damaged(&self.token) {
            self.ledger.may_be_lost();
        }
        if self.ledger.told_lost(words) {
            self.world.counts().lost.add();
        }
        self.missed = false;
    }

    /// When servers have said this of the kernel.
    fn said(&self, words: &str) -> Vec<Instant> {
        let kernel = self.kernel.as_deref().unwrap_or_default();
        self.world.said(kernel, words)
    }

    /// Whether the session began anew in a cell of which nothing was heard.
    fn missed_loss(&mut self) -> bool {
        let losses = self.said("begins anew").len();
        let is_missed = self.missed && losses > self.losses;
        self.losses = self.losses.max(losses);
        is_missed
    }

    fn answered(&mut self, waiting: Waiting, reply: &Value) {
        let text = |name: &str| reply[name].as_str().unwrap_or_default();
        let end = match (text("status"), text("ename")) {
            ("ok", _) => {
                self.world.counts().done.add();
                self.done += 1;
                if self.missed_loss() {
                    self.told_lost("in a cell that was not heard of");
                }
                if !waiting.was_full && self.world.stores_all() {
                    self.ledger.is_stored(waiting.number);
                    (self.missed, self.stored) = (false, waiting.sent);
                }
                End::Done {
                    count: reply["execution_count"].as_u64().unwrap_or_default(),
                    printed: waiting.printed,
                }
            }
            ("error", "KeyboardInterrupt") => {
                self.world.counts().unheard.add();
                End::Unheard
            }
            ("error", "SessionLost") if text("evalue").contains("variables are lost") => {
                self.told_lost(text("evalue"));
                End::Undone
            }
            ("error", "SessionLost" | "SessionAsleep" | "SandboxError" | "NotRun")
            | ("aborted", _) => {
                self.world.counts().undone.add();
                End::Undone
            }
            _ => {
                self.ledger.violate(&format!(
                    "cell {} was answered with {reply}",
                    waiting.number
                ));
                End::Unheard
            }
        };
        self.ledger.end(waiting.number, end);
    }
}
