//! What can be said of a test, wherever it is said.

use toml::de::DeValue;

use super::raw::{Table, number, shown, whole};
use super::rules::{FuelRule, LimitChanges, Settings};
use crate::Visibility;

/// The keys of settings.
pub(super) const KEYS: &[&str] = &[
    "points",
    "weight",
    "visibility",
    "group",
    "needs",
    "partial",
    "limits",
    "max_fuel",
    "fuel_steps",
];

/// The most points that a test, a group or an assignment has, so that sums keep their digits.
const MAX_POINTS: f64 = 1e6;

/// The most memory that a session of 32 bits can have.
const MAX_MEMORY: u64 = 4 << 30;

/// The most output that is kept of a test: a report holds it.
const MAX_OUTPUT: u64 = 16 << 20;

/// The longest that a test may take: a day.
const MAX_SECONDS: f64 = 86_400.0;

/// What a table says of tests. Whether its group exists is looked up in `groups`, and whether there is a due date is `due`.
pub(super) fn read(table: &Table<'_, '_>, groups: &[&str], due: bool) -> Settings {
    let source = table.source;
    let group = table.text("group", "\"basics\"").map(|group| {
        if !groups.contains(&group.get_ref().as_str()) {
            let none = "define it: `[[groups]]` with `name`";
            super::raw::unknown(source, "group", &group, groups.iter().copied(), none);
        }
        group.into_inner()
    });
    Settings {
        points: points(table, "points"),
        weight: points(table, "weight"),
        visibility: visibility(table, due),
        group,
        needs: needs(table),
        partial: table.truth("partial").map(|partial| partial.into_inner()),
        limits: limits(table),
        fuel: fuel(table),
        line: table.line(),
    }
}

/// A number of points.
pub(super) fn points(table: &Table<'_, '_>, key: &str) -> Option<f64> {
    let points = table.number(key, "2")?;
    if *points.get_ref() > MAX_POINTS {
        table.source.wrong(
            points.span(),
            format!("`{key}` is more than a million"),
            format!("write `{key} = 2`"),
        );
    }
    Some(points.into_inner())
}

/// What has to pass before.
pub(super) fn needs(table: &Table<'_, '_>) -> Option<Vec<String>> {
    let needs = table.texts("needs", "[\"test_basics.py::*\"]")?;
    Some(needs.into_iter().map(|need| need.into_inner()).collect())
}

fn visibility(table: &Table<'_, '_>, due: bool) -> Option<Visibility> {
    let word = table.text("visibility", "\"hidden\"")?;
    match word.get_ref().as_str() {
        "visible" => Some(Visibility::Visible),
        "hidden" => Some(Visibility::Hidden),
        "after_due_date" if due => Some(Visibility::AfterDueDate),
        "after_due_date" => {
            table.source.wrong(
                word.span(),
                "tests are hidden until a due date, and there is none",
                "give one at the top of the file: `due = 2027-01-31T23:59:00+01:00`",
            );
            None
        }
        other => {
            let known = ["visible", "hidden", "after_due_date"];
            let hint = match crate::names::nearest(other, known) {
                Some(near) => format!("did you mean `\"{near}\"`?"),
                None => format!("it is one of {}", crate::names::listed(known)),
            };
            let message = format!("there is no visibility `{other}`");
            table.source.wrong(word.span(), message, hint);
            None
        }
    }
}

fn limits(table: &Table<'_, '_>) -> LimitChanges {
    let example = "{ seconds = 2 }";
    let Some(limits) = table.table("limits", "`limits`", example) else {
        return LimitChanges::default();
    };
    limits.only(&[&["fuel", "seconds", "memory", "output"]]);
    LimitChanges {
        fuel: limits
            .whole("fuel", 1..=i64::MAX, "1_000_000_000")
            .map(|fuel| fuel.into_inner().unsigned_abs()),
        deadline_ms: seconds(&limits),
        memory_bytes: size(&limits, "memory", 16 << 20, MAX_MEMORY, "\"128 MiB\""),
        output_bytes: size(&limits, "output", 0, MAX_OUTPUT, "\"64 KiB\""),
    }
}

fn seconds(limits: &Table<'_, '_>) -> Option<u64> {
    let seconds = limits.number("seconds", "2.5")?;
    if (0.001..=MAX_SECONDS).contains(seconds.get_ref()) {
        Some((seconds.into_inner() * 1000.0).round() as u64)
    } else {
        limits.source.wrong(
            seconds.span(),
            "`seconds` is between 0.001 and 86400",
            "write `seconds = 2.5`",
        );
        None
    }
}

/// A size in bytes: a whole number with its unit.
fn size(limits: &Table<'_, '_>, key: &str, least: u64, most: u64, example: &str) -> Option<u64> {
    let text = limits.text(key, example)?;
    let size = bytes(text.get_ref()).filter(|size| (least..=most).contains(size));
    if size.is_none() {
        let message = match bytes(text.get_ref()) {
            None => format!("`{}` is no size", text.get_ref()),
            Some(_) => format!(
                "`{key}` is between {} KiB and {} KiB",
                least >> 10,
                most >> 10
            ),
        };
        let hint = format!("write `{key} = {example}`");
        limits.source.wrong(text.span(), message, hint);
    }
    size
}

fn bytes(text: &str) -> Option<u64> {
    let at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(at);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

fn fuel(table: &Table<'_, '_>) -> Option<FuelRule> {
    let most = table.whole("max_fuel", 1..=i64::MAX, "20_000_000");
    let steps = steps(table);
    if let (Some(most), Some(_)) = (&most, &steps) {
        table.source.wrong(
            most.span(),
            "`max_fuel` and `fuel_steps` are two rules for the same",
            "leave one out: the last of the steps is a maximum too",
        );
    }
    let most = most.map(|most| FuelRule::AtMost(most.into_inner().unsigned_abs()));
    most.or(steps)
}

fn steps(table: &Table<'_, '_>) -> Option<FuelRule> {
    const EXAMPLE: &str = "[[20_000_000, 1.0], [80_000_000, 0.5]]";
    let hint = || format!("write `fuel_steps = {EXAMPLE}`: budgets rise, fractions from 1 fall");
    let source = table.source;
    let mut steps: Vec<(u64, f64)> = Vec::new();
    for value in table.list("fuel_steps", EXAMPLE)? {
        let step = match value.get_ref() {
            DeValue::Array(pair) if pair.len() == 2 => {
                let fuel = whole(pair[0].get_ref()).filter(|fuel| *fuel > 0);
                let fraction = number(pair[1].get_ref()).filter(|part| (0.0..=1.0).contains(part));
                fuel.map(i64::unsigned_abs).zip(fraction)
            }
            _ => None,
        };
        let Some(step) = step else {
            let is = shown(value.get_ref());
            let message = format!("a step is a pair of fuel and a fraction, and this is {is}");
            source.wrong(value.span(), message, hint());
            return None;
        };
        if let Some(last) = steps.last()
            && (step.0 <= last.0 || step.1 >= last.1)
        {
            let message = "more work earns less: each step has more fuel and a smaller fraction";
            source.wrong(value.span(), message, hint());
            return None;
        }
        steps.push(step);
    }
    if steps.is_empty() {
        source.wrong(table.place("fuel_steps"), "there are no steps", hint());
        return None;
    }
    Some(FuelRule::Steps(steps))
}
