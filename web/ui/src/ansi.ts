// ANSI escape sequences, read into plain data. Pure.

/** How a piece of text looks. Colours are 0 to 15 of the palette, or `#rrggbb`. */
export interface Style {
  fg?: number | string;
  bg?: number | string;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  inverse?: boolean;
  strike?: boolean;
}

export type Token =
  | { kind: "text"; text: string }
  /** A control sequence `ESC [ numbers final`. */
  | { kind: "csi"; numbers: number[]; final: string }
  | { kind: "control"; char: "\n" | "\r" | "\b" };

// Text, a control character that matters, CSI, OSC (ended by BEL or ST), other escapes, other controls.
const TOKENS = /([^\x00-\x08\x0a-\x1f\x7f]+)|([\n\r\b])|\x1b\[([0-?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]|[\x00-\x1f\x7f]/g;
/** The beginning of a sequence whose end has not come yet. */
const UNFINISHED = /\x1b(?:\[[0-?]{0,64}[ -/]{0,8}|\][^\x07\x1b]{0,256}\x1b?|[ -/]{0,8})$/;

/** Splits text into tokens; `rest` is an unfinished sequence, to be put before the next text. */
export function tokens(text: string): { tokens: Token[]; rest: string } {
  const rest = UNFINISHED.exec(text)?.[0] ?? "";
  const whole = rest ? text.slice(0, text.length - rest.length) : text;
  const found: Token[] = [];
  for (const match of whole.matchAll(TOKENS)) {
    const [, plain, control, parameters, final] = match;
    if (plain !== undefined) found.push({ kind: "text", text: plain });
    else if (control !== undefined) found.push({ kind: "control", char: control as "\n" | "\r" | "\b" });
    else if (final !== undefined) found.push({ kind: "csi", numbers: numbersOf(parameters ?? ""), final });
  }
  return { tokens: found, rest };
}

function numbersOf(parameters: string): number[] {
  // Private sequences (`?25l`, hide the cursor, and the like) change nothing that is shown here.
  if (/^[<=>?]/.test(parameters)) return [-1];
  return parameters.split(/[;:]/).map((number) => (number === "" ? 0 : Number(number)));
}

/** The style after a select-graphic-rendition sequence (`ESC [ … m`). */
export function restyle(style: Style, numbers: number[]): Style {
  let next: Style = { ...style };
  for (let index = 0; index < numbers.length; index++) {
    const code = numbers[index] as number;
    if (code === 0) next = {};
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 7) next.inverse = true;
    else if (code === 9) next.strike = true;
    else if (code === 22) [next.bold, next.dim] = [false, false];
    else if (code === 23) next.italic = false;
    else if (code === 24) next.underline = false;
    else if (code === 27) next.inverse = false;
    else if (code === 29) next.strike = false;
    else if (code >= 30 && code <= 37) next.fg = code - 30;
    else if (code >= 40 && code <= 47) next.bg = code - 40;
    else if (code >= 90 && code <= 97) next.fg = code - 82;
    else if (code >= 100 && code <= 107) next.bg = code - 92;
    else if (code === 39) delete next.fg;
    else if (code === 49) delete next.bg;
    else if (code === 38 || code === 48) {
      const [colour, used] = extendedColour(numbers.slice(index + 1));
      if (colour !== null) next[code === 38 ? "fg" : "bg"] = colour;
      index += used;
    }
  }
  return next;
}

function extendedColour([mode, ...rest]: number[]): [number | string | null, number] {
  if (mode === 2 && rest.length >= 3) return [hex(rest.slice(0, 3)), 4];
  if (mode !== 5 || rest[0] === undefined) return [null, 1];
  const n = Math.min(255, rest[0]);
  if (n < 16) return [n, 2];
  if (n >= 232) return [hex(Array<number>(3).fill(8 + 10 * (n - 232))), 2];
  const level = (value: number): number => (value === 0 ? 0 : 55 + 40 * value);
  const cube = n - 16;
  return [hex([level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)]), 2];
}

function hex(rgb: number[]): string {
  return "#" + rgb.map((value) => Math.min(255, value).toString(16).padStart(2, "0")).join("");
}

export function sameStyle(a: Style, b: Style): boolean {
  return (
    a.fg === b.fg &&
    a.bg === b.bg &&
    !!a.bold === !!b.bold &&
    !!a.dim === !!b.dim &&
    !!a.italic === !!b.italic &&
    !!a.underline === !!b.underline &&
    !!a.inverse === !!b.inverse &&
    !!a.strike === !!b.strike
  );
}
