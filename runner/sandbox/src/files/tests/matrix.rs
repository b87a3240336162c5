//! Every kind of name under every kind of rule that hides one: what each call finds, and what it leaves.

use std::fs::symlink_metadata;

use super::*;

/// What is in the folder `f` of the mount, and where each link leads.
const NAMES: [(&str, &str); 9] = [
    ("name", ""),
    (".name", ""),
    ("inside", "target.txt"),
    ("outside", "../../secret"),
    ("to_dot", ".name"),
    ("chain", "inside"),
    ("chain_dot", "to_dot"),
    ("chain_out", "outside"),
    (".link", "target.txt"),
];

/// Ways to the folder.
const WAYS: [&str; 4] = ["f/", "./f//", "way/", "f/../way/"];

/// A row: whether names that begin with a dot are hidden, the patterns, and what becomes of each name. `{}` stands for that name, `{3}` for
/// its first three letters, `{A}` for the name in capitals.
///
/// `c`: its content is read. `t`: it is a link to what is hidden. `o`: a link out of the mount. `p`: a link to such a link. `h`: it is
/// hidden. `g`: the folder is.
const RULES: [(bool, &[&str], &str); 27] = [
    (false, &[], "cccocccpc"),
    (true, &[], "chcotctph"),
    // The name: by itself, by its path, by a glob, in capitals.
    (false, &["{}"], "hhhhhhhhh"),
    (false, &["f/{}"], "hhhhhhhhh"),
    (false, &["/f/{}"], "hhhhhhhhh"),
    (false, &["{3}*"], "hhhhhhhhh"),
    (false, &["**/{3}*"], "hhhhhhhhh"),
    (false, &["{A}"], "hhhhhhhhh"),
    (false, &["F/{A}"], "hhhhhhhhh"),
    (true, &["{A}"], "hhhhhhhhh"),
    // What links lead to.
    (false, &["target.txt"], "cctoctcpt"),
    (false, &["f/target.txt"], "cctoctcpt"),
    (false, &["*.txt"], "cctoctcpt"),
    (false, &["Target.TXT"], "cctoctcpt"),
    (true, &["*.TXT"], "chtotttph"),
    (false, &[".name"], "chcotctpc"),
    (false, &["f/.n*"], "chcotctpc"),
    (false, &[".NAME"], "chcotctpc"),
    // A link on the way.
    (false, &["inside"], "cchoctcpc"),
    (false, &["outside"], "ccchccctc"),
    (false, &["TO_DOT"], "cccohctpc"),
    // The folder that all of it lies in.
    (false, &["f"], "ggggggggg"),
    (true, &["F/"], "ggggggggg"),
    // What only seems to name it.
    (false, &["/{}"], "cccocccpc"),
    (false, &["{}/"], "cccocccpc"),
    (false, &["*.txt", "!target.txt"], "cccocccpc"),
    (true, &["{}", "!{}"], "chcotctph"),
];

/// What each call gives.
struct Found {
    read: Result<&'static str, Errno>,
    stat: Result<(), Errno>,
    /// Of the name itself, if it is a link.
    lstat: Result<(), Errno>,
    listed: Result<bool, Errno>,
    rename: Result<(), Errno>,
    rename_over: Result<(), Errno>,
    unlink: Result<(), Errno>,
    mkdir: Errno,
}

fn found(letter: char, name: &str) -> Found {
    let shown = Found {
        read: Ok(match name {
            "name" => "plain",
            ".name" | "to_dot" | "chain_dot" => "dotted",
            _ => "target",
        }),
        stat: Ok(()),
        lstat: Ok(()),
        listed: Ok(true),
        rename: Ok(()),
        rename_over: Ok(()),
        unlink: Ok(()),
        mkdir: Errno::Exist,
    };
    let leads_to = |errno| (Err(errno), Err(errno));
    match letter {
        'c' => shown,
        't' => {
            let (read, stat) = leads_to(Errno::NoEnt);
            Found {
                read,
                stat,
                ..shown
            }
        }
        'p' => {
            let (read, stat) = leads_to(Errno::Perm);
            Found {
                read,
                stat,
                ..shown
            }
        }
        'o' => Found {
            // A link that leads out may be taken away, but not made anew elsewhere.
            rename: Err(Errno::Perm),
            ..found('p', name)
        },
        'h' => Found {
            read: Err(Errno::NoEnt),
            stat: Err(Errno::NoEnt),
            lstat: Err(Errno::NoEnt),
            listed: Ok(false),
            rename: Err(Errno::NoEnt),
            rename_over: Err(Errno::Acces),
            unlink: Err(Errno::NoEnt),
            mkdir: Errno::Acces,
        },
        'g' => Found {
            listed: Err(Errno::NoEnt),
            rename_over: Err(Errno::NoEnt),
            mkdir: Errno::NoEnt,
            ..found('h', name)
        },
        _ => panic!("the table knows no `{letter}`"),
    }
}

