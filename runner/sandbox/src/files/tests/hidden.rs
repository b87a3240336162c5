//! Names that a mount hides.

use super::*;

#[test]
fn hidden_dotfiles_do_not_exist() {
    let mut stage = Stage::new(Rules {
        dotfiles: true,
        ..Rules::default()
    });
    for path in [
        ".env",
        ".Env",
        ".hid/file",
        ".hid",
        "to_dot",
        "to_hid/file",
        ".missing",
        "d/../.env",
        "./.env",
    ] {
        assert_eq!(stage.read(path), Err(Errno::NoEnt), "{path}");
        assert_eq!(stage.stat(path), Err(Errno::NoEnt), "{path}");
    }
    for path in [".new", ".env", "d/.new"] {
        assert_eq!(stage.open(path, CREATE), Err(Errno::Acces), "{path}");
        assert_eq!(
            stage.open(
                path,
                How {
                    exclusive: true,
                    ..CREATE
                }
            ),
            Err(Errno::Acces),
            "{path}"
        );
    }
    let path = ask(HostCall::PathOpen);
    let files = &mut stage.files;
    assert_eq!(
        refused(files.make_folder(path, MOUNT, b".new")),
        Errno::Acces
    );
    assert_eq!(
        refused(files.make_folder(path, MOUNT, b".hid/new")),
        Errno::NoEnt
    );
    assert_eq!(
        refused(files.remove_file(path, MOUNT, b".env")),
        Errno::NoEnt
    );
    assert_eq!(
        refused(files.rename(path, (MOUNT, b".env"), (MOUNT, b"x"))),
        Errno::NoEnt
    );
    assert_eq!(
        refused(files.rename(path, (MOUNT, b"file"), (MOUNT, b".x"))),
        Errno::Acces
    );
    assert_eq!(
        refused(files.link(path, (MOUNT, b".env"), false, (MOUNT, b"x"))),
        Errno::NoEnt
    );
    assert_eq!(
        refused(files.link(path, (MOUNT, b"to_dot"), true, (MOUNT, b"x"))),
        Errno::NoEnt
    );
    assert_eq!(
        refused(files.symlink(path, b"file", MOUNT, b".x")),
        Errno::Acces
    );
    assert!(
        !stage
            .names(".")
            .iter()
            .any(|name| name.starts_with('.') && name.len() > 2)
    );
    assert_eq!(stage.read("A.key"), Ok("key".into()));
    // And where they are not hidden, all of that is there.
    let mut shown = plain();
    assert_eq!(shown.read(".env"), Ok("dot".into()));
    assert_eq!(shown.read(".Env"), Ok("Dot".into()));
    assert_eq!(shown.read("to_hid/file"), Ok("dot".into()));
    assert!(shown.names(".").contains(&".env".to_owned()));
    shown.open(".new", CREATE).unwrap();
}

#[test]
fn excluded_names_do_not_exist() {
    let mut stage = Stage::new(Rules {
        exclude: patterns(&["*.key", ".hid/"]),
        ..Rules::default()
    });
    for path in [
        "A.key",
        "d/b.KEY",
        "to_key",
        "to_d/b.KEY",
        ".hid/file",
        "to_hid/file",
        "to_hid",
    ] {
        assert_eq!(stage.read(path), Err(Errno::NoEnt), "{path}");
        assert_eq!(stage.stat(path), Err(Errno::NoEnt), "{path}");
    }
    assert_eq!(stage.open("new.Key", CREATE), Err(Errno::Acces));
    assert!(!stage.host("new.Key").exists());
    assert_eq!(stage.read(".env"), Ok("dot".into()));
    let names = stage.names("d");
    assert_eq!(names, [".", "..", "e", "file"]);
    // Hidden, they still keep their folder from being removed.
    let path = ask(HostCall::PathRemoveDirectory);
    stage.files.remove_file(path, MOUNT, b"d/file").unwrap();
    stage.files.remove_folder(path, MOUNT, b"d/e").unwrap();
    assert_eq!(
        refused(stage.files.remove_folder(path, MOUNT, b"d")),
        Errno::NotEmpty
    );
    // Patterns of names go with their folder; those of paths would not, so there folders stay.
    stage
        .files
        .rename(path, (MOUNT, b"d"), (MOUNT, b"moved"))
        .unwrap();
    assert_eq!(stage.read("moved/b.KEY"), Err(Errno::NoEnt));
    let mut stage = Stage::new(Rules {
        exclude: patterns(&["d/*.key"]),
        ..Rules::default()
    });
    let moved = stage.files.rename(path, (MOUNT, b"d"), (MOUNT, b"moved"));
    assert_eq!(
        moved.unwrap_err(),
        Refusal::new(Errno::Xdev, Reason::FolderMove, 0)
    );
    assert_eq!(stage.read("d/b.KEY"), Err(Errno::NoEnt));
    assert_eq!(stage.read("A.key"), Ok("key".into()));
}

#[test]
fn refusals_say_why() {
    let mut stage = Stage::new(Rules {
        read_only: true,
        dotfiles: true,
        exclude: patterns(&["*.key"]),
        ..Rules::default()
    });
    let mut why = |path: &str, how| {
        let opened = stage
            .files
            .open(ask(HostCall::PathOpen), MOUNT, path.as_bytes(), how);
        opened.unwrap_err().denial.map(|denial| denial.reason)
    };
    assert_eq!(why("file", WRITE), Some(Reason::ReadOnly));
    assert_eq!(why(".env", READ), Some(Reason::Dotfile));
    assert_eq!(why("A.key", READ), Some(Reason::Excluded));
    assert_eq!(why("out", READ), Some(Reason::Outside));
    // What would not be there anyway is nobody's refusal.
    assert_eq!(why(".missing", READ), None);
    assert_eq!(why("missing", READ), None);
}
