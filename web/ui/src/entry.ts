// One piece of code that runs by itself: a `>>>` entry of a transcript, or a cell. Its text stays the page's own
// until the reader edits it; the editor is made then.

import type { EditorView } from "@codemirror/view";

import { saysTheSame } from "./compare.ts";
import { element } from "./dom.ts";
import { createEditor } from "./editor.ts";
import { OutputArea } from "./output.ts";
import type { Desk } from "./desk.ts";
import type { Outcome } from "./kernel.ts";
import type { Runnable } from "./queue.ts";

export type EntryState = "idle" | "queued" | "running" | "input" | "done" | "error" | "stopped";

export interface EntryOptions {
  desk: Desk;
  /** What is executed as long as the reader has changed nothing. */
  source: string;
  /** What the editor begins with: the source as it stands in the page. */
  shown: string;
  /** The source as the page shows it. */
  view: DocumentFragment;
  /** A source that the reader changed, as the page would show it. */
  render: (text: string) => DocumentFragment;
  /** As at a `>>>` prompt, with prompts, or as a whole program. */
  single: boolean;
  /** The output that the page prints, to be shown until the first run; null when the page says nothing about it. */
  expected: { text: string; view: DocumentFragment } | null;
  onMoveOn: () => void;
  onChange: () => void;
}

export class Entry implements Runnable {
  readonly element = element("div", "cq-entry");
  readonly #options: EntryOptions;
  readonly #source: HTMLElement;
  readonly #expected: HTMLElement | null;
  readonly #output = new OutputArea();
  readonly #mark = element("button", "cq-mark");
  readonly #pageView: readonly Node[];
  #editor: EditorView | null = null;
  /** What the editor holds, or held when it was left. */
  #text: string;
  #state: EntryState = "idle";

