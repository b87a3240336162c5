// A CodeMirror editor that looks like the text that it replaces: no frame, no padding, the page's font and colours.

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus, moveCompletionSelection, selectedCompletion, startCompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { EditorState, Prec, type Extension } from "@codemirror/state";
import { EditorView, GutterMarker, gutter, keymap, placeholder, tooltips, type Command, type KeyBinding } from "@codemirror/view";

import { element } from "./dom.ts";
import { builtinNames, highlighter } from "./highlight.ts";

/** Where lists of completions hang: outside of the blocks, marked with the page's tone. */
export const tips = element("div", "cq cq-tips");

export interface EditorOptions {
  parent: HTMLElement;
  text: string;
  label: string;
  /** The prompt of a line, for transcripts. */
  prompt?: (line: number) => string;
  placeholder?: string;
  /** Completions from the kernel; null when there are none. Positions are in UTF-16 units, as in the editor. */
  complete: (code: string, position: number) => Promise<{ matches: string[]; from: number; to: number } | null>;
  onRun: (thenMoveOn: boolean) => void;
  onInterrupt: () => void;
  onLeave: () => void;
  onChange?: (text: string) => void;
  /** Commands that come first, such as Enter at a `>>>` prompt. */
  keys?: readonly KeyBinding[];
}

export function createEditor(options: EditorOptions): EditorView {
  const { prompt } = options;
  return new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        Prec.highest(keymap.of([...(options.keys ?? []), ...runKeys(options)])),
        history(),
        python(),
        indentUnit.of("    "),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        syntaxHighlighting(highlighter),
        builtinNames,
        autocompletion({ override: [kernelCompletions(options)], icons: false, activateOnTypingDelay: 150, selectOnOpen: false, interactionDelay: 0 }),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        // Fixed to the window, so that neither a scrolling block nor its frame cuts them off.
        tooltips({ position: "fixed", parent: tips }),
        prompt ? prompts(prompt, () => options.onRun(false)) : [],
        options.placeholder ? placeholder(options.placeholder) : [],
        EditorView.contentAttributes.of({
          "aria-label": options.label,
          autocapitalize: "off",
          autocorrect: "off",
          spellcheck: "false",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange?.(update.state.doc.toString());
        }),
        EditorView.editorAttributes.of({ class: "cq-editor" }),
        bare,
      ],
    }),
  });
}

/** Takes back what CodeMirror's base theme sets, so that nothing moves when a text becomes an editor. */
const bare = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "inherit", font: "inherit" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "inherit", overflow: "auto" },
  ".cm-content": { padding: "0", caretColor: "currentColor" },
  ".cm-line": { padding: "0" },
  // Long lines scroll under the prompts.
  ".cm-gutters": { backgroundColor: "var(--cq-ground)", color: "inherit", border: "none" },
  ".cm-gutterElement": { cursor: "pointer" },
});

/** The prompts, in a column of their own: they are neither edited nor copied. */
function prompts(promptOf: (line: number) => string, run: () => void): Extension {
  return gutter({
    lineMarker: (view, block) => new Prompt(promptOf(view.state.doc.lineAt(block.from).number)),
    initialSpacer: () => new Prompt(promptOf(1)),
    domEventHandlers: { click: () => (run(), true) },
  });
}

class Prompt extends GutterMarker {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override eq(other: GutterMarker): boolean {
    return other instanceof Prompt && other.#text === this.#text;
  }

  override toDOM(): Node {
    return element("span", "gp", this.#text);
  }
}

function runKeys(options: EditorOptions): KeyBinding[] {
  const run =
    (thenMoveOn: boolean): Command =>
    () => {
      options.onRun(thenMoveOn);
      return true;
    };
  return [
    { key: "Shift-Enter", run: run(true) },
    { key: "Ctrl-Enter", mac: "Cmd-Enter", run: run(false) },
    { key: "Ctrl-c", run: (view) => view.state.selection.main.empty && (options.onInterrupt(), true) },
    { key: "Tab", run: tab, shift: indentLess },
    // Esc closes the list of completions first, then leaves the editor, so that Tab moves on through the page.
    { key: "Escape", run: (view) => completionStatus(view.state) !== "active" && (options.onLeave(), true) },
  ];
}

/** Accepts a completion, or indents at a line's beginning, or asks for completions. */
const tab: Command = (view) => {
  // None is chosen at first, so that Enter stays Enter.
  if (completionStatus(view.state) === "active" && !selectedCompletion(view.state)) moveCompletionSelection(true)(view);
  if (acceptCompletion(view)) return true;
  const { main } = view.state.selection;
  const line = view.state.doc.lineAt(main.head);
  const before = line.text.slice(0, main.head - line.from);
  if (!main.empty) return indentMore(view);
  if (before.trim() !== "") return startCompletion(view);
  view.dispatch(view.state.replaceSelection(" ".repeat(4 - (before.length % 4))), { userEvent: "input.indent", scrollIntoView: true });
  return true;
};

function kernelCompletions(options: EditorOptions): (context: CompletionContext) => Promise<CompletionResult | null> {
  return async (context) => {
    // While typing, only after a dot or the second letter of a name: help that does not get in the way.
    if (!context.explicit && !context.matchBefore(/(?:[\p{L}_][\p{L}\p{N}_]|\.[\p{L}_]?)$/u)) return null;
    if (!context.explicit && /Comment|^String|^FormatString/.test(syntaxTree(context.state).resolveInner(context.pos, -1).name)) return null;
    const found = await options.complete(context.state.doc.toString(), context.pos);
    if (!found || found.matches.length === 0 || context.aborted) return null;
    const typed = context.state.sliceDoc(found.from, context.pos);
    const dunder = /(?:^|\.)_+$/.test(typed);
    return {
      from: found.from,
      to: found.to,
      options: found.matches.map((label) => ({ label, boost: !dunder && /(?:^|\.)_/.test(label) ? -50 : 0 })),
      validFor: /^[\p{L}\p{N}_.]*$/u,
    };
  };
}
