//! JUnit XML as pytest writes it and Jenkins and GitLab read it (testmoapp/junitxml, "JUnit XML file format"; GitLab, "Unit test reports").
//!
//! There is no official schema. Jenkins' xUnit plugin is the strictest reader, and refuses what its own does not know (`junit-10.xsd`): nothing
//! else is used, so a case has neither properties nor a file. A hidden test is a case `hidden test 1` that was skipped;
//! if they count and did not all pass, a case of its own fails. What keeps the submission from being graded is a case in error.

use super::prose;
use crate::{Status, TestVerdict, View};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// One document with a suite for each of `views`.
#[must_use]
pub fn render(views: &[View]) -> String {
    let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 2));
    xml.event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
    xml.open("testsuites", &[("name", "croquant grade")]);
    for view in views {
        suite(&mut xml, view);
    }
    xml.close("testsuites");
    let mut text = String::from_utf8_lossy(&xml.0.into_inner()).into_owned();
    text.push('\n');
    text
}

fn suite(xml: &mut Xml, view: &View) {
    let obstacle = view.obstacle();
    let loss = prose::hidden_loss(view);
    let errors =
        view.count(Status::Error) + view.count(Status::Blocked) + usize::from(obstacle.is_some());
    let tests = view.tests.len()
        + view.hidden.count
        + usize::from(obstacle.is_some())
        + usize::from(loss.is_some());
    xml.open(
        "testsuite",
        &[
            ("name", &format!("{}: {}", view.assignment, view.submission)),
            ("tests", &tests.to_string()),
            (
                "failures",
                &(view.count(Status::Failed) + usize::from(loss.is_some())).to_string(),
            ),
            ("errors", &errors.to_string()),
            (
                "skipped",
                &(view.count(Status::Skipped) + view.hidden.count).to_string(),
            ),
            ("time", &seconds(view.wall_us)),
        ],
    );
    xml.open("properties", &[]);
    let mut property =
        |name: &str, value: &str| xml.empty("property", &[("name", name), ("value", value)]);
    property("tamper_evident", &view.tamper_evident.to_string());
    property("passed", &view.passed.to_string());
    property("points", &super::text::points(view.points));
    property("max_points", &super::text::points(view.max_points));
    property("fuel", &view.fuel.to_string());
    if let Some(seed) = view.seed {
        property("seed", &seed.to_string());
    }
    if let Some(hidden) = view.hidden_line() {
        property("hidden", &hidden);
    }
    for note in &view.notes {
        property("note", note);
    }
    xml.close("properties");
    if let Some((kind, message)) = obstacle {
        xml.open(
            "testcase",
            &[
                ("classname", "submission"),
                ("name", "can be graded"),
                ("time", "0.000000"),
            ],
        );
        xml.outcome("error", kind, message, message);
        xml.close("testcase");
    }
    for test in &view.tests {
        case(xml, test);
    }
    for number in 1..=view.hidden.count {
        let name = format!("hidden test {number}");
        xml.open(
            "testcase",
            &[
                ("classname", "hidden"),
                ("name", &name),
                ("time", "0.000000"),
            ],
        );
        xml.empty("skipped", &[("message", "not shown")]);
        xml.close("testcase");
    }
    if let Some(message) = &loss {
        xml.open(
            "testcase",
            &[
                ("classname", "hidden"),
                ("name", "all hidden tests pass"),
                ("time", "0.000000"),
            ],
        );
        xml.outcome("failure", "hidden", message, message);
        xml.close("testcase");
    }
    xml.close("testsuite");
}

fn case(xml: &mut Xml, test: &TestVerdict) {
    let parts: Vec<&str> = test.id.split("::").collect();
    let class = match parts.as_slice() {
        [file, middle @ .., _] => {
            let stem = file.strip_suffix(".py").unwrap_or(file).replace('/', ".");
            middle.iter().fold(stem, |class, part| class + "." + part)
        }
        _ => "cases".to_owned(),
    };
    xml.open(
        "testcase",
        &[
            ("classname", &class),
            ("name", &test.name),
            ("time", &seconds(test.wall_us)),
        ],
    );
    if let Some(failure) = &test.failure {
        let element = match test.status {
            Status::Failed => Some("failure"),
            Status::Error | Status::Blocked => Some("error"),
            Status::Skipped => Some("skipped"),
            Status::Passed => None,
        };
        if let Some(element) = element {
            xml.outcome(
                element,
                failure.reason.name(),
                &failure.message,
                &prose::cause(failure),
            );
        }
    } else if prose::lost(test.status) {
        xml.outcome("error", test.status.name(), test.status.name(), "");
    } else if test.status == Status::Skipped {
        xml.empty("skipped", &[]);
    }
    for (element, text) in [("system-out", &test.stdout), ("system-err", &test.stderr)] {
        if !text.is_empty() {
            xml.text(element, &[], text);
        }
    }
    xml.close("testcase");
}

fn seconds(us: u64) -> String {
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}

/// A writer into memory, which cannot fail.
struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn event(&mut self, event: Event<'_>) {
        self.0.write_event(event).expect("memory takes every write");
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Start(start(name, attributes)));
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Empty(start(name, attributes)));
    }

    fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.open(name, attributes);
        self.event(Event::Text(BytesText::new(text)));
        self.close(name);
    }

    fn outcome(&mut self, name: &str, kind: &str, message: &str, text: &str) {
        let message = super::text::line(super::text::first_line(message), 300);
        self.text(name, &[("type", kind), ("message", &message)], text);
    }
}

fn start<'a>(name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for &attribute in attributes {
        start.push_attribute(attribute);
    }
    start
}
