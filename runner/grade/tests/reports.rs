//! Each format on one set of verdicts: as expected, well formed, and without a word of hidden tests.
//!
//! `CROQUANT_BLESS=1` writes the expected files anew.

#[path = "reports/fixture.rs"]
mod fixture;
#[path = "reports/junit.rs"]
mod junit;
#[path = "reports/schema.rs"]
mod schema;

use base64::Engine as _;
use croquant_grade::report::{Format, github, json, terminal};
use croquant_grade::{Due, HiddenPoints, Release, Status, Verdict, View};
use fixture::{SECRETS, empty, practice, rich, syntax};
use serde_json::Value;

fn student(verdict: &Verdict) -> View {
    View::new(verdict, Release::student(Due::Before))
}

fn teacher(verdict: &Verdict) -> View {
    View::new(verdict, Release::teacher())
}

/// The report, its random token made constant, and base64 undone.
fn text(format: Format, view: &View) -> String {
    let views = [view.clone()];
    let text = match format {
        Format::Github => github::render(&views, "TOKEN"),
        _ => String::from_utf8(format.render(&views).unwrap()).unwrap(),
    };
    match format {
        Format::GithubClassroom => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim());
            String::from_utf8(bytes.unwrap()).unwrap()
        }
        _ => text,
    }
}

#[track_caller]
fn golden(name: &str, text: &str) {
    let path = format!("{}/tests/reports/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("CROQUANT_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, expected, "{name}");
}

#[test]
fn every_format_is_as_expected() {
    for format in Format::ALL {
        golden(
            &format!("student.{format}.txt"),
            &text(format, &student(&rich())),
        );
        golden(
            &format!("syntax.{format}.txt"),
            &text(format, &student(&syntax())),
        );
    }
    golden("teacher.json.txt", &text(Format::Json, &teacher(&rich())));
    let batch: Vec<_> = [rich(), syntax(), practice(), empty()]
        .iter()
        .map(student)
        .collect();
    for format in Format::ALL
        .into_iter()
        .filter(|format| format.is_batch() && *format != Format::Github)
    {
        let text = String::from_utf8(format.render(&batch).unwrap()).unwrap();
        golden(&format!("batch.{format}.txt"), &text);
    }
}

#[test]
fn no_format_tells_a_student_of_hidden_tests_and_each_tells_a_teacher() {
    for format in Format::ALL {
        for hidden_points in [HiddenPoints::Counted, HiddenPoints::Withheld] {
            let release = Release {
                hidden_points,
                ..Release::student(Due::Before)
            };
            let report = text(format, &View::new(&rich(), release));
            for secret in SECRETS {
                assert!(!report.contains(secret), "{format} tells `{secret}`");
            }
        }
        let report = text(format, &teacher(&rich()));
        let secret = if format == Format::Csv {
            "SECRET-ID"
        } else {
            "SECRET-NAME"
        };
        assert!(
            report.contains(secret),
            "{format} hides it from the teacher"
        );
    }
    let report = text(Format::Json, &teacher(&rich()));
    for secret in SECRETS {
        assert!(
            report.contains(secret),
            "the teacher does not see `{secret}`"
        );
    }
}

#[test]
fn after_the_due_date_its_tests_show() {
    let before = text(Format::Json, &student(&rich()));
    let after = text(
        Format::Json,
        &View::new(&rich(), Release::student(Due::Passed)),
    );
    assert!(!before.contains("SECRET-LATER"));
    assert!(after.contains("SECRET-LATER") && !after.contains("SECRET-NAME"));
}

#[test]
fn withheld_points_are_in_no_total() {
    let release = Release {
        hidden_points: HiddenPoints::Withheld,
        ..Release::student(Due::Before)
    };
    let view = View::new(&rich(), release);
    assert_eq!(
        view.max_points,
        view.tests.iter().map(|test| test.max_points).sum::<f64>()
    );
    assert!(view.max_points < student(&rich()).max_points);
    assert_eq!(view.hidden.sum, None);
}

#[test]
fn a_result_in_process_says_so_in_every_format_and_no_other_does() {
    for format in Format::ALL {
        let says = |verdict: &Verdict| {
            let text = text(format, &student(verdict));
            let text = text.replace("\\_", "_").replace("&#58;", ":");
            match format {
                Format::Csv => text.lines().nth(1).unwrap().contains(",false,"),
                Format::Junit => text.contains("name=\"tamper_evident\" value=\"false\""),
                _ => {
                    text.contains("tamper_evident: false")
                        || text.replace(' ', "").contains("\"tamper_evident\":false")
                }
            }
        };
        assert!(says(&practice()), "{format} does not say it");
        assert!(!says(&rich()), "{format} says it of a sealed one");
    }
}

