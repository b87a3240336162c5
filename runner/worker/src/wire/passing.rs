//! Open descriptors on a socket. They come with one byte of their own, behind a message that says how many there are.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::fs::FileType;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

/// How many folders a worker is given at most. The kernel passes no more than 253 descriptors at once.
pub(crate) const MOST_FOLDERS: usize = 64;

/// Passes open folders on; nothing at all if there are none.
pub(crate) fn pass(socket: &UnixStream, folders: &[OwnedFd]) -> io::Result<()> {
    if folders.is_empty() {
        return Ok(());
    }
    if folders.len() > MOST_FOLDERS {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FOLDERS))];
    let mut message = SendAncillaryBuffer::new(&mut space);
    let folders: Vec<_> = folders.iter().map(|folder| folder.as_fd()).collect();
    if !message.push(SendAncillaryMessage::ScmRights(&folders)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    sendmsg(
        socket,
        &[IoSlice::new(&[0])],
        &mut message,
        SendFlags::NOSIGNAL,
    )?;
    Ok(())
}

/// Takes so many open folders. Whatever else comes is an error.
pub(crate) fn take(socket: &UnixStream, count: usize) -> io::Result<Vec<OwnedFd>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FOLDERS))];
    let mut passed = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let slices = &mut [IoSliceMut::new(&mut byte)];
    recvmsg(socket, slices, &mut passed, RecvFlags::CMSG_CLOEXEC)?;
    let messages = passed.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(folders) => Some(folders),
        _ => None,
    });
    let folders: Vec<OwnedFd> = messages.flatten().collect();
    for folder in &folders {
        let stat = rustix::fs::fstat(folder)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
            return Err(io::ErrorKind::NotADirectory.into());
        }
    }
    if folders.len() == count {
        Ok(folders)
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    fn folders(count: usize) -> Vec<OwnedFd> {
        let folder = || std::fs::File::open("/").expect("it is there").into();
        (0..count).map(|_| folder()).collect()
    }

    /// Between messages that are read without regard to descriptors.
    #[test]
    fn folders_arrive_with_their_own_byte() {
        for count in [0, 1, MOST_FOLDERS] {
            let (mut ours, mut theirs) = UnixStream::pair().expect("there are sockets");
            ours.write_all(b"before").expect("it is sent");
            pass(&ours, &folders(count)).expect("they are sent");
            ours.write_all(b"after").expect("it is sent");
            let mut text = [0; 6];
            theirs.read_exact(&mut text).expect("it comes");
            let come = take(&theirs, count).expect("they come");
            assert_eq!((come.len(), &text), (count, b"before"));
            theirs.read_exact(&mut text[..5]).expect("it comes");
            assert_eq!(&text[..5], b"after");
        }
    }

    #[test]
    fn what_was_not_promised_is_refused() {
        let null = std::fs::File::open("/dev/null").expect("it is there");
        for passed in [
            folders(1),
            folders(3),
            vec![OwnedFd::from(null), folders(1).remove(0)],
        ] {
            let (ours, theirs) = UnixStream::pair().expect("there are sockets");
            pass(&ours, &passed).expect("they are sent");
            assert!(take(&theirs, 2).is_err());
        }
        let (ours, theirs) = UnixStream::pair().expect("there are sockets");
        (&ours).write_all(&[0]).expect("it is sent");
        assert!(take(&theirs, 1).is_err());
        assert!(pass(&ours, &folders(MOST_FOLDERS + 1)).is_err());
    }
}
