// What a terminal would show of a stream of text: carriage returns, backspaces and cursor movements overwrite what
// is there, so that a progress bar is one line. Pure.

import { restyle, sameStyle, tokens, type Style } from "./ansi.ts";

export interface Span {
  text: string;
  style: Style;
}

/** The widest column that a cursor movement reaches, so that `ESC [ 999999999 C` costs nothing. */
const MAX_COLUMN = 2_000;

export class Screen {
  /** The lines; each is a list of spans. There is always at least one line. */
  readonly lines: Span[][] = [[]];
  /** The characters held, newlines included. */
  size = 0;
  /** The first line that changed since the reader last set this to `lines.length`. */
  dirtyFrom = 0;
  #row = 0;
  #column = 0;
  /** The length of the current line, kept so that appending costs no count. */
  #length = 0;
  #style: Style = {};
  #rest = "";

  write(text: string): void {
    const read = tokens(this.#rest + text);
    this.#rest = read.rest;
    for (const token of read.tokens) {
      if (token.kind === "text") this.#put(token.text);
      else if (token.kind === "csi") this.#sequence(token.numbers, token.final);
      else if (token.char === "\n") this.#moveTo(this.#row + 1, 0);
      else if (token.char === "\r") this.#column = 0;
      else this.#column = Math.max(0, this.#column - 1);
    }
  }

  text(): string {
    return this.lines.map((line) => line.map((span) => span.text).join("")).join("\n");
  }

  #put(text: string): void {
    this.#touch();
    const line = this.lines[this.#row] as Span[];
    if (this.#column > this.#length) {
      this.#append(line, " ".repeat(this.#column - this.#length), {});
    }
    if (this.#column === this.#length) {
      this.#append(line, text, this.#style);
    } else {
      const after = cut(line, this.#column + text.length, Infinity);
      const before = cut(line, 0, this.#column);
      this.#replace(join([...before, { text, style: this.#style }, ...after]));
    }
    this.#column += text.length;
  }

  #append(line: Span[], text: string, style: Style): void {
    const last = line.at(-1);
    if (last && sameStyle(last.style, style)) last.text += text;
    else line.push({ text, style });
    this.#length += text.length;
    this.size += text.length;
  }

  #sequence(numbers: number[], final: string): void {
    const first = numbers[0] ?? 0;
    const count = Math.max(1, first);
    if (first === -1) return;
    if (final === "m") this.#style = restyle(this.#style, numbers);
    else if (final === "K") this.#eraseLine(first);
    else if (final === "J") this.#eraseScreen(first);
    else if (final === "A") this.#moveTo(this.#row - count, this.#column);
    else if (final === "B") this.#moveTo(Math.min(this.#row + count, this.lines.length - 1), this.#column);
    else if (final === "C") this.#column = Math.min(MAX_COLUMN, this.#column + count);
    else if (final === "D") this.#column = Math.max(0, this.#column - count);
    else if (final === "E") this.#moveTo(Math.min(this.#row + count, this.lines.length - 1), 0);
    else if (final === "F") this.#moveTo(this.#row - count, 0);
    else if (final === "G") this.#column = Math.min(MAX_COLUMN, count - 1);
    else if (final === "H") this.#moveTo(0, 0);
  }

  #eraseLine(mode: number): void {
    this.#touch();
    const line = this.lines[this.#row] as Span[];
    if (mode === 0) this.#replace(cut(line, 0, this.#column));
    else if (mode === 2) this.#replace([]);
    else this.#replace([{ text: " ".repeat(Math.min(this.#column, this.#length)), style: {} }, ...cut(line, this.#column, Infinity)]);
  }

  #eraseScreen(mode: number): void {
    if (mode === 0) {
      this.#eraseLine(0);
      for (const line of this.lines.splice(this.#row + 1)) this.size -= lengthOf(line) + 1;
    } else if (mode === 2 || mode === 3) {
      this.lines.splice(0, this.lines.length, []);
      this.size = this.dirtyFrom = this.#row = this.#length = 0;
    }
  }

  #replace(spans: Span[]): void {
    this.lines[this.#row] = spans;
    const length = lengthOf(spans);
    this.size += length - this.#length;
    this.#length = length;
  }

  #moveTo(row: number, column: number): void {
    this.#row = Math.max(0, row);
    this.#column = column;
    if (this.#row === this.lines.length) {
      this.lines.push([]);
      this.size++;
      this.#length = 0;
      this.#touch();
    } else {
      this.#length = lengthOf(this.lines[this.#row] as Span[]);
    }
  }

  #touch(): void {
    this.dirtyFrom = Math.min(this.dirtyFrom, this.#row);
  }
}

function lengthOf(line: Span[]): number {
  return line.reduce((sum, span) => sum + span.text.length, 0);
}

/** The part of a line between two columns. */
function cut(line: Span[], from: number, to: number): Span[] {
  const kept: Span[] = [];
  let column = 0;
  for (const { text, style } of line) {
    const part = text.slice(Math.max(0, from - column), Math.max(0, to - column));
    if (part) kept.push({ text: part, style });
    column += text.length;
  }
  return kept;
}

function join(spans: Span[]): Span[] {
  const joined: Span[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last && sameStyle(last.style, span.style)) last.text += span.text;
    else joined.push({ ...span });
  }
  return joined;
}
