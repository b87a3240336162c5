//! What a server is told: plain data, checked once.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use croquant_sandbox::Limits;

/// How to serve. Nothing is unlimited; [`Config::tutorial`] has the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the pages come from.
    pub pages: Pages,
    /// The address that the listener is bound to. Browsers may name it as the server's host.
    pub bind: SocketAddr,
    /// Further host names under which browsers may reach the server, without port. Default: none.
    pub hosts: Vec<String>,
    /// The limits of each session. Default: [`Limits::tutorial`].
    pub limits: Limits,
    /// How many kernels one reader may have at once. Default: 20.
    pub kernels_per_reader: usize,
    /// How many kernels there may be at once; the engine must hold as many sessions. Default: 1,000.
    pub kernels: usize,
    /// How long a kernel that does nothing and has no page open lives, if it is not stored. Default: 30 minutes.
    pub idle: Duration,
    /// How long a session that does nothing stays in memory, if it is stored. Default: 2 minutes.
    pub nap: Duration,
    /// How long a cell may go on when the server stops, before it is interrupted. Default: 2 seconds.
    pub grace: Duration,
}

/// Where the pages come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pages {
    /// The tutorial that ships with Croquant.
    Example,
    /// A folder of pages.
    Folder(PathBuf),
}

impl Config {
    /// A server of tutorials on `bind`, with the defaults.
    pub fn tutorial(pages: Pages, bind: SocketAddr) -> Self {
        Self {
            pages,
            bind,
            hosts: Vec::new(),
            limits: Limits::tutorial(),
            kernels_per_reader: 20,
            kernels: 1_000,
            idle: Duration::from_secs(30 * 60),
            nap: Duration::from_secs(2 * 60),
            grace: Duration::from_secs(2),
        }
    }

    /// Checks what can be checked without touching the machine.
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        for (name, value) in [
            ("kernels_per_reader", self.kernels_per_reader),
            ("kernels", self.kernels),
        ] {
            if value == 0 {
                return Err(ConfigError::Zero { name });
            }
        }
        for host in &self.hosts {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
            if host.is_empty() || !host.chars().all(plain) || host.ends_with(':') {
                return Err(ConfigError::Host { host: host.clone() });
            }
        }
        Ok(())
    }
}

/// A configuration that cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The folder of pages is not there.
    #[error("the folder `{}` does not exist\nhint: check the path, or leave it out to see the example tutorial", path.display())]
    Missing {
        /// The path given.
        path: PathBuf,
    },
    /// The path leads to something else than a folder.
    #[error("`{}` is not a folder\nhint: give the folder that holds the pages", path.display())]
    NotAFolder {
        /// The path given.
        path: PathBuf,
    },
    /// The folder cannot be read.
    #[error("the folder `{}` cannot be read: {source}\nhint: check its permissions", path.display())]
    Unreadable {
        /// The path given.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A number that must not be zero.
    #[error("`{name}` is 0\nhint: at least one kernel must be allowed")]
    Zero {
        /// The field.
        name: &'static str,
    },
    /// Something that is no host name.
    #[error(
        "`{host}` is not a host name\nhint: give a name such as `tutorial.example.org`, without scheme or path"
    )]
    Host {
        /// What was given.
        host: String,
    },
}

#[cfg(test)]
mod tests {
    use super::{Config, Pages};

    #[track_caller]
    fn check(change: impl FnOnce(&mut Config), expected: Option<&str>) {
        let mut config = Config::tutorial(Pages::Example, ([127, 0, 0, 1], 8000).into());
        change(&mut config);
        let error = config.validate().err().map(|error| error.to_string());
        let first = error.as_deref().and_then(|error| error.lines().next());
        assert_eq!(first, expected);
    }

    #[test]
    fn what_can_be_served() {
        check(|_| {}, None);
        check(|config| config.hosts = vec!["a.example.org".into()], None);
        check(|config| config.hosts = vec!["[::1]".into()], None);
    }

    #[test]
    fn what_cannot() {
        check(|config| config.kernels = 0, Some("`kernels` is 0"));
        check(
            |config| config.kernels_per_reader = 0,
            Some("`kernels_per_reader` is 0"),
        );
        check(
            |config| config.hosts = vec!["http://a".into()],
            Some("`http://a` is not a host name"),
        );
        check(
            |config| config.hosts = vec![String::new()],
            Some("`` is not a host name"),
        );
    }
}
