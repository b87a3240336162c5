use axum::extract::ws::Message;

use super::super::wire::{Channel, Headers, Json, Request, WireError};
use super::{Framing, MAX_PARTS};

const HEADER: &str = r#"{"msg_id":"1","msg_type":"execute_request","session":"s"}"#;

/// A frame of the binary framing with these parts.
fn v1(parts: &[&str]) -> Vec<u8> {
    let count = parts.len() + 1;
    let mut offset = 8 * (1 + count);
    let mut frame = (count as u64).to_le_bytes().to_vec();
    frame.extend((offset as u64).to_le_bytes());
    for part in parts {
        offset += part.len();
        frame.extend((offset as u64).to_le_bytes());
    }
    frame.extend(parts.concat().into_bytes());
    frame
}

/// A frame of the JSON framing with buffers.
fn with_buffers(json: &str, buffers: &[&[u8]]) -> Vec<u8> {
    let count = 1 + buffers.len();
    let mut offset = 4 * (1 + count);
    let mut frame = (count as u32).to_be_bytes().to_vec();
    frame.extend((offset as u32).to_be_bytes());
    offset += json.len();
    for buffer in buffers {
        frame.extend((offset as u32).to_be_bytes());
        offset += buffer.len();
    }
    frame.extend(json.as_bytes());
    frame.extend(buffers.concat());
    frame
}

fn json(channel: &str) -> String {
    format!(
        r#"{{"header":{HEADER},"parent_header":{{}},"metadata":{{"m":1}},"content":{{"code":"1"}},"channel":"{channel}","buffers":[]}}"#
    )
}

fn binary(framing: Framing, bytes: Vec<u8>) -> Result<Request, WireError> {
    framing.decode(&Message::Binary(bytes.into())).unwrap()
}

fn text(text: &str) -> Result<Request, WireError> {
    Framing::Default
        .decode(&Message::Text(text.into()))
        .unwrap()
}

#[test]
fn all_framings_read_the_same_message() {
    let parts = ["shell", HEADER, "{}", r#"{"m":1}"#, r#"{"code":"1"}"#];
    let expected = text(&json("shell")).unwrap();
    assert_eq!(expected.channel, Channel::Shell);
    assert_eq!(expected.header.raw.as_str(), HEADER);
    assert_eq!(expected.content.as_str(), r#"{"code":"1"}"#);
    assert_eq!(binary(Framing::V1, v1(&parts)).unwrap(), expected);
    let one_buffer = with_buffers(&json("shell"), &[b"\xff\x00"]);
    assert_eq!(binary(Framing::Default, one_buffer).unwrap(), expected);
    let no_buffer = with_buffers(&json("shell"), &[]);
    assert_eq!(binary(Framing::Default, no_buffer).unwrap(), expected);
}

#[test]
fn v1_with_buffers() {
    let parts = ["shell", HEADER, "{}", "{}", "{}", "buffer", ""];
    assert!(binary(Framing::V1, v1(&parts)).is_ok());
    let mut many = vec!["shell", HEADER, "{}", "{}", "{}"];
    many.resize(MAX_PARTS, "b");
    assert_eq!(binary(Framing::V1, v1(&many)), Err(WireError::Layout));
}

#[test]
fn v1_that_lies_about_its_layout() {
    let good = v1(&["shell", HEADER, "{}", "{}", "{}"]);
    assert!(binary(Framing::V1, good.clone()).is_ok());
    for value in [0, 1, 5, 7, 65, 1 << 20, 1 << 60, u64::MAX] {
        let mut bad = good.clone();
        bad[..8].copy_from_slice(&value.to_le_bytes());
        assert!(binary(Framing::V1, bad).is_err(), "count {value}");
    }
    for index in 1..=6 {
        for value in [0, 8, good.len() as u64 + 1, 1 << 40, u64::MAX] {
            let mut bad = good.clone();
            bad[8 * index..8 * index + 8].copy_from_slice(&value.to_le_bytes());
            assert!(
                binary(Framing::V1, bad).is_err(),
                "offset {index} is {value}"
            );
        }
    }
    for len in 0..good.len() {
        assert!(binary(Framing::V1, good[..len].to_vec()).is_err());
    }
    let mut longer = good;
    longer.push(b' ');
    assert_eq!(binary(Framing::V1, longer), Err(WireError::Layout));
}

#[test]
fn buffers_that_lie_about_their_layout() {
    let good = with_buffers(&json("shell"), &[b"x", b"y"]);
    assert!(binary(Framing::Default, good.clone()).is_ok());
    for value in [0, 65, 1 << 20, u32::MAX] {
        let mut bad = good.clone();
        bad[..4].copy_from_slice(&value.to_be_bytes());
        assert!(binary(Framing::Default, bad).is_err(), "count {value}");
    }
    for value in [0, 4, u32::MAX] {
        let mut bad = good.clone();
        bad[4..8].copy_from_slice(&value.to_be_bytes());
        assert!(binary(Framing::Default, bad).is_err(), "offset {value}");
    }
    for len in 0..16 {
        assert!(binary(Framing::Default, good[..len].to_vec()).is_err());
    }
}

#[test]
fn text_that_is_no_message() {
    for bad in ["", "{}", "[]", "null", "{\"header\":1}", "{\"header\":{}}"] {
        assert!(text(bad).is_err(), "{bad}");
    }
    assert_eq!(text(&json("iopub")), Err(WireError::Channel));
    assert_eq!(text(&json("elsewhere")), Err(WireError::Channel));
    let no_channel = json("shell").replace(r#","channel":"shell""#, "");
    assert_eq!(text(&no_channel).unwrap().channel, Channel::Shell);
}

#[test]
fn nothing_makes_it_panic_or_allocate_much() {
    // xorshift: the same bytes in every run.
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let good = [
        v1(&["shell", HEADER, "{}", "{}", "{}", "b"]),
        with_buffers(&json("control"), &[b"x"]),
    ];
    let mut read = 0;
    for round in 0..200_000 {
        let mut frame = if round % 4 == 0 {
            (0..random() % 96).map(|_| random() as u8).collect()
        } else {
            good[round % 2].clone()
        };
        for _ in 0..random() % 4 {
            if !frame.is_empty() {
                let at = random() as usize % frame.len();
                frame[at] = random() as u8;
            }
        }
        for framing in [Framing::V1, Framing::Default] {
            read += usize::from(binary(framing, frame.clone()).is_ok());
        }
        if let Ok(frame) = String::from_utf8(frame) {
            let _ = text(&frame);
        }
    }
    assert!(read > 1_000, "only {read} frames were read at all");
}

#[test]
fn what_we_write_can_be_read() {
    let headers = Headers::new();
    let parent = Json::object("{ \"msg_id\": \"é\" }").unwrap();
    let content = Json::object("{\"text\":\"\\ud83d\\udc0d\"}").unwrap();
    let message = headers.message(
        Channel::Shell,
        "execute_reply",
        parent.clone(),
        content.clone(),
    );
    for framing in [Framing::V1, Framing::Default] {
        let read = framing.decode(&framing.encode(&message)).unwrap().unwrap();
        assert_eq!(read.channel, Channel::Shell);
        assert_eq!(read.header.msg_type, "execute_reply");
        assert_eq!(read.header.msg_id, message.msg_id);
        assert_eq!(read.parent_header, parent);
        assert_eq!(read.content, content);
    }
}
