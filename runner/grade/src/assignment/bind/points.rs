//! How many points each test is worth.

use super::Draft;
use crate::assignment::{Assignment, Wrong};

/// Points of each test: its own times its weight; in a group with points its share of them; and all scaled to the assignment's total.
pub(super) fn share(
    assignment: &Assignment,
    drafts: &[Draft],
    wrongs: &mut Vec<Wrong>,
) -> Vec<f64> {
    let own =
        |draft: &Draft| draft.settings.points.unwrap_or(1.0) * draft.settings.weight.unwrap_or(1.0);
    let mut points: Vec<f64> = drafts.iter().map(own).collect();
    for group in &assignment.groups {
        let Some(total) = group.points else { continue };
        let is_member = |draft: &Draft| draft.settings.group.as_ref() == Some(&group.name);
        let members: Vec<usize> = (0..drafts.len())
            .filter(|i| is_member(&drafts[*i]))
            .collect();
        if !scale(&mut points, &members, total) && !members.is_empty() {
            wrongs.push(Wrong::in_line(
                group.line,
                format!(
                    "the group `{}` has points, and all its tests have none",
                    group.name
                ),
                "give its tests points: they are their shares of the group's",
            ));
        }
    }
    if let Some(total) = assignment.total {
        let all: Vec<usize> = (0..drafts.len()).collect();
        if !scale(&mut points, &all, total) && !all.is_empty() {
            wrongs.push(Wrong::in_line(
                0,
                "the assignment has points, and all its tests have none",
                "give its tests points: they are their shares of the whole",
            ));
        }
    }
    points
}

/// Makes the sum of some of the points `total`, if they have a sum.
fn scale(points: &mut [f64], which: &[usize], total: f64) -> bool {
    let sum: f64 = which.iter().map(|i| points[*i]).sum();
    if sum <= 0.0 {
        return total == 0.0;
    }
    for i in which {
        points[*i] = points[*i] / sum * total;
    }
    true
}
