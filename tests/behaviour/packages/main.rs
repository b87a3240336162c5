//! Packages, through uv: resolved, refused, installed, kept and imported. The wheels are made by the tests, but for `real_packages_run`, which
//! takes real ones from the package index.

mod imports;
mod refusals;
mod requests;
mod store;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// What the tests share: uv, a folder of wheels, and a cache of their own with the image unpacked in it.
struct Stage {
    uv: PathBuf,
    root: TempDir,
}

impl Stage {
    fn get() -> &'static Self {
        static STAGE: OnceLock<Stage> = OnceLock::new();
        STAGE.get_or_init(|| {
            let stage = Self {
                uv: uv(),
                root: TempDir::with_prefix("croquant-packages-").expect("a folder"),
            };
            std::fs::create_dir(stage.links()).expect("a folder");
            let source =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/behaviour/wheels.py");
            let mount = format!("{}:/home/user:rw", stage.links().display());
            let script = std::fs::read_to_string(source).expect("a script");
            let output = stage
                .croquant(&["run", "--dir", &mount, "-c", &script])
                .output();
            assert_eq!(text(&output.expect("croquant runs").stderr), "");
            stage
        })
    }

    fn links(&self) -> PathBuf {
        self.root.path().join("links")
    }

    fn cache(&self) -> PathBuf {
        self.root.path().join("cache")
    }

    fn croquant(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_croquant"));
        command
            .args(args)
            .current_dir(self.root.path())
            .env("CROQUANT_CACHE", self.cache())
            .env("CROQUANT_UV", &self.uv)
            .env("UV_CACHE_DIR", self.root.path().join("uv"))
            .stdin(Stdio::null());
        command
    }

    /// `croquant run` with the wheels of the folder, and no network.
    fn run(&self, args: &[&str]) -> Command {
        self.croquant(&[&["run", "--offline", "--find-links", "links"], args].concat())
    }
}

/// The uv that the repository pins.
fn uv() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci/uv");
    let output = Command::new(script)
        .stderr(Stdio::inherit())
        .output()
        .expect("`.ci/uv` runs");
    assert!(output.status.success(), "`.ci/uv` gave no uv");
    PathBuf::from(text(&output.stdout).trim_end())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn check(mut command: Command, stdout: &str) {
    let output = command.output().expect("croquant runs");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(text(&output.stdout), stdout);
    assert_eq!(output.status.code(), Some(0));
}

/// It fails with this, and the program has not begun.
#[track_caller]
fn check_refused(args: &[&str], stderr: &str) {
    let mut args = args.to_vec();
    args.extend(["-c", "print('it ran')"]);
    let output = Stage::get().run(&args).output().expect("croquant runs");
    assert_eq!(text(&output.stderr), stderr);
    assert_eq!(text(&output.stdout), "");
    assert_eq!(output.status.code(), Some(125));
}
