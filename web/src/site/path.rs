//! The path of a request as a path below the site.

use percent_encoding::percent_decode_str;

/// A path without `..`, hidden files, or anything that means something else on some system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SitePath {
    joined: String,
    is_folder: bool,
    /// As requested, still encoded.
    raw: String,
}

impl SitePath {
    /// Parses a request's path, percent-encoded, beginning with `/`. `None` if nothing can be there.
    pub(super) fn parse(raw: &str) -> Option<Self> {
        let inside = raw.strip_prefix('/')?;
        let is_folder = inside.is_empty() || inside.ends_with('/');
        let mut segments = Vec::new();
        for segment in inside.split('/') {
            let segment = percent_decode_str(segment).decode_utf8().ok()?;
            if segment.is_empty() {
                continue;
            }
            let odd = |c: char| c.is_control() || matches!(c, '/' | '\\');
            if segment.starts_with('.') || segment.contains(odd) {
                return None;
            }
            segments.push(segment.into_owned());
        }
        Some(Self {
            joined: segments.join("/"),
            is_folder,
            raw: raw.to_owned(),
        })
    }

    /// The path relative to the site; empty for the site itself.
    pub(super) fn file(&self) -> &str {
        &self.joined
    }

    /// Whether the request asks for a folder: its path ends with `/`.
    pub(super) fn is_folder(&self) -> bool {
        self.is_folder
    }

    /// The request's path with a slash at its end, and one at its start: `//host` would lead elsewhere.
    pub(super) fn as_folder(&self) -> String {
        format!("/{}/", self.raw.trim_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::SitePath;

    #[track_caller]
    fn check(raw: &str, expected: Option<&str>) {
        let path = SitePath::parse(raw);
        assert_eq!(path.as_ref().map(SitePath::file), expected, "{raw}");
    }

    #[test]
    fn plain_paths() {
        check("/", Some(""));
        check("/a.html", Some("a.html"));
        check("/a/b.html", Some("a/b.html"));
        check("/a//b", Some("a/b"));
        check("/a%20b%C3%A9.html", Some("a bé.html"));
    }

    #[test]
    fn traversal() {
        for raw in [
            "",
            "a",
            "/..",
            "/../a",
            "/a/../b",
            "/a/..",
            "/%2e%2e/a",
            "/.%2e/a",
            "/a%2f..%2fb",
            "/..%2fa",
            "/a%5c..%5cb",
            "/a\\b",
            "/a%00b",
            "/a%0ab",
            "/%ff",
        ] {
            check(raw, None);
        }
    }

    #[test]
    fn hidden_files() {
        check("/.git/config", None);
        check("/a/.env", None);
        check("/%2eenv", None);
        check("/a.env", Some("a.env"));
    }

    #[test]
    fn a_folder_stays_on_this_host() {
        let path = SitePath::parse("//evil.example").unwrap();
        assert_eq!(path.as_folder(), "/evil.example/");
    }
}
