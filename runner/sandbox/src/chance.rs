//! Where a session's random bytes come from.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

/// Where a session's random bytes come from: `os.urandom`, and with it the seed of `random`, `uuid`, `secrets`, the names of
/// `tempfile`. Granted by [`Policy::random`](crate::Policy::random).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
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

/// The unit in which the generator counts.
const WORD_BYTES: u128 = 4;

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

    /// How many bytes of the seed's stream were drawn; 0 if there is no seed.
    pub(crate) fn drawn(&self) -> u128 {
        match self {
            Self::Real => 0,
            Self::Seeded(stream) => stream.drawn(),
        }
    }

    /// Goes on as if so many bytes of the seed's stream had been drawn. What the operating system gave never comes again.
    pub(crate) fn go_back(&mut self, drawn: u128) {
        if let Self::Seeded(stream) = self {
            stream.go_to(drawn);
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

    fn drawn(&self) -> u128 {
        self.source.get_word_pos() * WORD_BYTES - (BLOCK_BYTES - self.used) as u128
    }

    fn go_to(&mut self, drawn: u128) {
        let block = BLOCK_BYTES as u128;
        self.source
            .set_word_pos(drawn / block * (block / WORD_BYTES));
        self.used = BLOCK_BYTES;
        let mut skipped = [0; BLOCK_BYTES];
        self.fill(&mut skipped[..(drawn % block) as usize]);
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

    #[test]
    fn a_stream_goes_back() {
        let mut chance = Chance::new(Random::Seeded(7));
        let mut draw = |length: usize, from: Option<u128>| {
            if let Some(drawn) = from {
                chance.go_back(drawn);
            }
            let mut bytes = vec![0; length];
            chance.fill(&mut bytes).unwrap();
            (bytes, chance.drawn())
        };
        for skipped in [0, 1, 63, 64, 65, 128, 200] {
            let (_, drawn) = draw(skipped, Some(0));
            assert_eq!(drawn, skipped as u128);
            let (first, _) = draw(100, None);
            let (again, end) = draw(100, Some(drawn));
            assert_eq!((first, end), (again, skipped as u128 + 100));
        }
    }
}
