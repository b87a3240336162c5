//! What reports must not hold.

use std::fs;
use std::path::Path;

use libtest_mimic::Failed;

use crate::command::Graded;

/// No student's report has a secret, and the teacher's has one: so the secrets are those of the tests that were run.
pub(crate) fn check(
    secrets: &[String],
    assignment: &Path,
    teacher: &Graded,
    student: &Graded,
) -> Result<(), Failed> {
    let mut files = String::new();
    for entry in fs::read_dir(assignment)? {
        files.push_str(&fs::read_to_string(entry?.path())?);
    }
    for secret in secrets {
        if !files.contains(secret) {
            return Err(format!("the assignment has no `{secret}` to keep").into());
        }
        for (name, text) in &student.reports {
            if let Some(at) = text.find(secret) {
                let line = 1 + text[..at].matches('\n').count();
                return Err(format!("`{secret}` is in the {name} report, line {line}").into());
            }
        }
    }
    let known = |secret: &String| teacher.report("json").contains(secret);
    if !secrets.is_empty() && !secrets.iter().any(known) {
        return Err("the teacher's report has none of the secrets either".into());
    }
    Ok(())
}

/// No line of what a runner of workflows reads begins with a command of the submission's.
pub(crate) fn check_commands(commands: &[String], student: &Graded) -> Result<(), Failed> {
    let breaks = ['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}'];
    for format in ["terminal", "github", "stdout", "stderr"] {
        for line in student.report(format).split(breaks) {
            let line = line.trim_start();
            if let Some(command) = commands.iter().find(|command| line.starts_with(*command)) {
                return Err(format!("the {format} report has a line `{command}…`").into());
            }
        }
    }
    Ok(())
}
