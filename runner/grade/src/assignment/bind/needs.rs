//! What has to pass before what.

use super::{Draft, selects, selects_nothing};
use crate::assignment::{Assignment, Wrong};

/// For each test, the tests that have to pass before it: indices, in order, each once.
pub(super) fn resolve(
    assignment: &Assignment,
    drafts: &[Draft],
    wrongs: &mut Vec<Wrong>,
) -> Vec<Vec<usize>> {
    let select = |pattern: &str| -> Vec<usize> {
        let ids = drafts.iter().enumerate();
        ids.filter(|(_, draft)| selects(pattern, &draft.id))
            .map(|(i, _)| i)
            .collect()
    };
    let defaults = assignment.defaults.needs.iter().flatten();
    // What all wait for does not wait for itself.
    let first: Vec<usize> = defaults.flat_map(|pattern| select(pattern)).collect();
    let mut said = Vec::new();
    let sources = assignment.rules.iter().map(|rule| &rule.settings);
    let sources = sources
        .chain(assignment.cases.iter().map(|case| &case.settings))
        .chain(assignment.constructs.iter().map(|check| &check.settings))
        .chain([&assignment.defaults])
        .flat_map(|settings| {
            settings
                .needs
                .iter()
                .flatten()
                .map(|need| (need, settings.line))
        })
        .chain(
            assignment
                .groups
                .iter()
                .flat_map(|group| group.needs.iter().map(|need| (need, group.line))),
        );
    for (need, line) in sources {
        if !said.contains(&(need, line)) && select(need).is_empty() {
            wrongs.push(selects_nothing("need", need, line, drafts));
        }
        said.push((need, line));
    }
    let mut needs = Vec::new();
    for (i, draft) in drafts.iter().enumerate() {
        let is_default = draft.settings.needs == assignment.defaults.needs;
        let own = draft.settings.needs.iter().flatten();
        let own = own.filter(|_| !(is_default && first.contains(&i)));
        let group = assignment
            .groups
            .iter()
            .filter(|group| Some(&group.name) == draft.settings.group.as_ref());
        let mut all: Vec<usize> = own
            .chain(group.flat_map(|group| &group.needs))
            .flat_map(|pattern| select(pattern))
            .collect();
        if !draft.gate {
            all.extend(
                drafts
                    .iter()
                    .enumerate()
                    .filter(|(_, other)| other.gate)
                    .map(|(i, _)| i),
            );
        }
        all.sort_unstable();
        all.dedup();
        needs.push(all);
    }
    if let Some(cycle) = cycle(&needs) {
        let ids: Vec<_> = cycle
            .iter()
            .map(|i| format!("`{}`", drafts[*i].id))
            .collect();
        wrongs.push(Wrong::in_line(
            drafts[cycle[0]].settings.line,
            format!(
                "a test needs itself to pass before: {}",
                ids.join(" needs ")
            ),
            "take one of these needs away",
        ));
    }
    needs
}

/// A way from a test back to itself, if there is one: its first and last are the same.
fn cycle(needs: &[Vec<usize>]) -> Option<Vec<usize>> {
    const NEW: u8 = 0;
    const OPEN: u8 = 1;
    const DONE: u8 = 2;
    let mut state = vec![NEW; needs.len()];
    for start in 0..needs.len() {
        // The way so far, and how many needs of each test on it were followed.
        let mut way: Vec<(usize, usize)> = Vec::new();
        if state[start] == NEW {
            state[start] = OPEN;
            way.push((start, 0));
        }
        while let Some((test, followed)) = way.last_mut() {
            let Some(&next) = needs[*test].get(*followed) else {
                state[*test] = DONE;
                way.pop();
                continue;
            };
            *followed += 1;
            match state[next] {
                NEW => {
                    state[next] = OPEN;
                    way.push((next, 0));
                }
                OPEN => {
                    let ids = way.iter().map(|(test, _)| *test);
                    return Some(ids.skip_while(|test| *test != next).chain([next]).collect());
                }
                _ => {}
            }
        }
    }
    None
}
