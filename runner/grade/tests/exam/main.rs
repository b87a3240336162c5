//! Submissions and tests in their two sessions.

mod stage;
mod verdicts;
