// A run of text in the output: a small terminal screen, drawn at most once a frame.

import type { Style } from "./ansi.ts";
import { Screen, type Span } from "./screen.ts";

export type TextKind = "stdout" | "stderr" | "result" | "error" | "input";

/** Lines this far above the newest change are one piece of text, so that long outputs stay few elements. */
const LIVE_LINES = 40;

export class TextPiece {
  readonly element: HTMLElement;
  readonly kind: TextKind;
  readonly #screen = new Screen();
  /** One element a chunk of lines; the last chunk is redrawn as it changes. */
  readonly #chunks: { from: number; element: HTMLElement }[] = [];
  #planned = 0;

  constructor(kind: TextKind) {
    this.kind = kind;
    // Inline, so that what follows an unfinished line stays on it; the error stream stands apart by its rule.
    this.element = document.createElement(kind === "stderr" || kind === "error" ? "div" : "span");
    // `go` is what Pygments calls output, so that the page's own style sheet colours it.
    this.element.className = `cq-text cq-${kind}${kind === "stdout" || kind === "result" ? " go" : ""}`;
    this.element.dataset["stream"] = kind;
  }

  get size(): number {
    return this.#screen.size;
  }

  get atLineStart(): boolean {
    return this.#screen.lines.at(-1)?.length === 0;
  }

  write(text: string): void {
    this.#screen.write(text);
    // A page in the background draws no frames; a timer keeps its output complete.
    this.#planned ||= document.hidden ? (setTimeout(() => this.flush(), 200) as unknown as number) : requestAnimationFrame(() => this.flush());
  }

  text(): string {
    return this.#screen.text();
  }

  flush(): void {
    this.#planned = 0;
    const { lines, dirtyFrom } = this.#screen;
    if (dirtyFrom >= lines.length && this.#chunks.length > 0) return;
    while (this.#chunks.length > 0 && (this.#chunks.at(-1) as { from: number }).from > dirtyFrom) this.#chunks.pop()?.element.remove();
    let chunk = this.#chunks.at(-1);
    if (!chunk) chunk = this.#newChunk(0);
    this.#draw(chunk.element, chunk.from);
    if (lines.length - chunk.from > 2 * LIVE_LINES) {
      const from = lines.length - LIVE_LINES;
      this.#draw(chunk.element, chunk.from, from);
      this.#draw(this.#newChunk(from).element, from);
    }
    this.#screen.dirtyFrom = lines.length;
  }

  #newChunk(from: number): { from: number; element: HTMLElement } {
    const chunk = { from, element: document.createElement("span") };
    this.#chunks.push(chunk);
    this.element.append(chunk.element);
    return chunk;
  }

  #draw(element: HTMLElement, from: number, to = this.#screen.lines.length): void {
    const nodes: (Node | string)[] = [];
    let plain = "";
    const flushPlain = (): void => {
      if (plain) nodes.push(plain);
      plain = "";
    };
    for (let row = from; row < to; row++) {
      for (const span of this.#screen.lines[row] ?? []) {
        if (isPlain(span.style)) plain += span.text;
        else {
          flushPlain();
          nodes.push(styled(span));
        }
      }
      if (row < this.#screen.lines.length - 1) plain += "\n";
    }
    flushPlain();
    element.replaceChildren(...nodes);
  }
}

function isPlain(style: Style): boolean {
  return Object.values(style).every((value) => value === undefined || value === false);
}

function styled({ text, style }: Span): HTMLElement {
  const element = document.createElement("span");
  element.textContent = text;
  const [fg, bg] = style.inverse ? [style.bg ?? (style.fg === undefined ? undefined : "page"), style.fg ?? "text"] : [style.fg, style.bg];
  paint(element, "fg", fg);
  paint(element, "bg", bg);
  for (const name of ["bold", "dim", "italic", "underline", "strike"] as const) {
    if (style[name]) element.classList.add(`cq-${name}`);
  }
  return element;
}

function paint(element: HTMLElement, what: "fg" | "bg", colour: number | string | undefined): void {
  if (colour === undefined) return;
  if (typeof colour === "string" && colour.startsWith("#")) element.style[what === "fg" ? "color" : "backgroundColor"] = colour;
  else element.classList.add(`cq-${what}-${colour}`);
}
