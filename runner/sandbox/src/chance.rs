//! Where a session's random bytes come from.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};

/// Where a session's random bytes come from: `os.urandom`, and with it the seed of `random`, `uuid`, `secrets`, the names of
/// `tempfile`. Granted by [`Policy::random`](crate::Policy::random).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Random {
    /// The operating system.
    #[default]
    Real,
    /// The key stream of ChaCha20 (RFC 8439's function with djb's 64-bit counter and nonce, both zero at the start); the key is
    /// the seed in eight little-endian bytes, then 24 zeros. The same bytes for the same seed, in every version. Whoever
    /// knows the seed knows them all: nothing secret may come of it.
    Seeded(u64),
}

/// One block of ChaCha20.
const BLOCK_BYTES: usize = 64;

/// The random bytes of one session.
pub(crate) enum Chance {
    Real,
    Seeded(Box<Stream>),
}

/// A key stream, handed out byte by byte whatever the pieces in which it is asked for.
pub(crate) struct Stream {
    source: ChaCha20Rng,
    block: [u8; BLOCK_BYTES],
    used: usize,
}

impl Chance {
    pub(crate) fn new(random: Random) -> Self {
        match random {
            Random::Real => Self::Real,
            Random::Seeded(seed) => Self::Seeded(Box::new(Stream::new(seed))),
        }
    }

    /// Fills `target`.
    pub(crate) fn fill(&mut self, target: &mut [u8]) -> Result<(), getrandom::Error> {
        match self {
            Self::Real => getrandom::fill(target),
            Self::Seeded(stream) => {
                stream.fill(target);
                Ok(())
            }
        }
    }
}

impl Stream {
    fn new(seed: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        Self {
            source: ChaCha20Rng::from_seed(key),
            block: [0; BLOCK_BYTES],
            used: BLOCK_BYTES,
        }
    }

    fn fill(&mut self, mut target: &mut [u8]) {
        while !target.is_empty() {
            if self.used == BLOCK_BYTES {
                self.source.fill_bytes(&mut self.block);
                self.used = 0;
            }
            let count = target.len().min(BLOCK_BYTES - self.used);
            let (now, later) = target.split_at_mut(count);
            now.copy_from_slice(&self.block[self.used..self.used + count]);
            self.used += count;
            target = later;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(seed: u64, pieces: &[usize]) -> Vec<u8> {
        let mut chance = Chance::new(Random::Seeded(seed));
        let mut all = Vec::new();
        for &len in pieces {
            let mut piece = vec![0; len];
            chance.fill(&mut piece).unwrap();
            all.extend(piece);
        }
        all
    }

    /// RFC 8439, appendix A.1, test vector 1: the zero key. Whoever changes this breaks every recorded run.
    #[test]
    fn it_is_the_key_stream_of_chacha20() {
        let expected = "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7\
                        da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586";
        let found: String = bytes(0, &[64]).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn pieces_do_not_matter_and_seeds_do() {
        let whole = bytes(7, &[200]);
        assert_eq!(bytes(7, &[1, 62, 1, 3, 0, 64, 69]), whole);
        assert_ne!(bytes(8, &[200]), whole);
        assert_ne!(bytes(1 << 40, &[200]), bytes(0, &[200]));
    }

    #[test]
    fn real_bytes_differ() {
        let mut two = [[0; 32]; 2];
        for one in &mut two {
            Chance::new(Random::Real).fill(one).unwrap();
        }
        assert_ne!(two[0], two[1]);
    }
}
