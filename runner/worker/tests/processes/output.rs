//! Output and input over the wire.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use croquant_sandbox::{
    Answer, BoxFuture, Cell, Console, Limits, Message, Outcome, Policy, Recorder, Stream,
};
use croquant_worker::Pool;
use libtest_mimic::{Failed, Trial};

use crate::stage::{only_process, run, session, session_at, status, trial, until};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("output arrives whole and in order", 1, order),
        trial("output does not wait for a call in C", 1, early),
        trial("input is asked and answered", 1, input),
        trial("a question is given up at an interrupt", 1, given_up),
        trial("a reader that never reads costs fixed memory", 1, stuck),
        trial("a flood of messages passes", 1, messages),
        trial("a large message passes", 1, large),
        trial(
            "messages that nobody takes wait, and keep nobody else",
            1,
            displays,
        ),
    ]
}

async fn order(pool: Pool) -> Result<(), Failed> {
    let (mut session, recorder) = session(&pool).await?;
    let source =
        "import sys\nfor n in range(3000): print(n, 'x' * 100)\nprint('end', file=sys.stderr)";
    run(&mut session, source, Outcome::Completed).await?;
    let recording = recorder.take();
    let expected: String = (0..3000)
        .map(|n| format!("{n} {}\n", "x".repeat(100)))
        .collect();
    assert_eq!(recording.stdout_text(), expected);
    assert_eq!(recording.stderr_text(), "end\n");
    Ok(())
}

/// It is put together with what comes after it, but not for long.
async fn early(pool: Pool) -> Result<(), Failed> {
    let (mut session, recorder) = session(&pool).await?;
    run(&mut session, "import sqlite3", Outcome::Completed).await?;
    let search = "instr(zeroblob(30000000), cast(zeroblob(3000000) || x'01' as blob))";
    let source = format!("print('now')\nsqlite3.connect(':memory:').execute(\"select {search}\")");
    let came = until(|| recorder.take().stdout_text() == "now\n");
    tokio::select! {
        biased;
        came = came => came?,
        ended = run(&mut session, &source, Outcome::Deadline) => {
            return Err(format!("the call ended before: {ended:?}").into());
        }
    }
    Ok(())
}

async fn input(pool: Pool) -> Result<(), Failed> {
    let console = Recorder::new().with_answer("Ada").with_stdin("one\ntwo\n");
    let mut session = session_at(&pool, console.clone()).await?;
    let source = "import sys\nprint(input('name? '))\nprint(sys.stdin.readline())";
    session.execute(&Cell::new(source)).await?;
    assert!(console.take().stdout_text().starts_with("Ada\n"));
    Ok(())
}

/// Neither answers nor takes output.
struct Stuck {
    taken: Arc<AtomicU64>,
}

impl Console for Stuck {
    fn write<'a>(&'a mut self, _: Stream, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        self.taken.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Box::pin(pending())
    }

    fn read(&mut self, _: usize) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        Box::pin(pending())
    }

    fn input(&mut self, _: String, _: bool) -> BoxFuture<'_, Answer> {
        self.taken.fetch_add(1, Ordering::Relaxed);
        Box::pin(pending())
    }

    fn emit(&mut self, _: Message) -> BoxFuture<'_, ()> {
        self.taken.fetch_add(1, Ordering::Relaxed);
        Box::pin(pending())
    }
}

async fn given_up(pool: Pool) -> Result<(), Failed> {
    let taken = Arc::new(AtomicU64::new(0));
    let console = Stuck {
        taken: Arc::clone(&taken),
    };
    let mut session = session_at(&pool, console).await?;
    let interrupter = session.interrupter();
    let source = "try:\n    input()\nexcept KeyboardInterrupt:\n    x = 1";
    let pressed = async {
        until(|| taken.load(Ordering::Relaxed) > 0).await?;
        interrupter.interrupt();
        Ok::<(), Failed>(())
    };
    let (report, pressed) = tokio::join!(run(&mut session, source, Outcome::Completed), pressed);
    pressed?;
    report?;
    run(&mut session, "assert x == 1", Outcome::Completed).await?;
    Ok(())
}

