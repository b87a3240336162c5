use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::{Site, SitePath, serve};
use crate::config::{ConfigError, Pages};

/// A folder with a secret beside it; removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("croquant-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("site/sub/empty")).unwrap();
        fs::write(root.join("secret.html"), "secret").unwrap();
        fs::write(root.join("site/a.html"), "<title>A</title>a").unwrap();
        fs::write(root.join("site/sub/b.txt"), "b").unwrap();
        fs::write(root.join("site/.hidden.html"), "hidden").unwrap();
        Self(root)
    }

    fn site(&self) -> Site {
        Site::open(&Pages::Folder(self.0.join("site"))).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[track_caller]
fn check(folder: &Folder, path: &str, expected: u16) {
    let status = match SitePath::parse(path) {
        Some(path) => match serve(&folder.site(), &path, None) {
            Ok(response) => response.status(),
            Err(error) => super::refuse(&error).status(),
        },
        None => super::not_found().status(),
    };
    assert_eq!(status.as_u16(), expected, "{path}");
}

#[test]
fn files_and_folders() {
    let folder = Folder::new("files");
    check(&folder, "/", 200);
    check(&folder, "/a.html", 200);
    check(&folder, "/sub/b.txt", 200);
    check(&folder, "/sub", 308);
    check(&folder, "/sub/", 200);
    check(&folder, "/sub/empty/", 200);
    check(&folder, "/missing", 404);
    check(&folder, "/missing/", 404);
    check(&folder, "/a.html/", 404);
    check(&folder, "/a.html/b", 404);
}

#[test]
fn nothing_outside_the_folder() {
    let folder = Folder::new("outside");
    check(&folder, "/../secret.html", 404);
    check(&folder, "/sub/../../secret.html", 404);
    check(&folder, "/%2e%2e/secret.html", 404);
    check(&folder, "/..%2fsecret.html", 404);
    check(&folder, "/.hidden.html", 404);
}

#[test]
fn links_stay_inside() {
    let folder = Folder::new("links");
    let site = folder.0.join("site");
    symlink(folder.0.join("secret.html"), site.join("absolute.html")).unwrap();
    symlink("../secret.html", site.join("relative.html")).unwrap();
    symlink("..", site.join("up")).unwrap();
    symlink("/etc", site.join("etc")).unwrap();
    symlink("a.html", site.join("inside.html")).unwrap();
    symlink("../a.html", site.join("sub/back.html")).unwrap();
    assert_eq!(fs::read(site.join("relative.html")).unwrap(), b"secret");
    for path in [
        "/absolute.html",
        "/relative.html",
        "/up/secret.html",
        "/up/",
        "/etc/passwd",
        "/etc/",
    ] {
        let found = SitePath::parse(path).map(|path| serve(&folder.site(), &path, None));
        let status = match found.unwrap() {
            Ok(response) => response.status().as_u16(),
            Err(error) => super::refuse(&error).status().as_u16(),
        };
        assert!(matches!(status, 403 | 404), "{path}: {status}");
    }
    check(&folder, "/inside.html", 200);
    check(&folder, "/sub/back.html", 200);
}

#[test]
fn a_pipe_is_no_page() {
    let folder = Folder::new("pipe");
    let made = std::process::Command::new("mkfifo")
        .arg(folder.0.join("site/pipe.html"))
        .status();
    assert!(made.unwrap().success());
    check(&folder, "/pipe.html", 404);
    check(&folder, "/", 200);
}

#[test]
fn the_folder_must_be_one() {
    let folder = Folder::new("must");
    let open = |path: PathBuf| Site::open(&Pages::Folder(path)).err();
    assert!(matches!(
        open(folder.0.join("nowhere")),
        Some(ConfigError::Missing { .. })
    ));
    assert!(matches!(
        open(folder.0.join("secret.html")),
        Some(ConfigError::NotAFolder { .. })
    ));
    assert!(open(folder.0.join("site")).is_none());
}
