//! A summary of a batch as one HTML file, without scripts and without anything from elsewhere. The histogram is an SVG inside it.

use super::stats::{BINS, Rate, Stats, percent, range};
use super::text::points;
use super::{csv, prose};
use crate::{TestVerdict, View};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid #ccc}\
td.n,th.n{text-align:right}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:.5rem}\
.warn{font-weight:bold;border:2px solid #a40;padding:.5rem}svg{max-width:100%}";

/// The summary of `views`.
#[must_use]
pub fn render(views: &[View]) -> String {
    let stats = Stats::of(views);
    let title = escape(&csv::assignment(views));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>{title}</h1>\n<p>{} submissions, {} passed, mean {}, median {}</p>\n",
        views.len(),
        stats.passed,
        percent(stats.mean),
        percent(stats.median),
    );
    if views.iter().any(|view| !view.tamper_evident) {
        out.push_str(&format!(
            "<p class=\"warn\">{}</p>\n",
            escape(prose::IN_PROCESS)
        ));
    }
    out.push_str(&histogram(&stats.bins));
    out.push_str(&rates(&stats.tests));
    out.push_str("<h2>Submissions</h2>\n<table>\n<tr><th>Submission</th><th>Result</th><th class=\"n\">Points</th></tr>\n");
    for view in views {
        out.push_str(&row(view));
    }
    out.push_str("</table>\n</body>\n</html>\n");
    out
}

/// How many submissions lie in each tenth of the points.
fn histogram(bins: &[usize; BINS]) -> String {
    let most = bins.iter().copied().max().unwrap_or(0).max(1);
    let mut out = String::from(
        "<h2>Distribution</h2>\n<svg role=\"img\" aria-label=\"Submissions by share of points\" viewBox=\"0 0 640 220\" width=\"640\" height=\"220\">\n",
    );
    for (bin, &count) in bins.iter().enumerate() {
        let (x, height) = (bin * 64 + 4, count * 160 / most);
        let y = 180 - height;
        out.push_str(&format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"56\" height=\"{height}\" fill=\"#36c\"><title>{}: {count}</title></rect>\n\
             <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"12\">{count}</text>\n\
             <text x=\"{}\" y=\"200\" text-anchor=\"middle\" font-size=\"11\">{}</text>\n",
            range(bin),
            x + 28,
            y - 4,
            x + 28,
            range(bin),
        ));
    }
    out.push_str("</svg>\n");
    out
}

fn rates(tests: &[Rate]) -> String {
    let mut out = String::from(
        "<h2>Tests</h2>\n<table>\n<tr><th>Test</th><th class=\"n\">Passed</th><th class=\"n\">Rate</th></tr>\n",
    );
    for rate in tests {
        let share = (rate.taken > 0).then(|| rate.passed as f64 / rate.taken as f64);
        out.push_str(&format!(
            "<tr><td title=\"{}\">{}</td><td class=\"n\">{}/{}</td><td class=\"n\">{}</td></tr>\n",
            escape(&rate.id),
            escape(&rate.name),
            rate.passed,
            rate.taken,
            percent(share),
        ));
    }
    out.push_str("</table>\n");
    out
}

fn row(view: &View) -> String {
    let remarks: String = prose::remarks(view)
        .iter()
        .map(|remark| format!("<br>{}", escape(remark)))
        .collect();
    let lost: Vec<_> = view
        .tests
        .iter()
        .filter(|test| prose::lost(test.status))
        .map(detail)
        .collect();
    let details = if lost.is_empty() {
        String::new()
    } else {
        format!(
            "\n<details><summary>{} not passed</summary>\n{}</details>",
            lost.len(),
            lost.concat()
        )
    };
    format!(
        "<tr><td>{}{remarks}{details}</td><td>{}</td><td class=\"n\">{}/{}</td></tr>\n",
        escape(&view.submission),
        if view.passed { "passed" } else { "not passed" },
        points(view.points),
        points(view.max_points),
    )
}

fn detail(test: &TestVerdict) -> String {
    format!(
        "<p>{}: {}</p>\n<pre>{}</pre>\n",
        escape(&test.name),
        test.status.name(),
        escape(&super::text::bound(&prose::all(test), 8 * 1024))
    )
}

/// Text for an element or a quoted attribute.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
