//! The store in which a server's sessions sleep: where it is, and opening it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use croquant_sandbox::SnapshotKey;
use croquant_store::{Store, StoreConfig};
use sha2::{Digest as _, Sha256};

use crate::exit::{Exit, Failure, say};
use crate::plan::StorePlan;
use crate::state;

/// The file in the store's folder.
const FILE: &str = "sessions.db";

/// Where a server's sessions sleep.
pub(crate) struct Sessions {
    /// The folder of the store, if there is one: the only one that the server writes into.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) store: Option<Arc<Store>>,
    /// What seals the sessions.
    pub(crate) key: SnapshotKey,
}

impl Sessions {
    /// Opens the store for the sessions of `pages`, and makes it where it is missing. Without one that was asked for by name, the server does
    /// not start; without the usual one it does, and says so.
    ///
    /// # Errors
    /// The folder that was named cannot be used, or what lies there is no store of ours.
    pub(crate) fn open(plan: &StorePlan, pages: Option<&Path>) -> Result<Self, Failure> {
        match plan {
            StorePlan::None => Self::in_memory(),
            StorePlan::Usual if pages.is_some_and(|pages| !pages.is_dir()) => Self::in_memory(),
            StorePlan::In(folder) => Self::in_folder(folder),
            StorePlan::Usual => match usual(pages).and_then(|folder| Self::in_folder(&folder)) {
                Ok(sessions) => Ok(sessions),
                Err(failure) => {
                    say(
                        "note",
                        &format!(
                            "sessions end with the server: {} (`--store FOLDER` chooses another place, `--no-store` does without)",
                            failure.message
                        ),
                    );
                    Self::in_memory()
                }
            },
        }
    }

    fn in_memory() -> Result<Self, Failure> {
        Ok(Self {
            folder: None,
            store: None,
            key: SnapshotKey::random().map_err(Failure::host)?,
        })
    }

    fn in_folder(folder: &Path) -> Result<Self, Failure> {
        let cannot = |reason: String| {
            Failure::new(
                Exit::Failed,
                format!("`{}` cannot hold the sessions: {reason}", folder.display()),
                "name a folder that is yours with `--store`, or leave sessions in memory with `--no-store`",
            )
        };
        state::make_private(folder).map_err(|error| cannot(error.to_string()))?;
        let path = folder.join(FILE);
        let opened = Store::open(&path, &StoreConfig::tutorial()).map_err(Failure::host)?;
        if let Some(aside) = opened.set_aside {
            say(
                "warning",
                &format!(
                    "the sessions that were stored cannot be read ({}): they were put aside as `{}`, and new ones begin",
                    aside.reason,
                    aside.path.display()
                ),
            );
        }
        Ok(Self {
            folder: Some(folder.to_owned()),
            store: Some(Arc::new(opened.store)),
            key: SnapshotKey::new(opened.key),
        })
    }
}

/// The usual folder: one for each folder of pages, as the sessions of one belong to its pages.
fn usual(pages: Option<&Path>) -> Result<PathBuf, Failure> {
    let state = state::folder().map_err(Failure::host)?;
    let name = match pages {
        None => "example".to_owned(),
        Some(pages) => {
            let whole = pages.canonicalize().map_err(Failure::host)?;
            let hash = Sha256::digest(whole.as_os_str().as_encoded_bytes());
            hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
        }
    };
    Ok(state.join("serve").join(name))
}
