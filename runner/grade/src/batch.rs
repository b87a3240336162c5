//! Many submissions: graders side by side, results in the order in which submissions were given, and a journal from which a run that was
//! killed goes on.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};

use serde::{Deserialize, Serialize};

use crate::crew::{Crew, Desk, Packed, Task};
use crate::submission::Handed;
use crate::verdict::Verdict;

/// Something to grade, which is read when its turn comes.
pub trait Source: Sync {
    /// What it is called in reports.
    fn label(&self) -> &str;

    /// Reads it.
    ///
    /// # Errors
    /// A message for whoever gave it.
    fn read(&self) -> Result<Handed, String>;
}

/// What came of one submission: a verdict, or why there is none.
pub type Graded = Result<Verdict, String>;

/// What happens during a run.
#[derive(Debug)]
pub enum Step<'a> {
    /// A submission is done; it may have been in the journal already.
    Done {
        /// Its place among the submissions.
        index: usize,
        /// What came of it.
        graded: &'a Graded,
    },
    /// Tests of one are done.
    Progress {
        /// Its place.
        index: usize,
        /// Tests done.
        done: u32,
        /// Tests in all.
        total: u32,
    },
}

/// What has been graded so far, in a file that survives whatever happens to this process: one line of JSON each. A line that was cut off is
/// no line.
#[derive(Debug)]
pub struct Journal {
    file: File,
    known: HashMap<String, Verdict>,
    seed: Option<u64>,
}

#[derive(Serialize)]
struct Line<'a> {
    key: &'a str,
    verdict: &'a Verdict,
}

#[derive(Deserialize)]
struct OwnedLine {
    key: String,
    verdict: Verdict,
}

impl Journal {
    /// Opens the journal at `path`: to go on from, or empty.
    ///
    /// # Errors
    /// Those of the file.
    pub fn open(path: &Path, resume: bool) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        // Two runs would write into each other's lines.
        if file.try_lock().is_err() {
            return Err(io::Error::other("another run is writing it"));
        }
        if !resume {
            file.set_len(0)?;
        }
        let mut known = HashMap::new();
        let mut seed = None;
        let mut whole = 0;
        let mut reader = BufReader::new(&mut file);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            let Ok(OwnedLine { key, verdict }) = serde_json::from_slice(&line) else {
                break;
            };
            if line.last() != Some(&b'\n') {
                break;
            }
            whole += line.len() as u64;
            seed = Some(verdict.seed);
            known.insert(key, verdict);
            line.clear();
        }
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file, known, seed })
    }

    /// The seed of the run to go on from, if it came so far: with another, none of its verdicts would fit.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    fn note(&mut self, key: &str, verdict: &Verdict) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Line { key, verdict })?;
        line.push(b'\n');
        self.file.write_all(&line)
    }
}

/// Grades `sources` with the graders of `crew`. The results are in the order of `sources`, whatever the order in which they came.
///
/// # Errors
/// The journal cannot be written. What is wrong with a submission, or with grading it, is in its place among the results.
pub fn run<S: Source>(
    task: &Task,
    sources: &[S],
    crew: Crew,
    mut journal: Option<&mut Journal>,
    watch: &mut dyn FnMut(Step<'_>),
) -> io::Result<Vec<Graded>> {
    let known = journal
        .as_ref()
        .map(|journal| journal.known.clone())
        .unwrap_or_default();
    let desks = crew.sit(task);
    let pile = Pile {
        task,
        sources,
        known,
        next: AtomicUsize::new(0),
        waiting: Mutex::new(desks.iter().map(|_| None).collect()),
    };
    let (tell, told) = mpsc::channel();
    let mut results: Vec<Option<Graded>> = vec![];
    results.resize_with(sources.len(), || None);
    std::thread::scope(|scope| {
        for (seat, desk) in desks.into_iter().enumerate() {
            let (tell, pile) = (tell.clone(), &pile);
            scope.spawn(move || work(pile, seat, desk, &tell));
        }
        drop(tell);
        for news in told {
            match news {
                News::Progress { index, done, total } => {
                    watch(Step::Progress { index, done, total })
                }
                News::Done { index, key, graded } => {
                    if let (Some(journal), Some(key), Ok(verdict)) = (&mut journal, key, &*graded) {
                        journal.note(&key, verdict)?;
                    }
                    watch(Step::Done {
                        index,
                        graded: &graded,
                    });
                    results[index] = Some(*graded);
                }
            }
        }
        Ok(())
    })
    .map(|()| {
        let missing = || Err("it was not graded".to_owned());
        results
            .into_iter()
            .map(|graded| graded.unwrap_or_else(missing))
            .collect()
    })
}

enum News {
    Progress {
        index: usize,
        done: u32,
        total: u32,
    },
    Done {
        index: usize,
        /// Under which it goes into the journal, unless it was there.
        key: Option<String>,
        graded: Box<Graded>,
    },
}

/// The submissions that nobody has graded yet.
struct Pile<'a, S> {
    task: &'a Task,
    sources: &'a [S],
    known: HashMap<String, Verdict>,
    /// The next one to be read.
    next: AtomicUsize,
    /// What each grader is to begin next, read while it is at work. When there is nothing else, it belongs to whoever comes first.
    waiting: Mutex<Vec<Option<Ready>>>,
}