async fn stuck(pool: Pool) -> Result<(), Failed> {
    let taken = Arc::new(AtomicU64::new(0));
    let console = Box::new(Stuck {
        taken: Arc::clone(&taken),
    });
    let limits = Limits {
        output_bytes: 1 << 40,
        output_lines: u64::MAX >> 1,
        ..Limits::tutorial()
    };
    let mut session = pool.session(&Policy::default(), &limits, console).await?;
    let process = only_process(&pool)?;
    let resident = |process| status(process, "VmRSS");
    let own = std::process::id();
    let before = (resident(own)?, resident(process)?);
    let interrupter = session.interrupter();
    let watched = async {
        until(|| taken.load(Ordering::Relaxed) > 0).await?;
        // Long enough for gigabytes, were nothing in their way.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let after = (resident(own)?, resident(process)?);
        interrupter.interrupt();
        Ok::<_, Failed>(after)
    };
    let flood = Cell::new("line = 'x' * 1000\nwhile True: print(line)");
    let (report, after) = tokio::join!(session.execute(&flood), watched);
    let after = after?;
    assert_eq!(report?.outcome, Outcome::Interrupted);
    let more = (
        after.0.saturating_sub(before.0),
        after.1.saturating_sub(before.1),
    );
    assert!(more.0 < 8 << 10 && more.1 < 16 << 10, "{more:?} KiB more");
    Ok(())
}

async fn messages(pool: Pool) -> Result<(), Failed> {
    let (mut session, recorder) = session(&pool).await?;
    let source = "for n in range(2000): display(n)";
    run(&mut session, source, Outcome::Completed).await?;
    assert_eq!(recorder.take().messages.len(), 2000);
    Ok(())
}

/// Many times the window, in one message.
async fn large(pool: Pool) -> Result<(), Failed> {
    let source = "for n in range(2): display('x' * 2_000_000)\nprint('end')";
    let limits = Limits {
        output_bytes: 1 << 30,
        ..Limits::tutorial()
    };
    let recorder = Recorder::new();
    let console = Box::new(recorder.clone());
    let mut session = pool.session(&Policy::default(), &limits, console).await?;
    run(&mut session, source, Outcome::Completed).await?;
    let recording = recorder.take();
    assert_eq!(recording.messages.len(), 2);
    assert!(recording.messages[1].json.len() > 2_000_000);
    assert_eq!(recording.stdout_text(), "end\n");
    Ok(())
}

/// The window, and what is given back of it at once.
const MOST_WAITING_BYTES: usize = (256 + 32) << 10;

async fn displays(pool: Pool) -> Result<(), Failed> {
    let taken = Arc::new(AtomicU64::new(0));
    let console = Box::new(Stuck {
        taken: Arc::clone(&taken),
    });
    let limits = Limits {
        output_bytes: 1 << 40,
        output_lines: u64::MAX >> 1,
        ..Limits::tutorial()
    };
    let mut stuck = pool.session(&Policy::default(), &limits, console).await?;
    let (mut other, recorder) = session(&pool).await?;
    let interrupter = stuck.interrupter();
    let waiting = || pool.workers()[0].waiting_bytes;
    let watched = async {
        until(|| taken.load(Ordering::Relaxed) > 0).await?;
        let mut most = 0;
        for n in 0..200 {
            most = most.max(waiting());
            run(&mut other, &format!("print({n})"), Outcome::Completed).await?;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let reads = taken.load(Ordering::Relaxed);
        interrupter.interrupt();
        Ok::<_, Failed>((most, reads))
    };
    let gigabyte = Cell::new("for n in range(10_000): display('x' * 100_000)");
    let (report, most) = tokio::join!(stuck.execute(&gigabyte), watched);
    assert_eq!(report?.outcome, Outcome::Interrupted);
    let (most, reads) = most?;
    // One is with its reader; as many as there is room for are behind it.
    assert!(
        (100_000..=MOST_WAITING_BYTES).contains(&most),
        "{most} bytes"
    );
    assert_eq!(reads, 1);
    let printed: String = (0..200).map(|n| format!("{n}\n")).collect();
    assert_eq!(recorder.take().stdout_text(), printed);
    Ok(())
}
