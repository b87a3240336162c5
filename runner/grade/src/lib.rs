//! The verdict: grades that cannot be forged.
//!
//! A submission is imported in one session, its tests run in another, and the host, which alone keeps the list of tests, scores and
//! verdicts, carries the calls between them. Each test has a fork of both sessions for itself.

pub mod assignment;
pub mod batch;
mod crew;
mod exam;
mod grader;
mod marking;
mod names;
mod paths;
pub mod queue;
mod release;
pub mod report;
mod scoring;
pub mod submission;
mod verdict;
mod view;

pub use assignment::Assignment;
pub use crew::{Crew, CrewError, Task};
pub use exam::{ExamError, Examiner, Found, Sheet};
pub use grader::Grader;
pub use release::{Audience, Due, HiddenPoints, Release};
pub use scoring::{Score, Scores, TestResult, blocked_by, order, score, status};
pub use submission::Submission;
pub use verdict::{
    Failure, Problem, ProblemKind, Reason, Status, TestVerdict, Verdict, Visibility,
};
pub use view::{Hidden, HiddenSum, View};
