//! Whether output is as expected.

use super::Comparison;

impl Comparison {
    /// Whether `actual` is what was `expected`.
    pub fn holds(&self, expected: &str, actual: &str) -> bool {
        match *self {
            Self::Exact => expected == actual,
            Self::Trailing => lines(expected).eq(lines(actual)),
            Self::Tokens => expected.split_whitespace().eq(actual.split_whitespace()),
            Self::Numbers { absolute, relative } => {
                let mut actual = actual.split_whitespace();
                let same = expected.split_whitespace().all(|expected| {
                    actual
                        .next()
                        .is_some_and(|actual| near(expected, actual, absolute, relative))
                });
                same && actual.next().is_none()
            }
        }
    }
}

/// Lines without what is white at their ends, and without empty lines at the end.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_end().split('\n').map(str::trim_end)
}

fn near(expected: &str, actual: &str, absolute: f64, relative: f64) -> bool {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    match (number(expected), number(actual)) {
        _ if expected == actual => true,
        (Some(expected), Some(actual)) => {
            let difference = (expected - actual).abs();
            difference <= absolute || difference <= relative * expected.abs()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: Comparison = Comparison::Numbers {
        absolute: 1e-6,
        relative: 1e-6,
    };

    #[track_caller]
    fn check(compare: Comparison, expected: &str, actual: &str, holds: bool) {
        assert_eq!(
            compare.holds(expected, actual),
            holds,
            "{expected:?}, {actual:?}"
        );
    }

    #[test]
    fn exactly() {
        check(Comparison::Exact, "3\n", "3\n", true);
        check(Comparison::Exact, "3\n", "3", false);
    }

    #[test]
    fn but_for_trailing_white_space() {
        check(Comparison::Trailing, "1\n2\n", "1  \r\n2\n\n", true);
        check(Comparison::Trailing, "1\n2", " 1\n2", false);
        check(Comparison::Trailing, "1\n\n2", "1\n2", false);
        check(Comparison::Trailing, "", "\n", true);
    }

    #[test]
    fn by_tokens() {
        check(Comparison::Tokens, "1 2\n3", " 1\n2 3 ", true);
        check(Comparison::Tokens, "1 2", "12", false);
        check(Comparison::Tokens, "1", "1 2", false);
    }

    #[test]
    fn by_numbers() {
        check(NUMBERS, "x 0.3", "x 0.30000000000000004", true);
        check(NUMBERS, "1000000", "1000000.5", true);
        check(NUMBERS, "0", "0.1", false);
        check(NUMBERS, "1", "nan", false);
        check(NUMBERS, "nan", "nan", true);
        check(NUMBERS, "1 2", "1", false);
        check(NUMBERS, "1", "1 2", false);
        check(NUMBERS, "inf", "1e999", false);
    }
}
