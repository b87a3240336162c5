// The empty `>>>` at the end of a transcript. Enter runs a complete statement, as in Python's own prompt; the arrow
// keys bring back earlier ones.

import { closeCompletion, selectedCompletion } from "@codemirror/autocomplete";
import { insertNewlineAndIndent } from "@codemirror/commands";
import type { EditorView } from "@codemirror/view";

import type { Desk } from "./desk.ts";
import { element } from "./dom.ts";
import { createEditor } from "./editor.ts";

export interface TryLineOptions {
  run: (code: string) => void;
  history: () => string[];
}

export class TryLine {
  readonly element = element("div", "cq-try");
  readonly #desk: Desk;
  readonly #options: TryLineOptions;
  readonly #rest = element("div", "cq-try-rest", element("span", "gp cq-try-prompt", ">>> "), element("span", "cq-try-hint", "try your own"));
  #editor: EditorView | null = null;
  /** How far back in the history the shown text lies; 0 is the reader's new text. */
  #back = 0;
  #draft = "";

  constructor(desk: Desk, options: TryLineOptions) {
    this.#desk = desk;
    this.#options = options;
    this.#rest.tabIndex = 0;
    this.#rest.setAttribute("role", "button");
    this.#rest.setAttribute("aria-label", "Try your own statements");
    this.#rest.addEventListener("click", () => this.#open());
    this.#rest.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.#open();
    });
    this.element.append(this.#rest);
    this.element.addEventListener("focusout", () => setTimeout(() => this.#closeIfIdle(), 150));
  }

  #open(): void {
    if (!this.#editor) {
      this.#rest.hidden = true;
      this.#editor = createEditor({
        parent: this.element,
        text: "",
        label: "Your own statements. Enter runs them, Escape leaves",
        prompt: (line) => (line === 1 ? ">>> " : "... "),
        complete: (code, position) => this.#desk.kernel.complete(code, position),
        onRun: () => this.#run(),
        onInterrupt: () => this.#desk.stop(),
        onLeave: () => this.#close(),
        keys: [
          { key: "Enter", run: (view) => this.#enter(view) },
          { key: "ArrowUp", run: (view) => view.state.doc.lineAt(view.state.selection.main.head).number === 1 && this.#recall(1) },
          { key: "ArrowDown", run: (view) => view.state.doc.lineAt(view.state.selection.main.head).number === view.state.doc.lines && this.#recall(-1) },
        ],
      });
    }
    this.#editor.focus();
  }

  #enter(view: EditorView): boolean {
    const code = view.state.doc.toString();
    const atEnd = code.slice(view.state.selection.main.head).trim() === "";
    if (code.trim() === "") return true;
    if (!atEnd) return false;
    // A completion that the reader has chosen takes the Enter.
    if (selectedCompletion(view.state)) return false;
    closeCompletion(view);
    void this.#decide(view, code);
    return true;
  }

  /** As at Python's prompt: a complete statement runs, a compound one only after an empty line. */
  async #decide(view: EditorView, code: string): Promise<void> {
    const lastLine = view.state.doc.line(view.state.doc.lines).text;
    const ended = view.state.doc.lines > 1 && lastLine.trim() === "";
    const { status } = await this.#desk.kernel.isComplete(ended ? code.trimEnd() + "\n" : code);
    if (view.state.doc.toString() !== code) return;
    const incomplete = status === "unknown" ? !ended && (view.state.doc.lines > 1 || /[:\\([{,]\s*(?:#.*)?$/.test(lastLine)) : status === "incomplete";
    if (incomplete) insertNewlineAndIndent(view);
    else this.#run();
  }

  #run(): void {
    const code = (this.#editor?.state.doc.toString() ?? "").replace(/\s+$/, "");
    if (code === "") return;
    this.#show("");
    this.#back = 0;
    this.#options.run(code);
    this.element.scrollIntoView({ block: "nearest" });
  }

  #recall(step: number): boolean {
    const history = this.#options.history();
    const back = this.#back + step;
    if (back < 0 || back > history.length) return step > 0;
    if (this.#back === 0) this.#draft = this.#editor?.state.doc.toString() ?? "";
    this.#back = back;
    this.#show(back === 0 ? this.#draft : (history[history.length - back] ?? ""));
    return true;
  }

  #show(text: string): void {
    const view = this.#editor;
    view?.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: text.length } });
  }

  #close(): void {
    this.#editor?.destroy();
    this.#editor = null;
    this.#back = 0;
    this.#rest.hidden = false;
    this.#rest.focus({ preventScroll: true });
  }

  #closeIfIdle(): void {
    if (!this.#editor || this.element.contains(document.activeElement) || !document.hasFocus()) return;
    if (this.#editor.state.doc.length > 0) return;
    this.#editor.destroy();
    this.#editor = null;
    this.#rest.hidden = false;
  }
}
