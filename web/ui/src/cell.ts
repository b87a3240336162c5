// A cell: a program without prompts, that runs as a whole.

import { LiveBlock } from "./block.ts";
import type { Desk } from "./desk.ts";
import { Entry } from "./entry.ts";
import { highlighted } from "./highlight.ts";

export class Cell extends LiveBlock {
  constructor(id: number, pre: HTMLElement, desk: Desk, source: string) {
    super(id, pre, desk);
    const shown = source.replace(/\n+$/, "");
    const view = this.highlightedByPage ? pageView(this.host) : highlighted(shown);
    const entry = new Entry({
      desk,
      source,
      shown,
      view,
      render: highlighted,
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

/** The page's own markup, without the newlines at its end. */
function pageView(host: HTMLElement): DocumentFragment {
  const view = new DocumentFragment();
  for (const child of host.childNodes) view.append(child.cloneNode(true));
  const last = view.lastChild;
  if (last instanceof Text) last.data = last.data.replace(/\n+$/, "");
  return view;
}
