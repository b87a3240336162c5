//! Where a test runs: a copy of its folder, and the host's side of what happens there.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use croquant_tests::{copy, tree, wait};
use libtest_mimic::Failed;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::spec::Spec;

/// Far longer than any test takes.
const PATIENCE: Duration = Duration::from_secs(120);
/// Variables of the host that the command itself needs, to find its unpacked image.
const KEPT: [&str; 4] = ["PATH", "HOME", "XDG_CACHE_HOME", "CROQUANT_CACHE"];
const REPORT: &str = "report.json";

/// A test's folder, with everything else that it must not touch beside it.
pub(crate) struct Place {
    root: TempDir,
}

/// What came of a run.
pub(crate) struct Run {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) status: ExitStatus,
    pub(crate) report: Option<serde_json::Value>,
    /// The absolute path of the test's folder.
    pub(crate) place: String,
}

impl Place {
    /// Copies the folder and makes what the spec asks for. One level above lies a canary, for escapes to find.
    pub(crate) fn new(folder: &Path, spec: &Spec) -> Result<Self, Failed> {
        let root = TempDir::with_prefix("croquant-spec-")?;
        let place = Self { root };
        fs::write(place.root.path().join("canary.txt"), "alive\n")?;
        copy(folder, &place.folder())?;
        fs::remove_file(place.folder().join("spec.toml"))?;
        for name in &spec.folders {
            fs::create_dir_all(place.folder().join(name))?;
        }
        for (name, target) in &spec.links {
            symlink(target, place.folder().join(name))?;
        }
        Ok(place)
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("place")
    }

    /// Every file below the place and beside it: its content, or where a link points. Folders end in `/`.
    pub(crate) fn tree(&self) -> Result<BTreeMap<String, Vec<u8>>, Failed> {
        Ok(tree(self.root.path())?
            .into_iter()
            .map(|(name, content)| match name.strip_prefix("place/") {
                Some(inside) => (inside.to_owned(), content),
                None => (format!("../{name}"), content),
            })
            .collect())
    }

    /// Runs the command.
    pub(crate) fn run(&self, spec: &Spec) -> Result<Run, Failed> {
        self.run_fed(spec, usize::MAX)
    }

    /// Runs the command with its input in pieces.
    pub(crate) fn run_dripping(&self, spec: &Spec) -> Result<Run, Failed> {
        self.run_fed(spec, 3)
    }

    fn run_fed(&self, spec: &Spec, piece: usize) -> Result<Run, Failed> {
        let place = self.folder().display().to_string();
        let reports = TempDir::with_prefix("croquant-report-")?;
        let report = reports.path().join(REPORT);
        let mut command = if spec.ignores_interrupts {
            let mut shell = Command::new("sh");
            shell.args(["-c", "trap '' INT; exec \"$0\" \"$@\""]);
            shell.arg(env!("CARGO_BIN_EXE_croquant"));
            shell
        } else {
            Command::new(env!("CARGO_BIN_EXE_croquant"))
        };
        command.current_dir(self.folder()).env_clear();
        command.envs(
            KEPT.iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        );
        command.envs(&spec.env);
        for (index, arg) in spec.args.iter().enumerate() {
            command.arg(arg.replace("$PLACE", &place));
            if index == 0 && spec.wants_report() {
                command.arg("--report").arg(&report);
            }
        }
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (stdout, stderr, status) = converse(child, spec, piece)?;
        let report = match spec.wants_report() {
            true => Some(serde_json::from_str(&fs::read_to_string(&report)?)?),
            false => None,
        };
        Ok(Run {
            stdout,
            stderr,
            status,
            report,
            place,
        })
    }
}

/// Feeds the child, interrupts it when it is time, and reads it to its end.
fn converse(
    mut child: Child,
    spec: &Spec,
    piece: usize,
) -> Result<(Vec<u8>, Vec<u8>, ExitStatus), Failed> {
    let mut stdin = child.stdin.take();
    let input = spec.input()?;
    let feeder = std::thread::spawn({
        let mut pipe = stdin.take();
        let keep_open = spec.stdin_open;
        move || {
            // A program that does not read its input is no error here.
            let _ = pipe.as_mut().map(|pipe| feed(pipe, &input, piece));
            if keep_open { pipe } else { None }
        }
    });
    let (seen, news) = mpsc::channel();
    let stdout = child.stdout.take().map(|pipe| reader(pipe, Some(seen)));
    let stderr = child.stderr.take().map(|pipe| reader(pipe, None));
    if let Some(mark) = &spec.interrupt_after {
        let mut text = Vec::new();
        while !contains(&text, mark.as_bytes()) {
            match news.recv_timeout(PATIENCE) {
                Ok(more) => text.extend_from_slice(&more),
                Err(_) => break,
            }
        }
        for index in 0..spec.interrupts {
            // The mark was read while the program was still writing it: first it shall come to what is to be interrupted.
            std::thread::sleep(Duration::from_millis(if index == 0 { 100 } else { 500 }));
            kill(Pid::from_raw(child.id().try_into()?), Signal::SIGINT)?;
        }
    }
    let status = wait(&mut child, PATIENCE)?;
    let read = |thread: Option<std::thread::JoinHandle<Vec<u8>>>| {
        thread
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default()
    };
    let output = (read(stdout), read(stderr), status);
    drop(feeder);
    Ok(output)
}

/// Writes the input, with a pause after each piece but the last.
fn feed(pipe: &mut impl Write, input: &[u8], piece: usize) -> std::io::Result<()> {
    for (index, part) in input.chunks(piece).enumerate() {
        if index > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        pipe.write_all(part)?;
    }
    Ok(())
}

fn reader(
    mut pipe: impl Read + Send + 'static,
    news: Option<mpsc::Sender<Vec<u8>>>,
) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut all = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(n @ 1..) = pipe.read(&mut buffer) {
            all.extend_from_slice(&buffer[..n]);
            if let Some(news) = &news {
                let _ = news.send(buffer[..n].to_vec());
            }
        }
        all
    })
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len().max(1)).any(|window| window == part)
}
