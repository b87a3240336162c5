import assert from "node:assert/strict";
import { test } from "node:test";

import { Screen } from "../src/screen.ts";

function check(name: string, chunks: string[], expected: string): void {
  test(name, () => {
    const screen = new Screen();
    for (const chunk of chunks) screen.write(chunk);
    assert.equal(screen.text(), expected);
    assert.equal(screen.size, expected.length, "the size is that of the text");
  });
}

check("plain lines", ["a\nb", "c\n"], "a\nbc\n");
check("a carriage return overwrites", ["10%\r20%\r100%"], "100%");
check("what is not overwritten stays", ["abcdef\rXY"], "XYcdef");
check("CR LF is one line end", ["a\r\nb\r\n"], "a\nb\n");
check("a backspace overwrites", ["abc\b\bX"], "aXc");
check("backspaces stop at the line's beginning", ["ab\b\b\b\b\bX"], "Xb");
check("erase to the end of the line", ["downloading\r\x1b[Kdone"], "done");
check("erase the whole line", ["abc\x1b[2K\rx"], "x");
check("up, and write again", ["one\ntwo\n\x1b[2Athree"], "three\ntwo\n");
check("newline below what is there moves, and adds nothing", ["a\nb\x1b[1A\nc"], "a\nc");
check("clear the screen", ["abc\ndef\x1b[2J"], "");
check("forward leaves spaces", ["a\x1b[3Cb"], "a   b");
check("a huge movement is bounded", ["\x1b[999999999Cx"], `${" ".repeat(2000)}x`);
check("a sequence cut in two", ["\x1b[3", "1mred\x1b", "[0m"], "red");
check("titles and links are no text", ["\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b"], "ab");
check("other control characters are no text", ["a\x00\x07\x0eb\x7f"], "ab");
check("an escape that never ends is given up", ["\x1b[" + "1".repeat(200), "x"], `[${"1".repeat(200)}x`);
check("tabs stay", ["a\tb"], "a\tb");

test("colours come with their text, across overwriting", () => {
  const screen = new Screen();
  screen.write("\x1b[1;31mred\x1b[0m plain\r\x1b[32mgr");
  assert.deepEqual(screen.lines[0], [
    { text: "gr", style: { fg: 2 } },
    { text: "d", style: { bold: true, fg: 1 } },
    { text: " plain", style: {} },
  ]);
});

test("256 colours and true colour", () => {
  const screen = new Screen();
  screen.write("\x1b[38;5;9ma\x1b[38;5;196mb\x1b[38;2;1;2;300mc\x1b[38;5;240md\x1b[39;48;5;4me");
  assert.deepEqual(
    screen.lines[0]?.map((span) => [span.text, span.style.fg, span.style.bg]),
    [
      ["a", 9, undefined],
      ["b", "#ff0000", undefined],
      ["c", "#0102ff", undefined],
      ["d", "#585858", undefined],
      ["e", undefined, 4],
    ],
  );
});

test("what changed is known", () => {
  const screen = new Screen();
  screen.write("a\nb\nc\n");
  screen.dirtyFrom = screen.lines.length;
  screen.write("d");
  assert.equal(screen.dirtyFrom, 3);
  screen.write("\x1b[2AX");
  assert.equal(screen.dirtyFrom, 1);
});
