//! Submissions and tests in their two sessions.

mod rehearsals;
mod stage;
mod verdicts;
