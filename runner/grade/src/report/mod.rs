//! Reports: what becomes of [`View`]s in the formats that people and platforms read.
//!
//! Each format is a file here, a pure function of views. What is hidden from an audience is not in a view, and text of the submission
//! is harmless in it; what each format must escape besides is that format's part.
//!
//! GitLab reads [`junit`]: give it as `artifacts:reports:junit`.

pub mod classroom;
pub mod csv;
pub mod ctrf;
mod diff;
pub mod exercism;
pub mod github;
pub mod gradescope;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod prairielearn;
mod prose;
mod stats;
pub mod tap;
pub mod terminal;
pub mod text;

use crate::View;
use std::fmt;
use std::str::FromStr;

/// The formats of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people, in a terminal.
    Terminal,
    /// Croquant's own JSON.
    Json,
    /// JUnit XML, for CI servers.
    Junit,
    /// Gradescope's `results.json`.
    Gradescope,
    /// exercism's `results.json`, version 3.
    Exercism,
    /// PrairieLearn's `results.json`.
    Prairielearn,
    /// Common Test Report Format.
    Ctrf,
    /// Test Anything Protocol 14.
    Tap,
    /// Annotations and a log for GitHub Actions.
    Github,
    /// A step summary for GitHub Actions.
    GithubSummary,
    /// What GitHub Classroom's reporter takes.
    GithubClassroom,
    /// A summary of a batch in Markdown.
    Markdown,
    /// A summary of a batch in HTML.
    Html,
    /// A table of a batch.
    Csv,
}

/// Why a report could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// No format has this name.
    #[error("no report format is called `{name}`\nhint: {hint}")]
    Unknown {
        /// The name that was given.
        name: String,
        /// What to write instead.
        hint: String,
    },
    /// The format holds one submission.
    #[error(
        "`{format}` holds one submission, not {count}\nhint: write one report for each, or choose `json`, `junit`, `markdown`, `html` or `csv`"
    )]
    One {
        /// The format.
        format: Format,
        /// How many there are.
        count: usize,
    },
    /// The system gave no random bytes for the token that fences off a submission's output.
    #[error("the system gives no random numbers")]
    Random,
}

impl Format {
    /// All of them, in the order of their help.
    pub const ALL: [Self; 14] = [
        Self::Terminal,
        Self::Json,
        Self::Junit,
        Self::Gradescope,
        Self::Exercism,
        Self::Prairielearn,
        Self::Ctrf,
        Self::Tap,
        Self::Github,
        Self::GithubSummary,
        Self::GithubClassroom,
        Self::Markdown,
        Self::Html,
        Self::Csv,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Gradescope => "gradescope",
            Self::Exercism => "exercism",
            Self::Prairielearn => "prairielearn",
            Self::Ctrf => "ctrf",
            Self::Tap => "tap",
            Self::Github => "github",
            Self::GithubSummary => "github-summary",
            Self::GithubClassroom => "github-classroom",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Csv => "csv",
        }
    }

    /// The file that it is written to unless another is named; platforms look for theirs under these names.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Terminal => "report.txt",
            Self::Json => "report.json",
            Self::Junit => "junit.xml",
            Self::Gradescope | Self::Exercism | Self::Prairielearn => "results.json",
            Self::Ctrf => "ctrf-report.json",
            Self::Tap => "report.tap",
            Self::Github => "annotations.txt",
            Self::GithubSummary => "summary.md",
            Self::GithubClassroom => "classroom.txt",
            Self::Markdown => "report.md",
            Self::Html => "report.html",
            Self::Csv => "report.csv",
        }
    }

    /// Whether one document holds many submissions; the others hold exactly one.
    #[must_use]
    pub fn is_batch(self) -> bool {
        !matches!(
            self,
            Self::Gradescope
                | Self::Exercism
                | Self::Prairielearn
                | Self::Ctrf
                | Self::Tap
                | Self::GithubClassroom
        )
    }

    /// The report on `views`.
    ///
    /// # Errors
    ///
    /// If the format holds one submission and there are not one, or without random numbers.
    pub fn render(self, views: &[View]) -> Result<Vec<u8>, ReportError> {
        let one = |render: fn(&View) -> String| match views {
            [view] => Ok(render(view)),
            _ => Err(ReportError::One {
                format: self,
                count: views.len(),
            }),
        };
        let text = match self {
            Self::Terminal => terminal::render(views, terminal::Style::default()),
            Self::Json => json::render(views),
            Self::Junit => junit::render(views),
            Self::Gradescope => one(gradescope::render)?,
            Self::Exercism => one(exercism::render)?,
            Self::Prairielearn => one(prairielearn::render)?,
            Self::Ctrf => one(ctrf::render)?,
            Self::Tap => one(tap::render)?,
            Self::Github => github::render(views, &token()?),
            Self::GithubSummary => github::summary(views),
            Self::GithubClassroom => one(classroom::render)?,
            Self::Markdown => markdown::render(views),
            Self::Html => html::render(views),
            Self::Csv => csv::render(views),
        };
        Ok(text.into_bytes())
    }
}

/// 128 random bits in hexadecimal: what no submission can guess.
fn token() -> Result<String, ReportError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| ReportError::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = ReportError;

    fn from_str(name: &str) -> Result<Self, ReportError> {
        if let Some(format) = Self::ALL.into_iter().find(|format| format.name() == name) {
            return Ok(format);
        }
        let near = Self::ALL
            .into_iter()
            .map(|format| (distance(&name.to_lowercase(), format.name()), format))
            .min_by_key(|&(distance, _)| distance)
            .filter(|&(distance, _)| distance <= 3);
        let all = Self::ALL.map(|format| format!("`{format}`")).join(", ");
        Err(ReportError::Unknown {
            name: text::line(name, 80),
            hint: near.map_or(format!("the formats are {all}"), |(_, format)| {
                format!("did you mean `{format}`?")
            }),
        })
    }
}

/// How many letters have to change to make one word the other (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, char) in left.chars().take(64).enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (column, &other) in right.iter().enumerate() {
            let replaced = corner + usize::from(char != other);
            corner = row[column + 1];
            row[column + 1] = replaced.min(corner + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
        }
    }

    #[test]
    fn a_mistyped_format_is_suggested() {
        let error = "jnit".parse::<Format>().unwrap_err().to_string();
        assert_eq!(
            error,
            "no report format is called `jnit`\nhint: did you mean `junit`?"
        );
        let error = "quite-another".parse::<Format>().unwrap_err().to_string();
        assert!(
            error.contains("the formats are `terminal`, `json`"),
            "{error}"
        );
    }
}
