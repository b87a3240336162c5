import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, encodeJson, encodeV1, type Message } from "../src/framing.ts";

const message: Message = {
  channel: "shell",
  header: { msg_id: "1", msg_type: "execute_request", session: "s", username: "reader", date: "2026-01-01T00:00:00Z", version: "5.4" },
  parent_header: {},
  metadata: { croquant: { mode: "single" } },
  content: { code: "print('é🐍')" },
  buffers: [],
};

test("JSON there and back", () => {
  assert.deepEqual(decode(encodeJson(message)), message);
});

test("v1 there and back, with buffers", () => {
  const buffers = [new Uint8Array([1, 2, 3]).buffer, new ArrayBuffer(0)];
  assert.deepEqual(decode(encodeV1({ ...message, buffers })), { ...message, buffers });
});

test("v1, byte for byte", () => {
  const view = new DataView(encodeV1(message));
  assert.equal(view.getBigUint64(0, true), 6n, "channel, header, parent, metadata, content, end");
  assert.equal(view.getBigUint64(8, true), 56n, "the channel follows the table");
  assert.equal(view.getBigUint64(16, true), 61n, "`shell` has five bytes");
  assert.equal(view.getBigUint64(48, true), BigInt(view.byteLength));
});

function refuses(name: string, frame: string | ArrayBuffer): void {
  test(`refuses ${name}`, () => assert.throws(() => decode(frame)));
}

function table(...words: bigint[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(8 * words.length));
  words.forEach((word, index) => view.setBigUint64(8 * index, word, true));
  return view.buffer;
}

refuses("what is no JSON", "{");
refuses("JSON without a header", "{}");
refuses("an empty frame", new ArrayBuffer(0));
refuses("too few offsets", table(2n, 24n, 24n));
refuses("a table longer than the frame", table(2n ** 60n, 0n));
refuses("an offset behind the end", table(6n, 56n, 56n, 56n, 56n, 56n, 1000n));
refuses("offsets that go back", table(6n, 56n, 50n, 40n, 30n, 20n, 10n));
