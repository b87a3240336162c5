use croquant_sandbox::{Access, Answer, Limits, MessageKind, Policy, Stream};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::frame::{FrameError, Frames, MOST_BYTES, decode, encode, read};
use super::{Bytes, Call, Failure, FromWorker, Hello, Number, Start, State, ToWorker, VERSION};

/// Deterministic, so that what fails once fails again: SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).expect("it fits")
    }
}

const N: Number = Number(7);

fn hello() -> Hello {
    Hello {
        version: VERSION,
        image: "hash".into(),
        max_sessions: 8,
        max_memory_bytes: 1 << 30,
        key: [7; 32],
        folders: vec![Access::ReadOnly, Access::ReadWrite],
    }
}

fn to_worker() -> Vec<ToWorker> {
    let start = Start {
        policy: Policy {
            args: vec!["a".into()],
            files: vec![("/home/user/a".into(), vec![1, 2, 3])],
            ..Policy::default()
        },
        limits: Limits::tutorial(),
        resume: Some(Bytes(vec![9; 40])),
    };
    let cell = Call::Execute {
        source: "print(1)".into(),
        single: true,
        silent: false,
        store_history: true,
    };
    vec![
        ToWorker::Start(N, Box::new(start)),
        ToWorker::Call(N, cell),
        ToWorker::Call(N, Call::Request("{}".into())),
        ToWorker::Interrupt(N),
        ToWorker::Kill(N),
        ToWorker::Credit(N, 4096),
        ToWorker::Broken(N),
        ToWorker::Answer(N, 1, Answer::Line("x".into())),
        ToWorker::Input(N, 2, Some(Bytes(vec![10]))),
        ToWorker::Input(N, 2, None),
        ToWorker::End(N),
        ToWorker::Ping,
    ]
}

fn from_worker() -> Vec<FromWorker> {
    vec![
        FromWorker::Started(N, None),
        FromWorker::Started(N, Some(Failure::Begin("why".into()))),
        FromWorker::Write(N, Stream::Stderr, Bytes(vec![0, 255])),
        FromWorker::Emit(N, MessageKind::Error, "{}".into()),
        FromWorker::Ask(N, 1, "? ".into(), true),
        FromWorker::Read(N, 2, 100),
        FromWorker::Withdraw(N, 2),
        FromWorker::Ending(N),
        FromWorker::Ended(N, Err(Failure::Full(3)), State::Nothing),
        FromWorker::Ended(N, Err(Failure::Ended), State::Whole(Bytes(vec![1; 100]))),
        FromWorker::Ended(N, Err(Failure::Ended), State::More(Bytes(vec![1; 100]))),
        FromWorker::Gone(N),
        FromWorker::Pong,
    ]
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(messages: &[T]) {
    for message in messages {
        let frame = encode(message).expect("it has a frame");
        let decoded: T = read(&mut frame.as_slice()).expect("it is read");
        assert_eq!(&decoded, message);
        for end in 0..frame.len() {
            assert!(read::<T>(&mut &frame[..end]).is_err(), "cut at {end}");
        }
    }
}

/// However a stream of frames is cut into pieces, the same messages come out.
#[test]
fn pieces_become_messages() {
    let messages = from_worker();
    let long = FromWorker::Write(N, Stream::Stdout, Bytes(vec![5; 300_000]));
    let messages: Vec<FromWorker> = messages
        .into_iter()
        .chain([long])
        .cycle()
        .take(60)
        .collect();
    let frames = messages
        .iter()
        .map(|message| encode(message).expect("it has a frame"));
    let bytes: Vec<u8> = frames.flatten().collect();
    let mut dice = Dice(11);
    let (mut rest, mut read) = (bytes.as_slice(), Vec::<FromWorker>::new());
    let mut frames = Frames::default();
    while !rest.is_empty() {
        let most = [1, 5, 100, 10_000, 1_000_000][dice.roll(5)];
        let filled = frames.fill(|room| {
            let piece = rest.split_off(..most.min(rest.len()).min(room.len()));
            let piece = piece.expect("there is so much");
            room[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        });
        filled.expect("it is read");
        while let Some(message) = frames.next().expect("it is good") {
            read.push(message);
        }
    }
    assert!(read == messages);
    let end = frames.fill(|_| Ok(0)).expect_err("it is the end");
    assert_eq!(end.kind(), std::io::ErrorKind::UnexpectedEof);
}

#[test]
fn every_message_arrives_as_it_was_sent() {
    round_trip(&[hello()]);
    round_trip(&to_worker());
    round_trip(&from_worker());
}

#[test]
fn what_is_too_long_is_not_read() {
    let most = u32::try_from(MOST_BYTES).expect("it fits");
    let frame = (most + 1).to_le_bytes();
    let error = read::<ToWorker>(&mut frame.as_slice()).expect_err("it is refused");
    assert!(matches!(error, FrameError::TooLong { .. }), "{error}");
}

#[test]
fn nothing_is_left_over() {
    let mut frame = encode(&ToWorker::End(N)).expect("it has a frame");
    frame.push(0);
    let error = decode::<ToWorker>(&frame[4..]).expect_err("it is refused");
    assert!(
        matches!(error, FrameError::Leftover { bytes: 1 }),
        "{error}"
    );
}

/// Noise, and good frames with bytes changed, cut off, doubled and put in: every one is a message or an error, never a panic.
#[test]
fn noise_is_an_error() {
    let frames: Vec<Vec<u8>> = to_worker()
        .iter()
        .map(encode)
        .chain(from_worker().iter().map(encode))
        .map(|frame| frame.expect("it has a frame"))
        .collect();
    let mut dice = Dice(48);
    let (mut taken, mut refused) = (0, 0);
    for case in 0..100_000 {
        let mut bytes = if case % 4 == 0 {
            (0..dice.roll(64)).map(|_| dice.roll(256) as u8).collect()
        } else {
            frames[dice.roll(frames.len())].clone()
        };
        for _ in 0..dice.roll(4) {
            let place = dice.roll(bytes.len() + 1);
            match dice.roll(4) {
                0 => bytes.truncate(place),
                1 => bytes.insert(place, dice.roll(256) as u8),
                2 => bytes.extend_from_within(place..),
                _ => {
                    if let Some(byte) = bytes.get_mut(place) {
                        *byte ^= 1 << dice.roll(8);
                    }
                }
            }
        }
        for good in [
            read::<ToWorker>(&mut bytes.as_slice()).is_ok(),
            read::<FromWorker>(&mut bytes.as_slice()).is_ok(),
        ] {
            *if good { &mut taken } else { &mut refused } += 1;
        }
    }
    // Both ends of the matter were reached.
    assert!(taken > 1_000 && refused > 100_000, "{taken} and {refused}");
}
