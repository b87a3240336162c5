// A `>>>` block: the page's own lines, each entry of which runs; and a line for the reader's own statements.

import { LiveBlock } from "./block.ts";
import type { Desk } from "./desk.ts";
import { element } from "./dom.ts";
import { Entry } from "./entry.ts";
import { highlighted } from "./highlight.ts";
import { groupParts, joinLines, splitLines, type Part } from "./lines.ts";
import type { TranscriptEntry } from "./model.ts";
import { TryLine } from "./tryline.ts";

export class Transcript extends LiveBlock {
  readonly #own: Entry[] = [];
  readonly #tryLine: TryLine;

  constructor(id: number, pre: HTMLElement, desk: Desk, entries: readonly TranscriptEntry[]) {
    super(id, pre, desk);
    const parts = this.highlightedByPage ? groupParts(splitLines(this.host)) : entries.map(partOf);
    for (const item of aligned(parts, entries)) {
      if (item.entry) this.add(this.#entryFrom(item.entry, item.part));
      else this.lines.append(element("div", "cq-lead", joinLines([...item.part.source, ...item.part.output])));
    }
    this.#tryLine = new TryLine(desk, {
      run: (code) => this.#runOwn(code),
      history: () => this.entries.map((entry) => entry.code),
    });
    this.foot.prepend(this.#tryLine.element);
    this.take();
  }

  override reset(): void {
    for (const entry of this.#own.splice(0)) {
      entry.element.remove();
      this.entries.splice(this.entries.indexOf(entry), 1);
    }
    for (const entry of this.entries) entry.reset();
    this.refresh();
  }

  protected override get changed(): boolean {
    return this.#own.length > 0 || super.changed;
  }

  #entryFrom(entry: TranscriptEntry, part: Part): Entry {
    if (!part.plain) markPrompts(part.source);
    const made: Entry = new Entry({
      desk: this.desk,
      source: entry.source,
      shown: part.typed.join("\n"),
      view: joinLines(part.source),
      render: (text) => (entry.plain ? highlighted(text) : promptView(text)),
      single: !entry.plain,
      expected: { text: entry.expected, view: joinLines(withoutBlankEnd(part.output)) },
      onMoveOn: () => this.moveOnFrom(made),
      onChange: () => this.refresh(),
    });
    return made;
  }

  #runOwn(code: string): void {
    const made: Entry = new Entry({
      desk: this.desk,
      source: code,
      shown: code,
      view: promptView(code),
      render: promptView,
      single: true,
      expected: null,
      onMoveOn: () => this.moveOnFrom(made),
      onChange: () => this.refresh(),
    });
    this.#own.push(made);
    this.add(made);
    this.desk.run([made]);
  }
}

/** Gives each part of the page its entry of the model. Where the two disagree, the model is shown instead. */
function aligned(parts: Part[], entries: readonly TranscriptEntry[]): { part: Part; entry: TranscriptEntry | null }[] {
  const rest = [...entries];
  const items = parts.map((part) => {
    const runs = part.plain ? entries[0]?.plain === true : part.typed.some((line) => line.trim() !== "");
    return { part, entry: runs ? (rest.shift() ?? null) : null };
  });
  const agree = rest.length === 0 && items.filter((item) => item.entry).length === entries.length;
  return agree ? items : entries.map((entry) => ({ entry, part: partOf(entry) }));
}

/** An entry's lines made anew from the model. */
function partOf(entry: TranscriptEntry): Part {
  const output = new DocumentFragment();
  output.append(element("span", "go", entry.expected.replace(/\n+$/, "")));
  return {
    source: entry.plain ? splitLines(highlighted(entry.source)) : promptLines(entry.source),
    output: [output],
    typed: entry.source.split("\n"),
    plain: entry.plain === true,
  };
}

function withoutBlankEnd(lines: DocumentFragment[]): DocumentFragment[] {
  return lines.slice(0, lines.findLastIndex((line) => (line.textContent ?? "").trim() !== "") + 1);
}

function promptLines(code: string): DocumentFragment[] {
  const lines = splitLines(highlighted(code));
  lines.forEach((line, index) => line.prepend(element("span", "gp", index === 0 ? ">>> " : "... ")));
  return lines;
}

function promptView(code: string): DocumentFragment {
  const lines = promptLines(code);
  markPrompts(lines);
  return joinLines(lines);
}

/** Makes the prompt of each entry what it looks like: the place where it runs. */
function markPrompts(lines: DocumentFragment[]): void {
  lines.forEach((line) => {
    let first: Node | null = line.firstChild;
    while (first && (first.textContent ?? "") === "") first = first.nextSibling;
    if (first instanceof Text) {
      const length = /^\s*(?:>>>|\.\.\.) ?/.exec(first.data)?.[0].length ?? 0;
      if (length === 0) return;
      const rest = first.splitText(length);
      const prompt = element("span", "gp cq-prompt", first.data);
      first.remove();
      rest.before(prompt);
    } else if (first instanceof HTMLElement && /^\s*(?:>>>|\.\.\.)\s*$/.test(first.textContent ?? "")) {
      first.classList.add("cq-prompt");
    }
  });
  lines.forEach((line, index) => {
    const prompt = line.querySelector<HTMLElement>(".cq-prompt");
    if (prompt && index === 0) prompt.title = "Run this (Ctrl+Enter)";
  });
}
