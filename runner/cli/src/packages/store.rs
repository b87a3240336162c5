//! The store: `packages` in the cache folder. `requests/KEY` names the answer to a request, `sites/NAME` holds one set of packages.
//! Both appear by a rename when they are whole, so that no run ever sees half of one, and any number of runs may work at once.

use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::exit::{Exit, Failure};
use crate::script::reason;

/// Where a set is made, in its staging folder.
const WHOLE: &str = "whole";
/// What the guest sees of a set.
const PACKAGES: &str = "packages";
const STAGING: &str = "staging-";
/// How old a staging folder is that nobody works in any more: a run that was killed left it.
const ABANDONED: Duration = Duration::from_secs(86_400);

/// The store of this user.
pub(crate) struct Store {
    root: PathBuf,
}

/// The folder in which a set is being made. It goes away with this value.
pub(crate) fn whole(staging: &Path) -> PathBuf {
    staging.join(WHOLE)
}

/// Where the packages of a set that is being made belong.
pub(crate) fn packages(staging: &Path) -> PathBuf {
    whole(staging).join(PACKAGES)
}

impl Store {
    /// Opens it, making what is missing.
    ///
    /// # Errors
    /// There is no place for it.
    pub(crate) fn open() -> Result<Self, Failure> {
        let root = croquant_guest::cache().ok_or_else(|| {
            Failure::new(
                Exit::Failed,
                "there is no folder to keep packages in",
                "set `CROQUANT_CACHE` to a folder that can be written",
            )
        })?;
        Self::open_in(&root.join(PACKAGES)).map_err(|error| cannot_write(&error))
    }

    fn open_in(root: &Path) -> io::Result<Self> {
        for folder in ["requests", "sites"] {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(root.join(folder))?;
        }
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// The packages that answer the request `key`, if an earlier run put them here.
    pub(crate) fn find(&self, key: &str) -> Option<PathBuf> {
        let name = fs::read_to_string(self.request(key)).ok()?;
        let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        named
            .then(|| self.packages(&name))
            .filter(|path| path.is_dir())
    }

    /// A folder of this run's own. Those that killed runs left are removed.
    ///
    /// # Errors
    /// The store cannot be written.
    pub(crate) fn stage(&self) -> Result<TempDir, Failure> {
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            let ours = entry.file_name().to_string_lossy().starts_with(STAGING);
            let age = entry.metadata().and_then(|metadata| metadata.modified());
            let age = age.ok().and_then(|time| time.elapsed().ok());
            if ours && age.is_some_and(|age| age > ABANDONED) {
                // Another run may be removing it as well.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        tempfile::Builder::new()
            .prefix(STAGING)
            .tempdir_in(&self.root)
            .map_err(|error| cannot_write(&error))
    }

    /// The set `name`, if it is here: now the answer to `key`, too.
    ///
    /// # Errors
    /// The store cannot be written.
    pub(crate) fn keep(&self, key: &str, name: &str) -> Result<Option<PathBuf>, Failure> {
        let packages = self.packages(name);
        if !packages.is_dir() {
            return Ok(None);
        }
        self.answer(key, name)
            .map_err(|error| cannot_write(&error))?;
        Ok(Some(packages))
    }

    /// Puts the set made in `staging` here, as the answer to `key`.
    ///
    /// # Errors
    /// The store cannot be written.
    pub(crate) fn put(&self, staging: TempDir, key: &str, name: &str) -> Result<PathBuf, Failure> {
        let put = || -> io::Result<()> {
            let whole = whole(staging.path());
            // The name must not reach the disk before the content.
            nix::unistd::syncfs(fs::File::open(&whole)?)?;
            let site = self.root.join("sites").join(name);
            if !self.packages(name).is_dir() && site.exists() {
                // Somebody removed a part of it; what is left goes away with the staging folder.
                fs::rename(&site, staging.path().join("damaged"))?;
            }
            match fs::rename(&whole, &site) {
                // Another run was faster, with the same wheels.
                Err(_) if self.packages(name).is_dir() => {}
                other => other?,
            }
            self.answer(key, name)
        };
        put().map_err(|error| cannot_write(&error))?;
        Ok(self.packages(name))
    }

    fn answer(&self, key: &str, name: &str) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.root)?;
        file.write_all(name.as_bytes())?;
        file.persist(self.request(key))?;
        Ok(())
    }

    fn request(&self, key: &str) -> PathBuf {
        self.root.join("requests").join(key)
    }

    fn packages(&self, name: &str) -> PathBuf {
        self.root.join("sites").join(name).join(PACKAGES)
    }
}

fn cannot_write(error: &io::Error) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("the packages cannot be kept: {}", reason(error)),
        "set `CROQUANT_CACHE` to a folder that can be written and has room",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open_in(folder.path()).expect("a store");
        (folder, store)
    }

    fn put(store: &Store, key: &str, name: &str, content: &str) -> PathBuf {
        let staging = store.stage().expect("a folder");
        fs::create_dir_all(packages(staging.path())).expect("a folder");
        fs::write(packages(staging.path()).join("a.py"), content).expect("a file");
        store.put(staging, key, name).expect("room")
    }

    #[test]
    fn what_was_put_is_found() {
        let (_folder, store) = store();
        assert_eq!(store.find("k"), None);
        let site = put(&store, "k", "ab", "first");
        assert_eq!(store.find("k"), Some(site.clone()));
        assert_eq!(store.keep("other", "ab").ok().flatten(), Some(site.clone()));
        assert_eq!(store.find("other"), Some(site));
        assert_eq!(store.keep("k", "cd").ok().flatten(), None);
    }

    #[test]
    fn the_first_of_two_stays() {
        let (_folder, store) = store();
        put(&store, "k", "ab", "first");
        let site = put(&store, "k", "ab", "second");
        assert_eq!(
            fs::read_to_string(site.join("a.py")).expect("a file"),
            "first"
        );
    }

    #[test]
    fn nothing_stays_of_a_run_that_gave_up() {
        let (folder, store) = store();
        let staging = store.stage().expect("a folder");
        fs::create_dir_all(packages(staging.path())).expect("a folder");
        drop(staging);
        let names = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(names, 2);
    }

    #[test]
    fn an_answer_without_its_packages_is_none() {
        let (_folder, store) = store();
        let site = put(&store, "k", "ab", "first");
        fs::remove_dir_all(&site).expect("a folder");
        assert_eq!(store.find("k"), None);
        fs::write(site.with_file_name("left"), "").expect("a file");
        assert_eq!(put(&store, "k", "ab", "second"), site);
        assert_eq!(store.find("k"), Some(site));
        fs::write(store.request("k"), "../../etc").expect("a file");
        assert_eq!(store.find("k"), None);
    }
}
