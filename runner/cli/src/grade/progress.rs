//! How far a run is, for people at a terminal.

use croquant_grade::batch::Step;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar on stderr; nothing where that is no terminal, or for a single submission that is done at once.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// For so many submissions.
    pub(super) fn new(submissions: usize) -> Self {
        let bar = if submissions < 2 {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(submissions as u64)
        };
        // The template is a constant; should it be wrong, the default bar does.
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} graded, {eta} to go")
        {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// Takes note of a step.
    pub(super) fn step(&mut self, step: &Step<'_>) {
        match step {
            Step::Done { .. } => self.bar.inc(1),
            Step::Progress { .. } => self.bar.tick(),
        }
    }

    /// Clears it away.
    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}
