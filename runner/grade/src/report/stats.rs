//! Figures of a batch: of views alone, so that what is hidden has no part in them.

use super::prose::lost;
use crate::{Status, View};
use std::collections::HashMap;

/// Into how many equal parts the range from 0 % to 100 % is divided; the last one includes 100 %.
pub(super) const BINS: usize = 10;

/// Figures of a batch.
pub(super) struct Stats {
    /// How many submissions passed.
    pub(super) passed: usize,
    /// The mean share of the points, from 0 to 1; none without submissions.
    pub(super) mean: Option<f64>,
    /// The median of the shares.
    pub(super) median: Option<f64>,
    /// How many submissions lie in each part of the range.
    pub(super) bins: [usize; BINS],
    /// Each test that a view shows, in the order of their first appearance.
    pub(super) tests: Vec<Rate>,
}

/// How one test went over a batch.
pub(super) struct Rate {
    /// Its identity.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// How many submissions passed it.
    pub(super) passed: usize,
    /// How many took it: without those for which it was skipped.
    pub(super) taken: usize,
}

impl Stats {
    /// The figures of `views`.
    pub(super) fn of(views: &[View]) -> Self {
        let mut shares: Vec<f64> = views.iter().map(View::share).collect();
        shares.sort_by(f64::total_cmp);
        let mut bins = [0; BINS];
        for share in &shares {
            bins[((share * 10.0 + 1e-9) as usize).min(BINS - 1)] += 1;
        }
        Self {
            passed: views.iter().filter(|view| view.passed).count(),
            mean: (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64),
            median: median(&shares),
            bins,
            tests: rates(views),
        }
    }
}

fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 {
        upper
    } else {
        f64::midpoint(sorted[middle - 1], upper)
    })
}

fn rates(views: &[View]) -> Vec<Rate> {
    let mut rates: Vec<Rate> = Vec::new();
    let mut places = HashMap::new();
    for test in views.iter().flat_map(|view| &view.tests) {
        let place = *places.entry(&test.id).or_insert_with(|| {
            rates.push(Rate {
                id: test.id.clone(),
                name: test.name.clone(),
                passed: 0,
                taken: 0,
            });
            rates.len() - 1
        });
        rates[place].passed += usize::from(test.status == Status::Passed);
        rates[place].taken += usize::from(test.status == Status::Passed || lost(test.status));
    }
    rates
}

/// A share as `62.5 %`, or `–` if there is none.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or("–".into(), |share| {
        format!("{} %", super::text::points((share * 1000.0).round() / 10.0))
    })
}

/// A part of the range: `20–30 %`.
pub(super) fn range(bin: usize) -> String {
    format!("{}–{} %", bin * 100 / BINS, (bin + 1) * 100 / BINS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[0.5]), Some(0.5));
        assert_eq!(median(&[0.0, 0.5, 1.0, 1.0]), Some(0.75));
    }
}
