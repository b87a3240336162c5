//! Packages that are refused, by name and with the reason, before anything runs.

use super::*;

#[test]
fn machine_code_is_refused_by_name() {
    let message = "error: package `tagged 1.0` is not pure Python: its wheels hold machine code, as for `cp313-cp313-manylinux_2_17_x86_64`\n\
        hint: the sandbox runs Python and no machine code; look for a package or a release that is pure Python\n";
    check_refused(&["--with", "tagged"], message);
    check_refused(&["--with", "pure,needs-tagged"], message);
}

#[test]
fn machine_code_in_a_wheel_that_claims_none_is_refused() {
    check_refused(
        &["--with", "mislabelled"],
        "error: package `mislabelled 1.0` is not pure Python, though its wheel says so: \
        `mislabelled/_speed.cpython-313-x86_64-linux-gnu.so` is machine code\n\
        hint: the sandbox runs Python and no machine code; look for a package or a release that is pure Python\n",
    );
}

#[test]
fn sources_are_not_built() {
    check_refused(
        &["--with", "only-source"],
        "error: package `only-source` has no wheel that fits, only sources, and nothing is built: that would run its code outside the sandbox\n\
        hint: choose a release that has a wheel, or build one where you trust it and give its folder with `--find-links`\n",
    );
    assert!(!Path::new("/tmp/croquant-setup-ran").exists());
}

#[test]
fn a_package_for_a_newer_python_is_refused() {
    let output = Stage::get()
        .run(&["--with", "newer", "-c", "print('it ran')"])
        .output()
        .expect("croquant runs");
    let stderr = text(&output.stderr);
    assert!(
        stderr.starts_with("error: no choice of packages fits: "),
        "{stderr}"
    );
    assert!(
        stderr.contains("newer==1.0 requires Python >=3.99"),
        "{stderr}"
    );
    assert!(
        stderr.contains("packages need wheels for Python 3.13."),
        "{stderr}"
    );
    assert_eq!(
        (text(&output.stdout).as_str(), output.status.code()),
        ("", Some(125))
    );
}

#[test]
fn an_unknown_package_is_named_and_so_is_being_offline() {
    let output = Stage::get()
        .run(&["--with", "surely-unknown", "-c", "print('it ran')"])
        .output()
        .expect("croquant runs");
    let stderr = text(&output.stderr);
    assert!(stderr.contains("surely-unknown"), "{stderr}");
    let hint = "hint: without `--offline`, packages are fetched once and kept\n";
    assert!(stderr.ends_with(hint), "{stderr}");
    assert_eq!(
        (text(&output.stdout).as_str(), output.status.code()),
        ("", Some(125))
    );
}