  constructor(options: EntryOptions) {
    this.#options = options;
    this.#text = options.shown;
    this.#pageView = [...options.view.childNodes];
    this.#source = element("div", "cq-source", options.view);
    this.#source.tabIndex = -1;
    this.#source.setAttribute("role", "button");
    this.#source.setAttribute("aria-label", `Python: ${options.source}`);
    this.#source.setAttribute("aria-description", "Enter edits, Shift Enter runs");
    this.#source.addEventListener("click", (event) => this.#clicked(event));
    this.#source.addEventListener("keydown", (event) => this.#key(event));
    this.#expected = options.expected && element("div", "cq-expected", options.expected.view);
    if (this.#expected) this.#expected.hidden = options.expected?.text === "";
    this.#mark.type = "button";
    this.#mark.hidden = true;
    this.#mark.addEventListener("click", () => this.#toggleExpected());
    this.element.append(this.#source, this.#mark, this.#output.element);
    if (this.#expected) this.element.append(this.#expected);
    this.element.dataset["croquantState"] = "idle";
  }

  get state(): EntryState {
    return this.#state;
  }

  get code(): string {
    return this.edited ? this.#text : this.#options.source;
  }

  get edited(): boolean {
    return this.#text !== this.#options.shown;
  }

  /** Nothing has run here, and nothing was changed. */
  get untouched(): boolean {
    return this.#output.empty && this.#state === "idle";
  }

  /** What this entry has put out. */
  get outputText(): string {
    return this.#output.text();
  }

  /** The element that takes the focus when this entry is the block's current one. */
  focus(): void {
    (this.#editor?.contentDOM ?? this.#source).focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "nearest" });
  }

  set tabStop(on: boolean) {
    this.#source.tabIndex = on ? 0 : -1;
  }

  setQueued(queued: boolean): void {
    if (queued) this.#setState("queued");
    else if (this.#state === "queued") this.#setState("idle");
  }

  async run(): Promise<void> {
    const { desk } = this.#options;
    const code = this.code;
    this.#mark.hidden = true;
    this.#output.clear();
    // In a batch only the end is announced: dozens of outputs read aloud are noise.
    this.#output.element.setAttribute("aria-live", desk.inBatch ? "off" : "polite");
    this.#setState("running");
    const ready = await desk.kernel.ready();
    if (this.#expected) this.#expected.hidden = true;
    const outcome = ready ? await this.#execute(code) : "aborted";
    if (outcome === "lost") this.#output.note("The session or the connection was lost while this ran: its output may be incomplete.");
    if (outcome === "aborted") this.#output.note("Stopped.");
    this.#output.flush();
    this.#setState(outcome === "ok" ? "done" : outcome === "error" ? "error" : "stopped");
    this.#judge();
  }

  #execute(code: string): Promise<Outcome> {
    const { desk, single } = this.#options;
    return desk.kernel.execute(code, {
      single,
      onOutput: (message) => this.#output.receive(message),
      onInput: async (request, signal) => {
        this.#setState("input");
        desk.waitingForInput(true);
        try {
          return await this.#output.ask(request, signal);
        } finally {
          desk.waitingForInput(false);
          // It may have ended meanwhile.
          if (this.state === "input") this.#setState("running");
        }
      },
    });
  }

  /** Back to what the page says. */
  reset(): void {
    this.#text = this.#options.shown;
    this.#closeEditor();
    this.#changed(this.#text);
    this.#output.clear();
    this.#mark.hidden = true;
    delete this.element.dataset["croquantMatch"];
    if (this.#expected) this.#expected.hidden = this.#options.expected?.text === "";
    this.#setState("idle");
  }

  /** After a restart: the output stays, but it no longer says anything of the session's state. */
  forgetRun(): void {
    if (this.#state === "running" || this.#state === "input" || this.#state === "queued") return;
    this.#mark.hidden = true;
    this.#setState("idle");
  }

  edit(at?: { x: number; y: number }): void {
    if (!this.#editor) {
      const { desk, single } = this.#options;
      const host = element("div", "cq-edit");
      this.#source.before(host);
      this.#source.hidden = true;
      this.#editor = createEditor({
        parent: host,
        text: this.#text,
        label: "Python code. Shift Enter runs it, Escape leaves it",
        ...(single ? { prompt: (line: number) => (line === 1 ? ">>> " : "... ") } : {}),
        complete: (code, position) => desk.kernel.complete(code, position),
        onRun: (thenMoveOn) => this.#run(thenMoveOn),
        onInterrupt: () => desk.stop(),
        onLeave: () => this.#leave(),
        onChange: (text) => this.#changed(text),
      });
      host.addEventListener("focusout", (event) => this.#blurred(event, host));
    }
    const position = at && this.#editor.posAtCoords(at, false);
    this.#editor.dispatch({ selection: { anchor: position ?? this.#editor.state.doc.length } });
    this.#editor.focus();
  }

  #clicked(event: MouseEvent): void {
    if ((event.target as Element).closest(".cq-prompt")) return this.#run(false);
    // A reader who selects text to copy it does not want to edit it.
    if (getSelection()?.isCollapsed === false) return;
    this.edit({ x: event.clientX, y: event.clientY });
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.altKey) return;
    event.preventDefault();
    if (event.shiftKey || event.ctrlKey || event.metaKey) this.#run(event.shiftKey);
    else this.edit();
  }

  #run(thenMoveOn: boolean): void {
    this.#options.desk.run([this]);
    if (thenMoveOn) this.#options.onMoveOn();
  }

  #leave(): void {
    this.#closeEditor();
    this.#source.focus({ preventScroll: true });
  }

  #blurred(event: FocusEvent, host: HTMLElement): void {
    if (!document.hasFocus() || host.contains(event.relatedTarget as Node | null)) return;
    // Not at once: a click on a button nearby must find it where it was.
    setTimeout(() => !host.contains(document.activeElement) && host.isConnected && this.#closeEditor(), 150);
  }

  /** Shows the text again that the editor stood for. */
  #closeEditor(): void {
    this.#editor?.dom.parentElement?.remove();
    this.#editor?.destroy();
    this.#editor = null;
    this.#source.replaceChildren(...(this.edited ? [this.#options.render(this.#text)] : this.#pageView));
    this.#source.setAttribute("aria-label", `Python: ${this.code}`);
    this.#source.hidden = false;
  }

  #changed(text: string): void {
    this.#text = text;
    this.element.toggleAttribute("data-edited", this.edited);
    this.#options.onChange();
  }

  #judge(): void {
    const { expected } = this.#options;
    const compared = expected !== null && !this.edited && this.#state !== "stopped";
    const same = compared && saysTheSame(expected.text, this.#output.text());
    this.element.dataset["croquantMatch"] = compared ? (same ? "same" : "differs") : "none";
    const differs = compared && !same;
    this.#mark.hidden = this.#state === "stopped";
    this.#mark.disabled = !differs;
    this.#mark.textContent = differs ? "≠ page" : this.#state === "done" || same ? "✓" : "✗";
    this.#mark.title = differs ? "This is not what the page prints. Show what it prints" : same ? "As the page prints it" : "";
    this.#mark.setAttribute("aria-label", differs ? "Differs from the page. Show what the page prints" : this.#state === "error" ? "Ended with an error" : "Done");
    this.#mark.setAttribute("aria-expanded", "false");
    if (!differs) this.#mark.removeAttribute("aria-expanded");
  }

  #toggleExpected(): void {
    if (!this.#expected) return;
    const shown = !this.#expected.hidden;
    this.#expected.hidden = shown;
    this.element.dataset["expectedShown"] = String(!shown);
    this.#mark.setAttribute("aria-expanded", String(!shown));
  }

  #setState(state: EntryState): void {
    this.#state = state;
    this.element.dataset["croquantState"] = state;
    this.element.toggleAttribute("aria-busy", state === "running" || state === "input");
    delete this.element.dataset["expectedShown"];
    this.#options.onChange();
  }
}
