// Does what ran say the same as what the page prints? Pure. The rules are those of the server's `compare`
// (web/src/page/compare.rs), which are doctest's; here, addresses of objects may differ as well.

export function saysTheSame(expected: string, actual: string): boolean {
  return matchesWithGaps(normalise(expected), normalise(actual));
}

/** Without white space at the ends of lines, blank lines at both ends, and the frames of tracebacks. */
function normalise(text: string): string {
  const lines: string[] = [];
  let margin: number | null = null;
  for (const raw of text.replace(/\r\n?/g, "\n").split("\n")) {
    const line = raw.trimEnd();
    if (margin !== null && isFrame(line, margin)) continue;
    // The place of a syntax error is a frame without a header: it goes, too.
    const headless = /^  File ".*", line /.test(line);
    const header = /^[ |+]*(?=(?:Exception Group )?Traceback \(most recent call last\):)/.exec(line);
    margin = headless ? 0 : header ? header[0].length : null;
    if (!headless) lines.push(line);
  }
  return lines
    .join("\n")
    .replace(/\b0x[0-9a-fA-F]{4,}\b/g, "0x…")
    .replace(/^\n+|\n+$/g, "");
}

function isFrame(line: string, margin: number): boolean {
  const rest = line.slice(margin);
  return /^[ |+]*$/.test(line.slice(0, margin)) && (rest.startsWith(" ") || rest === "...");
}

/** Equal, where each `...` in the page stands for any text. */
function matchesWithGaps(want: string, got: string): boolean {
  const [first, ...rest] = want.split("...") as [string, ...string[]];
  const last = rest.pop();
  if (last === undefined) return want === got;
  if (!got.startsWith(first)) return false;
  let position = first.length;
  for (const piece of rest) {
    const found = got.indexOf(piece, position);
    if (found < 0) return false;
    position = found + piece.length;
  }
  return got.slice(position).endsWith(last);
}
