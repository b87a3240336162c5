//! Single values, and what messages say of them.

use toml::de::DeValue;

use super::{Placed, Source};
use crate::names::{listed, nearest};

/// A finite number.
pub(in crate::assignment) fn number(value: &DeValue<'_>) -> Option<f64> {
    let number = match value {
        DeValue::Float(float) => float.as_str().parse().ok(),
        other => whole(other).map(|number| number as f64),
    };
    number.filter(|number| number.is_finite())
}

/// A whole number.
pub(in crate::assignment) fn whole(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// A value as a message calls it.
pub(in crate::assignment) fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.chars().count() <= 40 => format!("the text \"{text}\""),
        DeValue::String(_) => "a text".into(),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(truth) => format!("`{truth}`"),
        DeValue::Datetime(_) => "a date".into(),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}

/// Notes a name that is none of those that there are.
pub(in crate::assignment) fn unknown<'a>(
    source: &Source<'_>,
    kind: &str,
    name: &Placed<String>,
    names: impl IntoIterator<Item = &'a str> + Clone,
    none: &str,
) {
    let hint = match nearest(name.get_ref(), names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.clone().into_iter().next().is_none() => none.to_owned(),
        None => format!("there are {}", listed(names)),
    };
    let message = format!("there is no {kind} `{}`", name.get_ref());
    source.wrong(name.span(), message, hint);
}
