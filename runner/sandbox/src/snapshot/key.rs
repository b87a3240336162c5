//! The key that seals snapshots.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::SnapshotError;

/// The length of a seal, in bytes.
pub(super) const SEAL_BYTES: usize = 32;

/// Seals snapshots (HMAC-SHA-256, RFC 2104), so that nobody without it can make or change one: a snapshot says which folders of the host are
/// granted. Sessions that one server puts away and another takes up need the same key.
#[derive(Clone, PartialEq, Eq)]
pub struct SnapshotKey([u8; 32]);

impl std::fmt::Debug for SnapshotKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A secret, which no log is told.
        formatter.write_str("SnapshotKey")
    }
}

impl SnapshotKey {
    /// A key of these bytes, which must be random and secret.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A new key from the operating system.
    ///
    /// # Errors
    /// If the operating system has no random numbers.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The key's bytes, to be kept where only this server's owner reads them.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn seal(&self, parts: &[&[u8]]) -> [u8; SEAL_BYTES] {
        self.mac(parts).finalize().into_bytes().into()
    }

    /// Compares in a time that tells nothing.
    pub(super) fn verify(&self, parts: &[&[u8]], seal: &[u8]) -> Result<(), SnapshotError> {
        let verified = self.mac(parts).verify_slice(seal);
        verified.map_err(|_| SnapshotError::Seal)
    }

    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        // HMAC fills a short key up with zeros by itself.
        let mut block = [0; 64];
        block[..self.0.len()].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        parts.iter().for_each(|part| mac.update(part));
        mac
    }
}
