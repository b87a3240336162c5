//! What is there to be attacked.

use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::attempt::raw;

/// Things outside, for one attempt.
pub(crate) struct Scene {
    folder: TempDir,
    listener: TcpListener,
    /// Every program started meanwhile has it, unless somebody takes care.
    _inherited: File,
}

/// What the attacker is told of them.
pub(crate) struct Outside {
    /// In it are `secret`, `history`, and the folders `read` and `write`, each with a `file`.
    pub(crate) folder: PathBuf,
    /// Somebody listens there.
    pub(crate) address: SocketAddr,
}

/// What a process has open before its walls rise.
pub(crate) struct Open {
    pub(crate) listener: TcpListener,
    /// Never closed before the process ends.
    _client: TcpStream,
    pub(crate) file: File,
}

impl Scene {
    pub(crate) fn new() -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let path = folder.path();
        for name in ["read", "write"] {
            fs::create_dir(path.join(name))?;
            fs::write(path.join(name).join("file"), name)?;
        }
        fs::write(path.join("secret"), "secret")?;
        fs::write(path.join("history"), "1 + 1\n")?;
        let mut inherited = tempfile::tempfile()?;
        inherited.write_all(b"inherited")?;
        inherited.rewind()?;
        raw::leave_open(&inherited)?;
        Ok(Self {
            folder,
            listener: TcpListener::bind("127.0.0.1:0")?,
            _inherited: inherited,
        })
    }

    /// What the attacker is told, in words.
    pub(crate) fn words(&self) -> Result<String, Failed> {
        let (address, folder) = (self.listener.local_addr()?, self.folder.path());
        Ok(format!("{address} {}", folder.display()))
    }

    /// Whatever an attacker says of itself: this is what it must not have done.
    pub(crate) fn check_unharmed(&self) -> Result<(), Failed> {
        let path = self.folder.path();
        let secret = fs::read_to_string(path.join("secret"))?;
        let read = fs::read_to_string(path.join("read/file"))?;
        if secret != "secret" || read != "read" {
            return Err("a file outside was changed".into());
        }
        Ok(())
    }
}

impl Outside {
    /// Reads what [`Scene::words`] says.
    pub(crate) fn from_words(words: &str) -> Option<Self> {
        let (address, folder) = words.split_once(' ')?;
        Some(Self {
            folder: folder.into(),
            address: address.parse().ok()?,
        })
    }
}

impl Open {
    pub(crate) fn new() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let mut client = TcpStream::connect(listener.local_addr()?)?;
        client.write_all(b"x")?;
        Ok(Self {
            listener,
            _client: client,
            file: tempfile::tempfile()?,
        })
    }
}
