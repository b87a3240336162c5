//! Names that were meant: which of those that there are comes nearest to one that there is not.

/// The nearest of `names`, if it is near enough for a slip of the hand: case aside, a third of its letters.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    names
        .into_iter()
        .map(|other| (distance(&lower, &other.to_lowercase()), other))
        .min_by_key(|(far, _)| *far)
        .filter(|(far, other)| *far <= other.chars().count().max(3) / 3)
        .map(|(_, other)| other)
}

/// `names` in backticks, with commas; the first ten, and how many more there are.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 10;
    let names: Vec<_> = names.into_iter().collect();
    let shown = names.iter().take(SHOWN).map(|name| format!("`{name}`"));
    let mut all = shown.collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        all.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    all
}

/// How many letters have to be changed, added or taken away to make one name of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.iter().enumerate() {
            let cost = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        let names = ["points", "weight", "needs"];
        assert_eq!(nearest("point", names), Some("points"));
        assert_eq!(nearest("Leap.py", ["leap.py"]), Some("leap.py"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(nearest("points", []), None);
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(listed(["a", "b"]), "`a`, `b`");
        assert!(listed(["a"; 12]).ends_with("`a` and 2 more"));
    }
}
