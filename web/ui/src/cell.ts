// A cell: a program without prompts, that runs as a whole.

import { LiveBlock } from "./block.ts";
import type { Desk } from "./desk.ts";
import { Entry } from "./entry.ts";
import { highlighted } from "./highlight.ts";

export class Cell extends LiveBlock {
  constructor(id: number, pre: HTMLElement, desk: Desk, source: string) {
    super(id, pre, desk);
    const shown = source.replace(/\n+$/, "");
    const entry = new Entry({
      desk,
      source,
      shown,
      view: pageView(pre, shown),
      single: false,
      expected: null,
      onMoveOn: () => this.moveOnFrom(entry),
      onChange: () => this.refresh(),
    });
    this.add(entry);
    this.take();
  }

  override reset(): void {
    for (const entry of this.entries) entry.reset();
    this.refresh();
  }
}

/** The page's own markup where it is highlighted, ours where it is plain text. */
function pageView(pre: HTMLElement, shown: string): DocumentFragment {
  if ([...pre.querySelectorAll("span")].every((span) => span.textContent === "")) return highlighted(shown);
  const view = new DocumentFragment();
  for (const child of pre.childNodes) view.append(child.cloneNode(true));
  const last = view.lastChild;
  if (last instanceof Text) last.data = last.data.replace(/\n+$/, "");
  return view;
}
