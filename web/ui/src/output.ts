// The output of one entry, in the order in which it comes. Text is text: nothing that a program prints is ever read
// as markup.

import { askForInput, answered } from "./input.ts";
import type { InputRequest } from "./kernel.ts";
import type { Message } from "./framing.ts";
import { plainText, richElement, type MimeBundle } from "./rich.ts";
import { TextPiece, type TextKind } from "./text.ts";

/** The most text that one entry keeps in the page: more makes a browser slow. */
const MAX_TEXT = 200_000;
/** The most pieces of one entry, and the most of them that are frames or images. */
const MAX_PIECES = 1_000;
const MAX_RICH = 50;

export class OutputArea {
  readonly element: HTMLElement;
  #pieces: (TextPiece | RichPiece)[] = [];
  #clearAtNext = false;
  #cut: HTMLElement | null = null;
  #lost = 0;
  /** The text of all pieces but the last, which alone can still change. */
  #earlier = 0;
  #richCount = 0;

  constructor() {
    this.element = document.createElement("div");
    this.element.className = "cq-output";
    this.element.setAttribute("role", "log");
    this.element.setAttribute("aria-label", "Output");
    this.element.setAttribute("aria-live", "polite");
    this.element.hidden = true;
  }

  receive(message: Message): void {
    const { content } = message;
    switch (message.header.msg_type) {
      case "stream":
        return this.#text(content["name"] === "stderr" ? "stderr" : "stdout", String(content["text"] ?? ""));
      case "execute_result":
      case "display_data":
        return this.#display(content, content["metadata"]);
      case "update_display_data":
        return updateDisplays(content);
      case "error":
        return this.#error(content);
      case "clear_output":
        if (content["wait"] === true) this.#clearAtNext = true;
        else this.clear();
    }
  }

  /** A sentence of the page itself, such as that the connection was lost. */
  note(text: string): void {
    const note = document.createElement("div");
    note.className = "cq-note";
    note.textContent = text;
    this.#append(note);
  }

  async ask(request: InputRequest, signal: AbortSignal): Promise<string> {
    this.#settleClear();
    // What came before the question is there when the reader is asked.
    this.flush();
    this.element.hidden = false;
    try {
      const line = await askForInput(this.element, request, signal);
      this.#text("input", answered(request, line));
      return line;
    } catch (stopped) {
      this.#text("input", answered({ ...request, password: true }, ""));
      throw stopped;
    }
  }

  clear(): void {
    for (const piece of this.#pieces) forget(piece);
    this.#pieces = [];
    this.#clearAtNext = false;
    this.#cut = null;
    this.#lost = 0;
    this.#earlier = 0;
    this.#richCount = 0;
    this.element.replaceChildren();
    this.element.hidden = true;
  }

  /** All of it as plain text, as a terminal would have shown it. */
  text(): string {
    return this.#pieces.map((piece) => piece.text()).join("");
  }

  get empty(): boolean {
    return this.#pieces.length === 0;
  }

  flush(): void {
    for (const piece of this.#pieces) if (piece instanceof TextPiece) piece.flush();
  }

  #text(kind: TextKind, text: string): void {
    if (text === "") return;
    this.#settleClear();
    let last = this.#pieces.at(-1);
    if (!(last instanceof TextPiece) || last.kind !== kind) {
      if (this.#pieces.length >= MAX_PIECES) return this.#markCut(text.length);
      last = new TextPiece(kind);
      this.#add(last);
    }
    const room = Math.max(0, MAX_TEXT - this.#earlier - last.size);
    // Text that only overwrites needs no room; so the cut is made by what is held, not by what has come.
    const taken = text.length <= room ? text : cleanCut(text, room);
    if (taken) last.write(taken);
    if (taken.length < text.length) this.#markCut(text.length - taken.length);
  }

  #display(content: Record<string, unknown>, metadata: unknown): void {
    const data = (content["data"] ?? {}) as MimeBundle;
    this.#settleClear();
    const displayId = (content["transient"] as { display_id?: unknown } | undefined)?.display_id;
    const plain = plainText(data);
    if (this.#pieces.length >= MAX_PIECES || this.#richCount >= MAX_RICH || this.#earlier > MAX_TEXT) return this.#markCut(plain.length);
    const piece = new RichPiece(this.element);
    piece.show(data, (metadata ?? {}) as Record<string, unknown>);
    if (!piece.inline) this.#richCount++;
    this.#endLine();
    this.#add(piece);
    if (typeof displayId === "string") remember(displayId, piece);
  }

  #error(content: Record<string, unknown>): void {
    const lines = Array.isArray(content["traceback"]) ? content["traceback"].map(String) : [];
    const text = lines.length > 0 ? lines.join("\n") : `${String(content["ename"])}: ${String(content["evalue"])}`;
    const piece = new TextPiece("error");
    this.#settleClear();
    this.#endLine();
    this.#add(piece);
    piece.write(cleanCut(text.replace(/\n*$/, "\n"), MAX_TEXT));
  }

  #add(piece: TextPiece | RichPiece): void {
    this.#earlier += this.#pieces.at(-1)?.size ?? 0;
    this.#pieces.push(piece);
    this.#append(piece.element);
  }

  /** A result or an error that follows an unfinished line begins a new one. */
  #endLine(): void {
    const last = this.#pieces.at(-1);
    if (last instanceof TextPiece && !last.atLineStart) last.write("\n");
  }

