//! Rules of a policy on paths.

use super::*;

#[test]
fn rules_on_paths_hold_for_the_real_path() {
    let rule = |pattern: &str, action| PathRule {
        pattern: pattern.into(),
        calls: vec![],
        action,
    };
    let mut stage = Stage::new(Rules {
        paths: vec![
            rule("/m/d/file", PathAction::Deny(Errno::Busy)),
            rule("/m/virtual/*.txt", PathAction::Content(b"hello".to_vec())),
            rule("/m/told", PathAction::Content(b"told".to_vec())),
        ],
        ..Rules::default()
    });
    for path in ["d/file", "to_d/file", "d/e/../file", "D/../d/file"] {
        let expected = if path.starts_with('D') {
            Errno::NoEnt
        } else {
            Errno::Busy
        };
        assert_eq!(stage.read(path), Err(expected), "{path}");
    }
    assert_eq!(stage.read("file"), Ok("content".into()));
    assert_eq!(stage.read("virtual/a.txt"), Ok("hello".into()));
    assert_eq!(stage.stat("virtual/a.txt"), Ok(5));
    assert_eq!(stage.read("virtual/b.csv"), Err(Errno::NoEnt));
    assert_eq!(stage.open("virtual/a.txt", WRITE), Err(Errno::Acces));
    assert_eq!(
        stage.open(
            "told",
            How {
                exclusive: true,
                ..CREATE
            }
        ),
        Err(Errno::Exist)
    );
    assert!(stage.names(".").contains(&"told".to_owned()));
    let path = ask(HostCall::PathUnlinkFile);
    assert_eq!(
        refused(stage.files.remove_file(path, MOUNT, b"told")),
        Errno::Acces
    );
    assert_eq!(
        refused(stage.files.rename(path, (MOUNT, b"file"), (MOUNT, b"told"))),
        Errno::Acces
    );
    assert_eq!(
        refused(stage.files.rename(path, (MOUNT, b"d"), (MOUNT, b"x"))),
        Errno::Xdev
    );
    // A fallback holds where no rule decides, and only there.
    let denied = Ask {
        call: HostCall::PathOpen,
        denied: Some(Errno::Perm),
    };
    assert_eq!(
        refused(stage.files.open(denied, MOUNT, b"file", READ)),
        Errno::Perm
    );
    stage.files.open(denied, MOUNT, b"told", READ).unwrap();
}
