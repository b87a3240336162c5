//! From rules to tests: what was collected meets what the assignment says.

mod needs;
mod points;

use super::error::{AssignmentError, Wrong};
use super::pattern::{is_pattern, selects};
use super::rules::{FuelRule, LimitChanges, TestLimits};
use super::{Assignment, Bound, Collected, Settings, Source};
use crate::Visibility;
use crate::names::nearest;

/// A test before its points and dependencies are known: all settings that hold for it, each from the last that says it.
struct Draft {
    id: String,
    name: String,
    source: Source,
    settings: Settings,
    /// A check without points, which all others wait for.
    gate: bool,
}

/// Binds the collected tests, cases and construct checks, in this order, to what the assignment says of them.
///
/// # Errors
///
/// Rules that select nothing, needs of tests that do not exist or that need each other, groups without tests, and an assignment without
/// any test.
pub fn bind(
    assignment: &Assignment,
    collected: &[Collected],
) -> Result<Vec<Bound>, AssignmentError> {
    let mut wrongs = Vec::new();
    let drafts = drafts(assignment, collected);
    twice(&drafts, &mut wrongs);
    unused(assignment, &drafts, &mut wrongs);
    if drafts.iter().all(|draft| draft.gate) {
        wrongs.push(Wrong::in_line(
            0,
            "no tests were collected",
            "tests are functions `test_…` and methods `test_…` of classes; files of tests are listed in `[files]`",
        ));
    }
    let needs = needs::resolve(assignment, &drafts, &mut wrongs);
    let points = points::share(assignment, &drafts, &mut wrongs);
    let mut bound = Vec::new();
    for ((draft, needs), points) in drafts.into_iter().zip(needs).zip(points) {
        let limits = limits(&draft.settings.limits);
        slow(&draft, &limits, &mut wrongs);
        let group = assignment
            .groups
            .iter()
            .find(|group| draft.settings.group.as_ref() == Some(&group.name));
        bound.push(Bound {
            points,
            visibility: draft.settings.visibility.unwrap_or(Visibility::Visible),
            group: draft.settings.group.clone(),
            all_or_nothing: group.is_some_and(|group| group.all_or_nothing),
            needs,
            partial: draft.settings.partial.unwrap_or(true),
            limits,
            fuel: draft.settings.fuel.clone().unwrap_or_default(),
            id: draft.id,
            name: draft.name,
            source: draft.source,
        });
    }
    if wrongs.is_empty() {
        return Ok(bound);
    }
    wrongs.sort_by_key(|wrong| wrong.line);
    Err(AssignmentError {
        file: assignment.origin.clone(),
        wrongs,
    })
}

fn drafts(assignment: &Assignment, collected: &[Collected]) -> Vec<Draft> {
    let ruled = |id: &str, settings: &mut Settings| {
        for rule in &assignment.rules {
            if rule.patterns.iter().any(|pattern| selects(pattern, id)) {
                merge(settings, &rule.settings);
            }
        }
    };
    let mut drafts = Vec::new();
    for (i, test) in collected.iter().enumerate() {
        let mut settings = assignment.defaults.clone();
        settings.points = test.points.or(settings.points);
        settings.visibility = test.visibility.or(settings.visibility);
        ruled(&test.id, &mut settings);
        drafts.push(Draft {
            id: test.id.clone(),
            name: test.name.clone(),
            source: Source::Collected(i),
            settings,
            gate: false,
        });
    }
    for (i, case) in assignment.cases.iter().enumerate() {
        let mut settings = assignment.defaults.clone();
        ruled(&case.id, &mut settings);
        merge(&mut settings, &case.settings);
        drafts.push(Draft {
            id: case.id.clone(),
            name: case.name.clone(),
            source: Source::Case(i),
            settings,
            gate: false,
        });
    }
    for (i, check) in assignment.constructs.iter().enumerate() {
        let mut settings = assignment.defaults.clone();
        merge(&mut settings, &check.settings);
        if check.gate {
            settings.points = Some(0.0);
            settings.group = None;
            settings.needs = None;
            // Whoever cannot see it does not learn why nothing is run.
            settings.visibility = check.settings.visibility;
        }
        drafts.push(Draft {
            id: check.id.clone(),
            name: check.name.clone(),
            source: Source::Constructs(i),
            settings,
            gate: check.gate,
        });
    }
    drafts
}

