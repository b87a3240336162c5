//! Unpacks the image to a file that only we can have written: what is in it is run as machine code.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// The compressed image.
static IMAGE: &[u8] = include_bytes!(env!("CROQUANT_IMAGE_PATH"));

/// Named by its name and its content, so that a file left by another build of the same name is never taken for it.
const NAME: &str = concat!(
    env!("CROQUANT_IMAGE_HASH"),
    "-",
    env!("CROQUANT_IMAGE_CONTENT"),
    ".cwasm"
);

/// The image's file in `folder`, unpacked now unless it is there.
///
/// # Errors
/// The folder cannot be made or written, or is not ours alone.
pub(crate) fn to_folder(folder: &Path) -> io::Result<File> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let owner = fs::metadata("/proc/self")?.uid();
    let entry = fs::symlink_metadata(folder)?;
    if !entry.is_dir() || entry.uid() != owner || entry.mode() & 0o077 != 0 {
        return Err(io::Error::new(
            ErrorKind::PermissionDenied,
            "the folder is not ours alone",
        ));
    }
    let path = folder.join(NAME);
    if let Ok(file) = checked(&path, owner) {
        return Ok(file);
    }
    static ATTEMPT: AtomicU32 = AtomicU32::new(0);
    let attempt = ATTEMPT.fetch_add(1, Ordering::Relaxed);
    let partial = folder.join(format!(".{NAME}.{}.{attempt}", process::id()));
    let written = write(&partial).and_then(|()| fs::rename(&partial, &path));
    if written.is_err() {
        // Nothing is lost: the name belongs to this attempt alone.
        drop(fs::remove_file(&partial));
    }
    written?;
    checked(&path, owner)
}

/// The image in memory that no name leads to, and that nobody who gets it can change: several processes may run what is in it.
///
/// # Errors
/// There is no memory for it.
pub(crate) fn to_memory() -> io::Result<File> {
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let mut file = File::from(memfd_create("croquant-image", flags)?);
    unpack(&mut file)?;
    let all = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
    fcntl_add_seals(&file, all)?;
    Ok(file)
}

/// Opens a file that an earlier call wrote: whole, and ours.
fn checked(path: &Path, owner: u32) -> io::Result<File> {
    let no_links = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(no_links)
        .open(path)?;
    let entry = file.metadata()?;
    let whole = zstd::zstd_safe::get_frame_content_size(IMAGE)
        .ok()
        .flatten()
        == Some(entry.len());
    if !entry.is_file() || entry.uid() != owner || entry.mode() & 0o022 != 0 || !whole {
        return Err(io::Error::new(
            ErrorKind::InvalidData,
            "the file is not the image",
        ));
    }
    Ok(file)
}

fn write(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    unpack(&mut file)?;
    // The name must not reach the disk before the content.
    file.sync_all()
}

fn unpack(file: &mut File) -> io::Result<()> {
    let mut image = zstd::stream::Decoder::new(IMAGE)?;
    let mut part = Vec::with_capacity(PART_BYTES);
    loop {
        part.clear();
        image
            .by_ref()
            .take(PART_BYTES as u64)
            .read_to_end(&mut part)?;
        if part.is_empty() {
            return Ok(());
        }
        file.write_all(&part)?;
    }
}

/// How much is written at once: a huge page. The kernel caches a file in pieces as large as what was written, and a piece is mapped with
/// one page fault; with pieces of 4 KiB, mapping what a session uses of the image takes longer than all that the session does.
const PART_BYTES: usize = 2 << 20;

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;

    /// A folder that goes away with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path =
                std::env::temp_dir().join(format!("croquant-guest-{}-{name}", process::id()));
            fs::create_dir(&path).unwrap();
            Folder(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn content(mut file: File) -> Vec<u8> {
        use std::io::Seek;
        let mut bytes = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn memory_and_file_hold_the_same_image() {
        let folder = Folder::new("same");
        let image = content(to_folder(&folder.0.join("image")).unwrap());
        assert!(image.starts_with(b"\x7fELF"));
        assert!(image == content(to_memory().unwrap()));
    }

    #[test]
    fn nobody_changes_the_image_in_memory() {
        use std::os::unix::fs::FileExt;
        let image = to_memory().unwrap();
        assert!(image.write_at(b"x", 0).is_err() && image.set_len(0).is_err());
        assert!(content(image).starts_with(b"\x7fELF"));
    }

    #[test]
    fn the_file_is_written_once_and_a_damaged_one_again() {
        let folder = Folder::new("once");
        let place = folder.0.join("image");
        let whole = content(to_folder(&place).unwrap());
        let path = place.join(NAME);
        let first = fs::metadata(&path).unwrap().ino();
        to_folder(&place).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().ino(), first);
        fs::write(&path, b"half").unwrap();
        assert!(content(to_folder(&place).unwrap()) == whole);
    }

    #[test]
    fn a_link_is_replaced_and_not_followed() {
        let folder = Folder::new("link");
        let place = folder.0.join("image");
        let whole = content(to_folder(&place).unwrap());
        let elsewhere = folder.0.join("elsewhere");
        fs::rename(place.join(NAME), &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, place.join(NAME)).unwrap();
        assert!(content(to_folder(&place).unwrap()) == whole);
        assert!(fs::symlink_metadata(place.join(NAME)).unwrap().is_file());
    }

    #[test]
    fn a_folder_that_others_can_enter_is_refused() {
        let folder = Folder::new("open");
        let place = folder.0.join("image");
        fs::create_dir(&place).unwrap();
        fs::set_permissions(&place, Permissions::from_mode(0o755)).unwrap();
        assert_eq!(
            to_folder(&place).unwrap_err().kind(),
            ErrorKind::PermissionDenied
        );
        fs::set_permissions(&place, Permissions::from_mode(0o700)).unwrap();
        to_folder(&place).unwrap();
    }
}