  #append(node: Element): void {
    this.element.hidden = false;
    if (this.#cut && node !== this.#cut) this.element.insertBefore(node, this.#cut.nextSibling);
    else this.element.append(node);
  }

  #markCut(more: number): void {
    this.#lost += more;
    if (!this.#cut) {
      this.#cut = document.createElement("div");
      this.#cut.className = "cq-cut";
      this.element.append(this.#cut);
    }
    this.#cut.textContent = this.#lost > 0 ? `Cut here: ${amount(this.#lost)} more came and ${this.#lost === 1 ? "is" : "are"} not shown.` : "Cut here: more came and is not shown.";
  }

  #settleClear(): void {
    if (this.#clearAtNext) this.clear();
  }
}

/** A result or a display: text, or something that needs its own element. */
class RichPiece {
  readonly element = document.createElement("div");
  inline = true;
  readonly #near: HTMLElement;
  #plain = "";

  constructor(near: HTMLElement) {
    this.#near = near;
  }

  show(data: MimeBundle, metadata: Record<string, unknown>): void {
    const rich = richElement(data, metadata, this.#near);
    this.inline = rich === null;
    this.#plain = plainText(data);
    this.element.className = rich ? "cq-rich" : "cq-result";
    if (rich) return this.element.replaceChildren(rich);
    const text = new TextPiece("result");
    text.write(cleanCut(this.#plain, MAX_TEXT));
    text.flush();
    this.element.replaceChildren(text.element);
  }

  get size(): number {
    return this.#plain.length;
  }

  text(): string {
    return this.#plain === "" ? "" : this.#plain.replace(/\n*$/, "\n");
  }
}

/** Displays that a later `update_display_data` may change, by the program's own name for them. */
const displays = new Map<string, Set<RichPiece>>();

function remember(displayId: string, piece: RichPiece): void {
  const known = displays.get(displayId) ?? new Set();
  known.add(piece);
  displays.set(displayId, known);
}

function forget(piece: TextPiece | RichPiece): void {
  if (piece instanceof RichPiece) for (const known of displays.values()) known.delete(piece);
}

export function updateDisplays(content: Record<string, unknown>): void {
  const displayId = (content["transient"] as { display_id?: unknown } | undefined)?.display_id;
  if (typeof displayId !== "string") return;
  for (const piece of displays.get(displayId) ?? []) {
    piece.show((content["data"] ?? {}) as MimeBundle, (content["metadata"] ?? {}) as Record<string, unknown>);
  }
}

/** The beginning of a text, without half a character at its end. */
function cleanCut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length);
}

function amount(characters: number): string {
  return characters < 10_000 ? `${characters} characters` : `${Math.round(characters / 1000)} thousand characters`;
}
