// A `>>>` block: the page's own lines, each entry of which runs; and a line for the reader's own statements.

import { LiveBlock } from "./block.ts";
import type { Desk } from "./desk.ts";
import { element } from "./dom.ts";
import { Entry } from "./entry.ts";
import { highlighted } from "./highlight.ts";
import { groupEntries, joinLines, splitLines, withoutPrompt, type EntryLines } from "./lines.ts";
import type { TranscriptEntry } from "./model.ts";
import { TryLine } from "./tryline.ts";

export class Transcript extends LiveBlock {
  readonly #own: Entry[] = [];
  readonly #tryLine: TryLine;

  constructor(id: number, pre: HTMLElement, desk: Desk, entries: readonly TranscriptEntry[]) {
    super(id, pre, desk);
    const found = groupEntries(splitLines(pre));
    // The server reads the page's text, this script its markup. Where they disagree, the server is right.
    const usable = found.entries.length === entries.length;
    const lead = element("div", "cq-lead", joinLines(found.lead));
    if (usable && lead.textContent?.trim()) this.lines.append(lead);
    entries.forEach((entry, index) => {
      const lines = usable ? (found.entries[index] as EntryLines) : linesOf(entry);
      this.add(this.#entryFrom(entry, lines));
    });
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

  #entryFrom(entry: TranscriptEntry, lines: EntryLines): Entry {
    const shown = lines.source.map((line) => withoutPrompt(line.textContent ?? "")).join("\n");
    while (lines.output.length > 0 && (lines.output.at(-1)?.textContent ?? "").trim() === "") lines.output.pop();
    markPrompts(lines.source);
    const made: Entry = new Entry({
      desk: this.desk,
      source: entry.source,
      shown,
      view: joinLines(lines.source),
      single: true,
      expected: { text: entry.expected, view: joinLines(lines.output) },
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
      view: joinLines(promptLines(code)),
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

/** An entry's lines made anew from the model. */
function linesOf(entry: TranscriptEntry): EntryLines {
  const output = entry.expected.replace(/\n+$/, "");
  const fragment = new DocumentFragment();
  fragment.append(element("span", "go", output));
  return { source: promptLines(entry.source.replace(/\n$/, "")), output: output ? [fragment] : [] };
}

function promptLines(code: string): DocumentFragment[] {
  const lines = splitLines(highlighted(code));
  lines.forEach((line, index) => line.prepend(element("span", "gp", index === 0 ? ">>> " : "... ")));
  return lines;
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