/// A stage with the names, for one of which the patterns are written.
fn stage(dotfiles: bool, patterns: &[&str], name: &str) -> Stage {
    let exclude = patterns.iter().map(|pattern| {
        let pattern = pattern.replace("{3}", &name[..3]);
        pattern
            .replace("{A}", &name.to_uppercase())
            .replace("{}", name)
    });
    let stage = Stage::new(Rules {
        dotfiles,
        exclude: exclude.collect(),
        ..Rules::default()
    });
    std::fs::create_dir(stage.host("f")).unwrap();
    symlink("f", stage.host("way")).unwrap();
    std::fs::write(stage.host("f/target.txt"), "target").unwrap();
    for (name, _) in NAMES {
        put(&stage, name);
    }
    stage
}

/// Puts the name there as it was at the beginning.
fn put(stage: &Stage, name: &str) {
    let path = stage.host("f").join(name);
    match NAMES.iter().find(|(known, _)| *known == name) {
        Some(("name", _)) => std::fs::write(path, "plain").unwrap(),
        Some((".name", _)) => std::fs::write(path, "dotted").unwrap(),
        Some((_, target)) => symlink(target, path).unwrap(),
        None => panic!("the table knows no `{name}`"),
    }
}

#[test]
fn what_is_hidden_is_hidden_from_every_call() {
    for (dotfiles, patterns, letters) in RULES {
        assert_eq!(letters.len(), NAMES.len());
        for ((name, _), letter) in NAMES.iter().zip(letters.chars()) {
            let found = found(letter, name);
            let mut stage = stage(dotfiles, patterns, name);
            for way in WAYS {
                let told = format!("{way}{name} with {patterns:?}, dotfiles hidden: {dotfiles}");
                check_looks(&mut stage, way, name, &found, &told);
                check_changes(&mut stage, &format!("{way}{name}"), name, &found, &told);
            }
        }
    }
}

fn check_looks(stage: &mut Stage, way: &str, name: &str, found: &Found, told: &str) {
    let path = format!("{way}{name}");
    assert_eq!(
        stage.read(&path),
        found.read.map(str::to_owned),
        "read {told}"
    );
    assert_eq!(stage.stat(&path).map(drop), found.stat, "stat {told}");
    let ask = ask(HostCall::PathFilestatGet);
    let lstat = stage
        .files
        .path_filestat(ask, MOUNT, path.as_bytes(), false);
    assert_eq!(
        lstat.map(drop).map_err(|refusal| refusal.errno),
        found.lstat,
        "lstat {told}"
    );
    let listed = match stage.open(way, FOLDER) {
        Ok(fd) => {
            stage.files.close(fd).unwrap();
            Ok(stage.names(way).contains(&name.to_owned()))
        }
        Err(errno) => Err(errno),
    };
    assert_eq!(listed, found.listed, "listed {told}");
}

/// Each change is made, and undone here; or it is refused, and nothing has changed.
fn check_changes(stage: &mut Stage, path: &str, name: &str, found: &Found, told: &str) {
    let ask = ask(HostCall::PathRename);
    let path = path.as_bytes();
    let here = stage.host("f").join(name);
    let is_there = |path: &Path| symlink_metadata(path).is_ok();
    let errno = |done: Done<()>| done.map_err(|refusal| refusal.errno);

    let renamed = stage.files.rename(ask, (MOUNT, path), (MOUNT, b"d/moved"));
    assert_eq!(errno(renamed), found.rename, "rename {told}");
    let moved = stage.host("d/moved");
    let places = (!is_there(&here), is_there(&moved));
    let done = found.rename.is_ok();
    assert_eq!(places, (done, done), "rename {told}");
    if done {
        std::fs::rename(moved, &here).unwrap();
    }

    let renamed = stage.files.rename(ask, (MOUNT, b"file"), (MOUNT, path));
    assert_eq!(errno(renamed), found.rename_over, "rename over {told}");
    let done = found.rename_over.is_ok();
    assert_eq!(!is_there(&stage.host("file")), done, "rename over {told}");
    if done {
        std::fs::rename(&here, stage.host("file")).unwrap();
        put(stage, name);
    }

    let removed = stage.files.remove_file(ask, MOUNT, path);
    assert_eq!(errno(removed), found.unlink, "unlink {told}");
    let done = found.unlink.is_ok();
    assert_eq!(!is_there(&here), done, "unlink {told}");
    if done {
        put(stage, name);
    }

    let made = stage.files.make_folder(ask, MOUNT, path);
    assert_eq!(errno(made), Err(found.mkdir), "mkdir {told}");
    assert!(!symlink_metadata(&here).unwrap().is_dir(), "mkdir {told}");
}
