//! Limits, with what a file changes of them.

use super::{Assignment, FuelRule, LimitChanges, TestLimits};

impl TestLimits {
    /// These limits with `changes`.
    #[must_use]
    pub fn with(self, changes: &LimitChanges) -> Self {
        Self {
            fuel: changes.fuel.unwrap_or(self.fuel),
            deadline_ms: changes.deadline_ms.unwrap_or(self.deadline_ms),
            memory_bytes: changes.memory_bytes.unwrap_or(self.memory_bytes),
            output_bytes: changes.output_bytes.unwrap_or(self.output_bytes),
        }
    }
}

impl Assignment {
    /// The limits of whatever no rule speaks of, importing a submission among it.
    pub fn default_limits(&self) -> TestLimits {
        TestLimits::default().with(&self.defaults.limits)
    }

    /// The longest time that one test may take, in milliseconds.
    pub(crate) fn longest_ms(&self) -> u64 {
        let changes = self.rules.iter().map(|rule| &rule.settings);
        let changes = changes.chain(self.cases.iter().map(|case| &case.settings));
        let times = changes.filter_map(|settings| settings.limits.deadline_ms);
        times.fold(self.default_limits().deadline_ms, u64::max)
    }
}

impl FuelRule {
    /// The most fuel with which a test passes, if the rule says so.
    pub fn most(&self) -> Option<u64> {
        match self {
            Self::Free => None,
            Self::AtMost(fuel) => Some(*fuel),
            Self::Steps(steps) => steps.last().map(|(fuel, _)| *fuel),
        }
    }
}
