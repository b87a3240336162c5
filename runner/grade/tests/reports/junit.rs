//! What Jenkins' xUnit plugin takes (jenkinsci/xunit-plugin, `junit-10.xsd`): the strictest of those that read JUnit XML.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An element: those that it may have within it, the attributes that it must have, and those that it may.
type Rule = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

/// As much of the schema as is used.
const RULES: [Rule; 10] = [
    (
        "testsuites",
        &["testsuite"],
        &[],
        &["name", "time", "tests", "failures", "errors"],
    ),
    (
        "testsuite",
        &["properties", "testcase", "system-out", "system-err"],
        &["name", "tests", "failures", "errors"],
        &["time", "skipped", "timestamp", "hostname", "id", "package"],
    ),
    ("properties", &["property"], &[], &[]),
    ("property", &[], &["name", "value"], &[]),
    (
        "testcase",
        &["skipped", "error", "failure", "system-out", "system-err"],
        &["name"],
        &["time", "classname", "group"],
    ),
    ("failure", &[], &[], &["type", "message"]),
    ("error", &[], &[], &["type", "message"]),
    ("skipped", &[], &[], &["type", "message"]),
    ("system-out", &[], &[], &[]),
    ("system-err", &[], &[], &[]),
];

/// The number of test cases in `report`, or what is wrong with it.
pub(crate) fn check(report: &str) -> Result<usize, String> {
    let mut reader = Reader::from_str(report);
    let mut open: Vec<&Rule> = Vec::new();
    let mut cases = 0;
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match event {
            Event::Start(start) => {
                let rule = allowed(&start, open.last().copied())?;
                cases += usize::from(rule.0 == "testcase");
                open.push(rule);
            }
            Event::Empty(start) => {
                allowed(&start, open.last().copied())?;
            }
            Event::End(_) => {
                open.pop();
            }
            Event::Eof => return Ok(cases),
            _ => {}
        }
    }
}

fn allowed(start: &BytesStart<'_>, within: Option<&Rule>) -> Result<&'static Rule, String> {
    let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
    let rule = RULES.iter().find(|rule| rule.0 == name);
    let rule = rule.ok_or_else(|| format!("no such element: {name}"))?;
    let place = within.map_or("the document", |within| within.0);
    if !within.map_or(name == "testsuites", |within| {
        within.1.contains(&name.as_str())
    }) {
        return Err(format!("{name} in {place}"));
    }
    let (mut known, mut needed) = ([rule.2, rule.3].concat(), rule.2.to_vec());
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        if !known.contains(&key.as_str()) {
            return Err(format!("{key} of {name}"));
        }
        known.retain(|known| *known != key);
        needed.retain(|needed| *needed != key);
    }
    if needed.is_empty() {
        Ok(rule)
    } else {
        Err(format!("{name} has no {}", needed.join(", ")))
    }
}
