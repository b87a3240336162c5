//! Patterns of tests' ids.

/// Whether `pattern` selects the test `id`: `*` stands for any characters, `?` for one. A pattern that ends where a name in the id ends
/// selects what is beneath it too, as pytest's ids do: `test_leap.py` is all of the file, `test_leap.py::test_year` all its parameters.
/// Square brackets are characters, since ids have them.
pub(crate) fn selects(pattern: &str, id: &str) -> bool {
    let ends = id.match_indices("::").map(|(at, _)| at);
    let parameters = id.ends_with(']').then(|| id.find('[')).flatten();
    glob(pattern, id) || ends.chain(parameters).any(|at| glob(pattern, &id[..at]))
}

/// Whether it can select more than one name.
pub(crate) fn is_pattern(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

/// Matches in time proportional to the product of the lengths: each `*` but the last is settled for good once the next one is met.
fn glob(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, from)) = star else { return false };
                star = Some((at, from + 1));
                p = at + 1;
                t = from + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, id: &str, expected: bool) {
        assert_eq!(selects(pattern, id), expected, "{pattern} on {id}");
    }

    #[test]
    fn stars_stand_for_anything() {
        check("test_leap.py::*", "test_leap.py::LeapTest::test_a", true);
        check("*::test_a", "test_leap.py::LeapTest::test_a", true);
        check("*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaac", false);
        check("test_?", "test_ä", true);
        check("*::test_b", "test_leap.py::LeapTest::test_a", false);
    }

    #[test]
    fn names_select_what_is_beneath_them() {
        check("test_leap.py", "test_leap.py::test_a[1-2]", true);
        check("test_leap.py::test_a", "test_leap.py::test_a[1-2]", true);
        check("*::test_a", "test_leap.py::test_a[x[0]::]", true);
        check("test_leap.py::test", "test_leap.py::test_a[1-2]", false);
        check("test", "test_leap.py::test_a", false);
    }

    #[test]
    fn brackets_are_characters() {
        check("t.py::test_a[1-2]", "t.py::test_a[1-2]", true);
        check("t.py::test_a[1-2]", "t.py::test_a1", false);
    }
}
