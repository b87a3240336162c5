//! To whom a verdict is shown, and when: what decides which tests are hidden.

use crate::Visibility;

/// Whom a report is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Whoever handed the submission in: hidden tests stay hidden.
    Student,
    /// Whoever set the assignment: everything.
    Teacher,
}

/// Whether the assignment's due date has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It has not, or there is none: what shows after it is hidden.
    Before,
    /// It has.
    Passed,
}

impl Due {
    /// Where `now` lies; without a due date, before it.
    #[must_use]
    pub fn at(now: jiff::Timestamp, due: Option<jiff::Timestamp>) -> Self {
        if due.is_some_and(|due| now >= due) {
            Self::Passed
        } else {
            Self::Before
        }
    }
}

/// Whether a student's totals have the points of hidden tests in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HiddenPoints {
    /// They have, as one sum, so that the student sees the grade that counts. The default.
    #[default]
    Counted,
    /// They have not: totals, and whether the submission passed, are those of the visible tests alone.
    Withheld,
}

/// To whom, and when, a verdict is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// Whom the report is for.
    pub audience: Audience,
    /// Whether the due date has passed.
    pub due: Due,
    /// What becomes of the points of hidden tests, in a student's view.
    pub hidden_points: HiddenPoints,
}

impl Release {
    /// A student's view, hidden points counted.
    #[must_use]
    pub fn student(due: Due) -> Self {
        Self {
            audience: Audience::Student,
            due,
            hidden_points: HiddenPoints::Counted,
        }
    }

    /// A teacher's view: everything.
    #[must_use]
    pub fn teacher() -> Self {
        Self {
            audience: Audience::Teacher,
            due: Due::Passed,
            hidden_points: HiddenPoints::Counted,
        }
    }

    pub(crate) fn hides(self, visibility: Visibility) -> bool {
        self.audience == Audience::Student
            && match visibility {
                Visibility::Visible => false,
                Visibility::Hidden => true,
                Visibility::AfterDueDate => self.due == Due::Before,
            }
    }
}