#[test]
fn no_tests_are_no_pass() {
    let view = student(&empty());
    assert!(!view.passed);
    for format in [
        Format::Tap,
        Format::Junit,
        Format::Ctrf,
        Format::Exercism,
        Format::GithubClassroom,
    ] {
        let report = text(format, &view);
        assert!(
            report.contains("no tests were found") || report.contains("no_tests"),
            "{format}"
        );
    }
    let mut skipped = practice();
    skipped
        .tests
        .iter_mut()
        .for_each(|test| test.status = Status::Skipped);
    assert!(!student(&skipped).passed);
    assert!(student(&practice()).passed, "the twin passes");
}

#[test]
fn json_is_json_and_fits_its_schema() {
    for view in [
        student(&rich()),
        teacher(&rich()),
        student(&syntax()),
        student(&empty()),
    ] {
        for format in [
            Format::Json,
            Format::Gradescope,
            Format::Exercism,
            Format::Prairielearn,
            Format::Ctrf,
            Format::GithubClassroom,
        ] {
            let value: Value = serde_json::from_str(&text(format, &view)).unwrap();
            if format == Format::Json {
                let schema: Value = serde_json::from_str(json::SCHEMA).unwrap();
                schema::check(&schema, &schema, &value, "").unwrap();
                let mut broken = value;
                broken["submissions"][0]["passed"] = "yes".into();
                schema::check(&schema, &schema, &broken, "").unwrap_err();
            }
        }
    }
}

#[test]
fn xml_is_what_the_strictest_reader_takes_and_counts_its_cases() {
    for view in [teacher(&rich()), student(&rich()), student(&syntax())] {
        let report = text(Format::Junit, &view);
        let cases = junit::check(&report).unwrap();
        assert!(cases >= view.tests.len());
        assert!(report.contains(&format!("tests=\"{cases}\"")));
        assert!(!report.contains(|char: char| char.is_control() && char != '\n' && char != '\t'));
    }
    let report = text(Format::Junit, &teacher(&rich()));
    assert_eq!(junit::check(&report), Ok(rich().tests.len()));
    let broken = report.replace("classname=", "file=\"test.py\" classname=");
    junit::check(&broken).unwrap_err();
}

#[test]
fn a_tap_plan_counts_its_points() {
    for verdict in [rich(), syntax(), empty()] {
        let report = text(Format::Tap, &student(&verdict));
        let count = report
            .lines()
            .filter(|line| line.starts_with("ok ") || line.starts_with("not ok "))
            .count();
        assert!(report.contains(&format!("\n1..{count}\n")), "{report}");
        assert!(count > 0);
    }
}

#[test]
fn output_gives_github_no_commands() {
    let report = text(Format::Github, &teacher(&rich()));
    for line in report
        .lines()
        .filter(|line| line.trim_start().starts_with("::"))
    {
        let known = [
            "::error ",
            "::warning ",
            "::notice ",
            "::stop-commands::TOKEN",
            "::TOKEN::",
        ];
        assert!(known.iter().any(|known| line.starts_with(known)), "{line}");
    }
    assert!(!report.contains("##["));
    assert!(
        report.contains("set-output"),
        "the attempt is there, harmless"
    );
}

#[test]
fn html_has_no_elements_but_its_own() {
    let report = text(Format::Html, &teacher(&rich()));
    assert!(!report.contains("<script") && !report.contains("</script"));
    assert!(
        report.contains("&lt;/script&gt;"),
        "the attempt is there, harmless"
    );
}

#[test]
fn a_terminal_shows_colour_only_if_asked() {
    let views = [student(&rich())];
    let plain = terminal::render(&views, terminal::Style::default());
    let coloured = terminal::render(
        &views,
        terminal::Style {
            colour: true,
            width: 60,
        },
    );
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.contains("\u{1b}[31m✗ failed"));
}

#[test]
fn formats_of_one_submission_refuse_two() {
    let views = [student(&rich()), student(&empty())];
    for format in Format::ALL {
        assert_eq!(format.render(&views).is_ok(), format.is_batch(), "{format}");
        assert!(format.render(&views[..1]).is_ok());
    }
}

#[test]
fn what_gradescope_shows_students_of_a_teachers_view_names_no_hidden_test() {
    let report: Value = serde_json::from_str(&text(Format::Gradescope, &teacher(&rich()))).unwrap();
    let (shown, kept): (Vec<_>, Vec<_>) = report["tests"]
        .as_array()
        .unwrap()
        .iter()
        .partition(|test| test["visibility"] == "visible");
    let [shown, kept] = [shown, kept].map(|tests| format!("{tests:?}"));
    assert!(!shown.contains("SECRET-NAME"));
    assert!(kept.contains("SECRET-NAME") && kept.contains("SECRET-LATER"));
}
