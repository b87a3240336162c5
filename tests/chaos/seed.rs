//! Random numbers from a seed (SplitMix64), so that a run can be had again: the faults, at least; when they strike, the machine decides.

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// `CROQUANT_CHAOS_SEED`, or another each time.
    pub(crate) fn of_this_run() -> Self {
        let seed = match std::env::var("CROQUANT_CHAOS_SEED") {
            Ok(seed) => seed.parse().expect("the seed is a number"),
            Err(_) => {
                let mut bytes = [0; 8];
                getrandom::fill(&mut bytes).expect("random numbers");
                u64::from_le_bytes(bytes)
            }
        };
        println!("CROQUANT_CHAOS_SEED={seed}");
        Self(seed)
    }

    /// Another stream, for the reader of this number.
    pub(crate) fn stream(&self, number: u64) -> Self {
        let mut stream = Self(self.0 ^ number.wrapping_mul(0xd134_2543_de82_ef95));
        stream.next();
        stream
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `end`, without it.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        let count = among.len() as u64;
        (count > 0).then(|| &among[self.below(count) as usize])
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end as u64 + 1) as usize);
        }
    }
}