/// What `over` says replaces what `settings` say.
fn merge(settings: &mut Settings, over: &Settings) {
    let Settings {
        points,
        weight,
        visibility,
        group,
        needs,
        partial,
        limits,
        fuel,
        line,
    } = over.clone();
    settings.points = points.or(settings.points);
    settings.weight = weight.or(settings.weight);
    settings.visibility = visibility.or(settings.visibility);
    settings.group = group.or(settings.group.take());
    settings.needs = needs.or(settings.needs.take());
    settings.partial = partial.or(settings.partial);
    settings.fuel = fuel.or(settings.fuel.take());
    settings.limits = LimitChanges {
        fuel: limits.fuel.or(settings.limits.fuel),
        deadline_ms: limits.deadline_ms.or(settings.limits.deadline_ms),
        memory_bytes: limits.memory_bytes.or(settings.limits.memory_bytes),
        output_bytes: limits.output_bytes.or(settings.limits.output_bytes),
    };
    settings.line = line;
}

fn limits(changes: &LimitChanges) -> TestLimits {
    let default = TestLimits::default();
    TestLimits {
        fuel: changes.fuel.unwrap_or(default.fuel),
        deadline_ms: changes.deadline_ms.unwrap_or(default.deadline_ms),
        memory_bytes: changes.memory_bytes.unwrap_or(default.memory_bytes),
        output_bytes: changes.output_bytes.unwrap_or(default.output_bytes),
    }
}

/// Two tests of one id: nothing could tell their results apart.
fn twice(drafts: &[Draft], wrongs: &mut Vec<Wrong>) {
    let mut seen = std::collections::HashSet::new();
    for draft in drafts.iter().filter(|draft| !seen.insert(&draft.id)) {
        wrongs.push(Wrong::in_line(
            0,
            format!("two tests have the id `{}`", draft.id),
            "give one of them another name",
        ));
    }
}

/// Rules that select no test, and groups that no test is in.
fn unused(assignment: &Assignment, drafts: &[Draft], wrongs: &mut Vec<Wrong>) {
    for rule in &assignment.rules {
        for pattern in &rule.patterns {
            let is_ruled = |draft: &&Draft| !matches!(draft.source, Source::Constructs(_));
            let mut ids = drafts
                .iter()
                .filter(is_ruled)
                .map(|draft| draft.id.as_str());
            if !ids.any(|id| selects(pattern, id)) {
                wrongs.push(selects_nothing("rule", pattern, rule.settings.line, drafts));
            }
        }
    }
    for group in &assignment.groups {
        let is_member = |draft: &Draft| draft.settings.group.as_ref() == Some(&group.name);
        if !drafts.iter().any(is_member) {
            wrongs.push(Wrong::in_line(
                group.line,
                format!("no test is in the group `{}`", group.name),
                format!(
                    "write `group = \"{}\"` in a `[[tests]]`, or take the group away",
                    group.name
                ),
            ));
        }
    }
}

fn selects_nothing(kind: &str, pattern: &str, line: usize, drafts: &[Draft]) -> Wrong {
    let ids = || drafts.iter().map(|draft| draft.id.as_str());
    let hint = match nearest(pattern, ids()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if is_pattern(pattern) => {
            "`*` stands for any characters, and ids are as in `test_leap.py::LeapTest::test_year`"
                .into()
        }
        None => format!("there are {}", crate::names::listed(ids())),
    };
    let message = format!("the {kind} `{pattern}` selects no test");
    Wrong::in_line(line, message, hint)
}

/// A budget beyond the limit never takes effect.
fn slow(draft: &Draft, limits: &TestLimits, wrongs: &mut Vec<Wrong>) {
    let budget = match &draft.settings.fuel {
        Some(FuelRule::AtMost(fuel)) => *fuel,
        Some(FuelRule::Steps(steps)) => steps.last().map_or(0, |step| step.0),
        Some(FuelRule::Free) | None => return,
    };
    if budget > limits.fuel {
        wrongs.push(Wrong::in_line(
            draft.settings.line,
            format!(
                "`{}` has a budget of {budget} units of fuel, and a limit of {}",
                draft.id, limits.fuel
            ),
            format!("raise the limit too: `limits = {{ fuel = {budget} }}`"),
        ));
    }
}

#[cfg(test)]
mod tests;
