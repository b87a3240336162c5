//! The file as it is written: tables whose values are taken out by name and type, each with its place. What is wrong is noted, and
//! reading goes on, so that all of it is said at once.

mod value;

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{Wrong, line_of};
use crate::names::nearest;

pub(super) use value::{number, shown, unknown, whole};

/// A file's text, and what is wrong with it so far.
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    pub(super) wrongs: RefCell<Vec<Wrong>>,
}

/// A table of the file, and what it is called in messages.
pub(super) struct Table<'s, 't> {
    pub(super) source: &'s Source<'t>,
    entries: &'s DeTable<'t>,
    span: Range<usize>,
    name: String,
}

/// A value with its place.
pub(super) type Placed<T> = Spanned<T>;

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            wrongs: RefCell::default(),
        }
    }

    /// Notes what is wrong.
    pub(super) fn wrong(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let wrong = Wrong::at(self.text, span, message, hint);
        self.wrongs.borrow_mut().push(wrong);
    }

    /// The file's table, unless it is no TOML.
    pub(super) fn parse(&self) -> Option<Spanned<DeTable<'t>>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            self.wrong(
                error.span().unwrap_or(0..0),
                error.message().trim().replace('\n', ", "),
                "this is no TOML: text stands in quotes, lists in `[…]`, and a name comes once in its table",
            );
        }
        errors.is_empty().then_some(table)
    }
}

impl<'s, 't> Table<'s, 't> {
    pub(super) fn root(source: &'s Source<'t>, table: &'s Spanned<DeTable<'t>>) -> Self {
        Self {
            source,
            entries: table.get_ref(),
            span: table.span(),
            name: "the file".into(),
        }
    }

    /// Its place, for what concerns all of it.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The line that it begins in.
    pub(super) fn line(&self) -> usize {
        line_of(self.source.text, self.span.start)
    }

    /// Notes every key that is none of `known`.
    pub(super) fn only(&self, known: &[&[&str]]) {
        let all = || known.iter().flat_map(|keys| keys.iter().copied());
        for key in self.entries.keys() {
            let name = key.get_ref().as_ref();
            if all().any(|known| known == name) {
                continue;
            }
            let hint = match nearest(name, all()) {
                Some(known) => format!("did you mean `{known}`?"),
                None if super::settings::KEYS.contains(&name) => {
                    "it can be said in `[defaults]`, `[[tests]]`, `[[cases]]` and `[[constructs]]`"
                        .into()
                }
                None => format!("{} has {}", self.name, keys(all())),
            };
            self.source
                .wrong(key.span(), format!("unknown key `{name}`"), hint);
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'s Spanned<DeValue<'t>>> {
        self.entries.get(key)
    }

    /// The place of a key's value, or of the table if it has no such key.
    pub(super) fn place(&self, key: &str) -> Range<usize> {
        self.get(key).map_or_else(|| self.span(), Spanned::span)
    }

    /// A key's value, if it is what `read` takes; if it is something else, that is noted, with an example of what is right.
    fn take<T>(
        &self,
        key: &str,
        kind: &str,
        example: &str,
        read: impl FnOnce(&'s DeValue<'t>) -> Option<T>,
    ) -> Option<Placed<T>> {
        let value = self.get(key)?;
        let taken = read(value.get_ref());
        if taken.is_none() {
            self.source.wrong(
                value.span(),
                format!("`{key}` is {kind}, not {}", shown(value.get_ref())),
                format!("write `{key} = {example}`"),
            );
        }
        taken.map(|taken| Spanned::new(value.span(), taken))
    }

    pub(super) fn text(&self, key: &str, example: &str) -> Option<Placed<String>> {
        let kind = "a text in quotes";
        self.take(key, kind, example, |value| {
            value.as_str().map(str::to_owned)
        })
    }

    pub(super) fn truth(&self, key: &str) -> Option<Placed<bool>> {
        self.take(key, "`true` or `false`", "true", DeValue::as_bool)
    }

    /// A number that is not negative.
    pub(super) fn number(&self, key: &str, example: &str) -> Option<Placed<f64>> {
        self.take(key, "a number from 0 up", example, |value| {
            number(value).filter(|number| *number >= 0.0)
        })
    }

    /// A whole number from `range`.
    pub(super) fn whole(
        &self,
        key: &str,
        range: std::ops::RangeInclusive<i64>,
        example: &str,
    ) -> Option<Placed<i64>> {
        let kind = match (*range.start(), *range.end()) {
            (from, i64::MAX) => format!("a whole number from {from} up"),
            (from, to) => format!("a whole number from {from} to {to}"),
        };
        self.take(key, &kind, example, |value| {
            whole(value).filter(|number| range.contains(number))
        })
    }

    /// A list of texts, or one text.
    pub(super) fn texts(&self, key: &str, example: &str) -> Option<Vec<Placed<String>>> {
        let kind = "a list of texts";
        let taken = self.take(key, kind, example, |value| match value {
            DeValue::String(_) => Some(vec![self.get(key)?]),
            DeValue::Array(list) => Some(list.iter().collect()),
            _ => None,
        })?;
        let mut texts = Vec::new();
        for value in taken.into_inner() {
            match value.get_ref().as_str() {
                Some(text) => texts.push(Spanned::new(value.span(), text.to_owned())),
                None => self.source.wrong(
                    value.span(),
                    format!(
                        "`{key}` is a list of texts, not of {}",
                        shown(value.get_ref())
                    ),
                    format!("write `{key} = {example}`"),
                ),
            }
        }
        Some(texts)
    }

    /// The items of a list.
    pub(super) fn list(&self, key: &str, example: &str) -> Option<Vec<&'s Spanned<DeValue<'t>>>> {
        let taken = self.take(key, "a list", example, |value| match value {
            DeValue::Array(list) => Some(list.iter().collect()),
            _ => None,
        });
        taken.map(Spanned::into_inner)
    }

    /// A table within this one; `name` is what messages call it.
    pub(super) fn table(&self, key: &str, name: &str, example: &str) -> Option<Self> {
        let taken = self.take(key, "a table", example, DeValue::as_table)?;
        Some(Self {
            source: self.source,
            entries: taken.get_ref(),
            span: taken.span(),
            name: name.into(),
        })
    }

    /// The tables of a list, as `[[key]]` writes them.
    pub(super) fn tables(&self, key: &str) -> Vec<Self> {
        let name = format!("`[[{key}]]`");
        let taken = self.get(key).and_then(|value| match value.get_ref() {
            DeValue::Array(list) => Some(list),
            other => {
                self.source.wrong(
                    value.span(),
                    format!("`{key}` is a list of tables, not {}", shown(other)),
                    format!("begin each with a line {name}"),
                );
                None
            }
        });
        let mut tables = Vec::new();
        for value in taken.into_iter().flat_map(|list| list.iter()) {
            match value.get_ref() {
                DeValue::Table(entries) => tables.push(Self {
                    source: self.source,
                    entries,
                    span: value.span(),
                    name: name.clone(),
                }),
                other => self.source.wrong(
                    value.span(),
                    format!("`{key}` is a list of tables, not of {}", shown(other)),
                    format!("begin each with a line {name}"),
                ),
            }
        }
        tables
    }

    /// All keys with their values.
    pub(super) fn entries(
        &self,
    ) -> impl Iterator<
        Item = (
            &'s Spanned<std::borrow::Cow<'t, str>>,
            &'s Spanned<DeValue<'t>>,
        ),
    > {
        self.entries.iter()
    }
}

fn keys<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
