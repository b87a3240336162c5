// What transcripts and cells have in common: a list of entries, and the row of buttons under them.

import { button, element } from "./dom.ts";
import type { Desk } from "./desk.ts";
import type { Entry } from "./entry.ts";

export abstract class LiveBlock {
  readonly id: number;
  readonly pre: HTMLElement;
  readonly entries: Entry[] = [];
  protected readonly desk: Desk;
  /** The element that holds the code: a `<code>` that fills the `<pre>`, else the `<pre>` itself. */
  protected readonly host: HTMLElement;
  /** The page brings its own highlighting. */
  protected readonly highlightedByPage: boolean;
  protected readonly lines = element("div", "cq-lines");
  protected readonly foot = element("div", "cq-foot");
  readonly #run: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  readonly #reset: HTMLButtonElement;
  #current = 0;

  constructor(id: number, pre: HTMLElement, desk: Desk) {
    this.id = id;
    this.pre = pre;
    this.desk = desk;
    const code = pre.firstElementChild;
    const filled = code instanceof HTMLElement && code.tagName === "CODE" && code.textContent?.trim() === pre.textContent?.trim();
    this.host = filled ? code : pre;
    this.highlightedByPage = [...this.host.querySelectorAll("span")].some((span) => span.textContent !== "");
    this.#run = button("run", "Run", "Run this block", () => desk.run(this.entries));
    this.#stop = button("stop", "Stop", "Stop what is running", () => desk.stop());
    this.#reset = button("reset", "Reset", "Back to what the page says", () => this.reset());
    this.#stop.hidden = this.#reset.hidden = true;
    const tools = element("div", "cq-tools", this.#reset, this.#run, this.#stop);
    tools.setAttribute("role", "group");
    tools.setAttribute("aria-label", "This block");
    this.foot.append(tools);
    this.lines.addEventListener("keydown", (event) => this.#arrows(event));
    this.lines.addEventListener("focusin", (event) => this.#focused(event.target as Node));
  }

  /** Takes the place of the page's own markup inside its `<pre>`, which keeps its look. */
  protected take(): void {
    this.pre.classList.add("cq-block");
    // A page that Pygments highlights has style sheets for its class names; others get ours.
    if (!this.pre.querySelector("span.gp, span.k, span.kn, span.nb, span.n, span.mi, span.s1, span.s2")) this.pre.classList.add("cq-colours");
    this.host.classList.add("cq-host");
    this.host.replaceChildren(this.lines, this.foot);
    this.#setTabStop(0);
  }

  abstract reset(): void;

  /** Has the reader changed anything? */
  protected get changed(): boolean {
    return this.entries.some((entry) => entry.edited || !entry.untouched);
  }

  focus(): void {
    this.entries[0]?.focus();
  }

  protected moveOnFrom(entry: Entry): void {
    const next = this.entries[this.entries.indexOf(entry) + 1];
    if (next) next.focus();
    else this.desk.focusAfter(this.id);
  }

  protected add(entry: Entry): void {
    entry.element.dataset["entry"] = String(this.entries.length);
    this.entries.push(entry);
    this.lines.append(entry.element);
  }

  /** Shows what can be done now. */
  refresh(): void {
    const held = this.desk.holds(this.entries);
    this.#run.hidden = held;
    this.#stop.hidden = !held;
    this.#reset.hidden = held || !this.changed;
    this.pre.dataset["croquantState"] = held ? "running" : "idle";
  }

  #arrows(event: KeyboardEvent): void {
    if (!(event.target as Element).classList.contains("cq-source")) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const entry = this.entries[this.#current + step];
    if (step === 0 || !entry) return;
    event.preventDefault();
    entry.focus();
  }

  #focused(target: Node): void {
    const index = this.entries.findIndex((entry) => entry.element.contains(target));
    if (index >= 0) this.#setTabStop(index);
  }

  /** One stop for the Tab key a block; the arrow keys lead from entry to entry. */
  #setTabStop(index: number): void {
    this.#current = index;
    this.entries.forEach((entry, position) => (entry.tabStop = position === index));
  }
}
