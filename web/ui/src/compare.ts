// Does what ran say the same as what the page prints? Pure. The rules are doctest's, with what may always differ
// (addresses, the inner lines of a traceback) left out.

export function saysTheSame(expected: string, actual: string): boolean {
  const [want, got] = [tidy(expected), tidy(actual)];
  if (want === got) return true;
  if (isTraceback(want) && isTraceback(got)) return matches(withoutFrames(want), withoutFrames(got));
  return matches(want, got);
}

function tidy(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/\b0x[0-9a-fA-F]{4,}\b/g, "0x…")
    .replace(/[ \t]+$/gm, "")
    .replace(/^\n+|\n+$/g, "");
}

const HEADER = /^(?:Traceback \(most recent call last\):|  File ")/m;

function isTraceback(text: string): boolean {
  return HEADER.test(text);
}

/** What came before the traceback, and the exception itself. */
function withoutFrames(text: string): string {
  const start = text.search(HEADER);
  const lines = text.slice(start).split("\n");
  const last = lines.findLastIndex((line) => /^\S/.test(line) && !HEADER.test(line));
  return text.slice(0, start) + lines.slice(Math.max(0, last)).join("\n");
}

/** Equal, where `...` in the page stands for anything. */
function matches(want: string, got: string): boolean {
  if (!want.includes("...")) return want === got;
  const parts = want.split("...");
  let position = 0;
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    if (index === 0 && !got.startsWith(part)) return false;
    if (last && part !== "" && got.length - part.length < position) return false;
    const found = last ? (part === "" ? got.length : got.endsWith(part) ? got.length - part.length : -1) : got.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return true;
}
