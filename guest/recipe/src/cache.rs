//! The cache: one folder a stage and key. A folder that has its final name is complete.

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::Log;
use crate::fingerprint::{self, IMAGE};
use crate::progress::Progress;

/// How long outputs of other states of the repository are kept: switching between branches should not build again.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// Where stages put their output, for one state of the repository.
pub(crate) struct Cache {
    root: PathBuf,
    repository: PathBuf,
    keys: BTreeMap<&'static str, String>,
}

impl Cache {
    /// The cache at `root` for what the repository has now.
    pub(crate) fn new(root: PathBuf, repository: PathBuf) -> Result<Cache> {
        let keys = fingerprint::keys(&repository, ARCH)?;
        Ok(Cache {
            root,
            repository,
            keys,
        })
    }

    /// A file or folder of the repository.
    pub(crate) fn repository(&self, path: &str) -> PathBuf {
        self.repository.join(path)
    }

    /// A folder at the cache's top: `sources`, `images`, `logs`.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The image's name.
    pub(crate) fn key(&self, stage: &str) -> &str {
        &self.keys[stage]
    }

    /// Where the output of `stage` is, or will be.
    pub(crate) fn output(&self, stage: &str) -> PathBuf {
        if stage == IMAGE {
            return self.root.join("images").join(&self.keys[stage]);
        }
        self.root
            .join("build")
            .join(format!("{stage}-{}", self.keys[stage]))
    }

    /// Whether `stage` is built.
    pub(crate) fn has(&self, stage: &str) -> bool {
        self.output(stage).is_dir()
    }

    /// Keeps other builds out of this cache until the file is dropped.
    pub(crate) fn lock(&self) -> Result<File> {
        fs::create_dir_all(&self.root)
            .with_context(|| format!("cannot make `{}`", self.root.display()))?;
        let lock = File::create(self.root.join("lock"))?;
        if lock.try_lock().is_err() {
            eprintln!("waiting for another build in `{}`", self.root.display());
            lock.lock()?;
        }
        Ok(lock)
    }

    /// Builds `stage` with `make`, which fills an empty folder, unless its output is there. What an interrupted build left is
    /// deleted first, and nothing gets its final name before it is complete.
    pub(crate) fn build(
        &self,
        stage: &str,
        what: &str,
        make: impl FnOnce(&Path, &Log) -> Result<()>,
    ) -> Result<()> {
        let output = self.output(stage);
        if output.is_dir() {
            return Ok(());
        }
        let parent = output.parent().expect("lies in the cache");
        let partial = parent.join(format!(".partial-{stage}-{}", self.keys[stage]));
        if partial.exists() {
            fs::remove_dir_all(&partial)?;
        }
        fs::create_dir_all(&partial)?;
        let log = Log::create(
            self.root
                .join("logs")
                .join(format!("{stage}-{}.log", self.keys[stage])),
        )?;
        let progress = Progress::start(stage, what);
        make(&partial, &log).with_context(|| format!("cannot build `{stage}` ({what})"))?;
        // The image's own inputs are part of this program, so they cannot change while it runs.
        let changed = fingerprint::keys(&self.repository, ARCH)?[stage] != self.keys[stage];
        if changed && stage != IMAGE {
            fs::remove_dir_all(&partial)?;
            bail!("the sources of `{stage}` changed while it was built\nhint: run this again");
        }
        fs::rename(&partial, &output)?;
        progress.done();
        Ok(())
    }

    /// Deletes outputs that are not this state's and are older than `KEPT`.
    pub(crate) fn prune(&self) -> Result<()> {
        for folder in ["build", "images"] {
            for entry in fs::read_dir(self.root.join(folder))? {
                let entry = entry?;
                let old = entry.metadata()?.modified()?.elapsed().unwrap_or_default() > KEPT;
                let name = entry.file_name().to_string_lossy().into_owned();
                if old && !self.keys.values().any(|key| name.ends_with(key)) {
                    fs::remove_dir_all(entry.path())?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty cache for this repository, in a folder that goes away with the test.
    struct Empty(Cache);

    impl Empty {
        fn new(name: &str) -> Empty {
            let folder = format!("croquant-recipe-{}-{name}", std::process::id());
            let root = std::env::temp_dir().join(folder);
            fs::create_dir(&root).unwrap();
            let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            Empty(Cache::new(root, repository.canonicalize().unwrap()).unwrap())
        }
    }

    impl Drop for Empty {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0.root).unwrap();
        }
    }

    #[test]
    fn what_an_interrupted_build_left_is_not_used() {
        let Empty(cache) = &Empty::new("interrupted");
        let partial = cache
            .root
            .join("build")
            .join(format!(".partial-link-{}", cache.key("link")));
        fs::create_dir_all(&partial).unwrap();
        fs::write(partial.join("half"), "").unwrap();
        let make = |out: &Path, _: &Log| Ok(fs::write(out.join("whole"), "")?);
        cache.build("link", "a test", make).unwrap();
        assert!(cache.output("link").join("whole").exists());
        assert!(!cache.output("link").join("half").exists());
        assert!(!partial.exists());
    }

    #[test]
    fn a_failure_completes_nothing_and_shows_the_end_of_the_log() {
        let Empty(cache) = &Empty::new("failure");
        let fail = |_: &Path, log: &Log| {
            log.run(std::process::Command::new("sh").args(["-c", "echo the last word; exit 3"]))
        };
        let error = cache.build("link", "a test", fail).unwrap_err();
        assert!(format!("{error:#}").contains("the last word"), "{error:#}");
        assert!(!cache.has("link"));
    }

    #[test]
    fn a_stage_is_made_once() {
        let Empty(cache) = &Empty::new("once");
        cache.build("link", "a test", |_, _| Ok(())).unwrap();
        cache
            .build("link", "a test", |_, _| panic!("made again"))
            .unwrap();
    }
}
