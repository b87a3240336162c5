//! The sums by which damage is known: SHA-256, of which 16 bytes are kept. Nobody forges records here; bits rot.

use sha2::{Digest as _, Sha256};

use crate::record::Key;

/// Half a SHA-256.
pub(crate) type Sum = [u8; 16];

/// The sum of a snapshot.
pub(crate) fn sum(snapshot: &[u8]) -> Sum {
    half(Sha256::new_with_prefix(snapshot))
}

/// The sum of all else: whose and which it is, its generation, its size, its meta, and the sum of its snapshot.
pub(crate) fn seal(key: Key<'_>, generation: u64, bytes: u64, meta: &[u8], sum: &Sum) -> Sum {
    let mut hash = Sha256::new();
    hash.update(key.owner);
    // What has no fixed length is led by it, so that no two records are written alike.
    hash.update((key.id.len() as u64).to_le_bytes());
    hash.update(key.id);
    hash.update(generation.to_le_bytes());
    hash.update(bytes.to_le_bytes());
    hash.update(sum);
    hash.update(meta);
    half(hash)
}

/// The sum of a key.
pub(crate) fn name(key: Key<'_>) -> Sum {
    half(Sha256::new().chain_update(key.owner).chain_update(key.id))
}

fn half(hash: Sha256) -> Sum {
    let whole: [u8; 32] = hash.finalize().into();
    let (half, _) = whole.split_at(16);
    half.try_into().expect("sixteen bytes were split off")
}