/// A submission that was read.
struct Ready {
    index: usize,
    kind: Kind,
}

enum Kind {
    /// To be graded: under this key it goes into the journal.
    New(Packed, String),
    /// Known already, or not to be read.
    Graded(Box<Graded>),
}

impl<S: Source> Pile<'_, S> {
    /// The next submission for the grader at `seat`; `None` if there is none.
    fn take(&self, seat: usize) -> Option<Ready> {
        // Bound first: the lock is not held while one is read.
        let own = self.waiting()[seat].take();
        own.or_else(|| self.read())
            .or_else(|| self.waiting().iter_mut().find_map(Option::take))
    }

    /// What the grader at `seat` is to grade when it is done with what it has, unless another comes to it first.
    fn ahead(&self, seat: usize) -> Option<Packed> {
        if self.waiting()[seat].is_none() {
            let read = self.read();
            self.waiting()[seat] = read;
        }
        match &self.waiting()[seat].as_ref()?.kind {
            Kind::New(packed, _) => Some(packed.clone()),
            Kind::Graded(_) => None,
        }
    }

    fn read(&self) -> Option<Ready> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        let source = self.sources.get(index)?;
        let kind = self
            .look(source)
            .unwrap_or_else(|message| Kind::Graded(Box::new(Err(message))));
        Some(Ready { index, kind })
    }

    fn look(&self, source: &S) -> Result<Kind, String> {
        let handed = source.read()?;
        let key = self.task.key(&handed);
        if let Some(verdict) = self.known.get(&key) {
            let mut verdict = verdict.clone();
            source.label().clone_into(&mut verdict.submission);
            return Ok(Kind::Graded(Box::new(Ok(verdict))));
        }
        let packed = Packed::new(&handed).map_err(|error| error.to_string())?;
        Ok(Kind::New(packed, key))
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Option<Ready>>> {
        // It is whole between any two statements, whoever panicked.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One grader's desk: takes the next submission, until there is none or nobody listens.
fn work<S: Source>(pile: &Pile<'_, S>, seat: usize, mut desk: Desk, tell: &mpsc::Sender<News>) {
    while let Some(Ready { index, kind }) = pile.take(seat) {
        let (key, graded) = match kind {
            Kind::Graded(graded) => (None, graded),
            Kind::New(packed, key) => {
                let graded = grade(&mut desk, &packed, index, pile, seat, tell);
                (Some(key), Box::new(graded))
            }
        };
        if tell.send(News::Done { index, key, graded }).is_err() {
            return;
        }
    }
}

fn grade<S: Source>(
    desk: &mut Desk,
    packed: &Packed,
    index: usize,
    pile: &Pile<'_, S>,
    seat: usize,
    tell: &mpsc::Sender<News>,
) -> Graded {
    let mut progress = |done, total| {
        // Nobody listens any more: the next result will tell.
        let _ = tell.send(News::Progress { index, done, total });
    };
    desk.grade(packed, &mut progress, &mut || pile.ahead(seat))
        .map_err(|error| error.to_string())
}
