//! Paths of files in a session: relative, with `/`, beneath the root.

/// The most bytes that a path may have.
const MAX_BYTES: usize = 255;

/// The path without what means nothing in it (`./`, `//`); an error says what it is that cannot be.
pub(crate) fn clean(path: &str) -> Result<String, &'static str> {
    if path.starts_with('/') || path.get(1..2) == Some(":") {
        return Err("is absolute");
    }
    if path.contains('\\') {
        return Err("has a backslash");
    }
    if path.chars().any(char::is_control) {
        return Err("has a control character");
    }
    let parts: Vec<_> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    if parts.contains(&"..") {
        return Err("leads out of its folder");
    }
    if parts.is_empty() {
        return Err("is empty");
    }
    let path = parts.join("/");
    if path.len() > MAX_BYTES {
        return Err("is longer than 255 bytes");
    }
    Ok(path)
}

/// What follows the last `/`.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What precedes the last `.` of the name.
pub(crate) fn stem(path: &str) -> &str {
    let name = name(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Whether it is called as test modules are: `test_*.py`, `*_test.py`.
pub(crate) fn is_test_module(path: &str) -> bool {
    let name = name(path);
    name.strip_suffix(".py")
        .is_some_and(|stem| stem.starts_with("test_") || stem.ends_with("_test"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_beneath_the_root_are_taken() {
        assert_eq!(clean("leap.py"), Ok("leap.py".into()));
        assert_eq!(clean("./a//b.py"), Ok("a/b.py".into()));
        assert_eq!(clean("a..b/.c"), Ok("a..b/.c".into()));
    }

    #[test]
    fn others_are_not() {
        assert_eq!(clean("/etc/passwd"), Err("is absolute"));
        assert_eq!(clean("C:/x"), Err("is absolute"));
        assert_eq!(clean("a/../../b"), Err("leads out of its folder"));
        assert_eq!(clean("a\\b"), Err("has a backslash"));
        assert_eq!(clean("./"), Err("is empty"));
        assert_eq!(clean("a\nb"), Err("has a control character"));
        assert!(clean(&"a".repeat(300)).is_err());
    }

    #[test]
    fn test_modules_are_known_by_their_names() {
        assert!(is_test_module("tests/test_a.py"));
        assert!(is_test_module("leap_test.py"));
        assert!(!is_test_module("leap.py"));
        assert!(!is_test_module("testing.py"));
        assert!(!is_test_module("test_data.txt"));
    }
}
