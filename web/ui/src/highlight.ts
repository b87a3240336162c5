// Python highlighting with the class names of Pygments, so that a page that is highlighted by Pygments colours our
// editors and outputs by its own style sheet. Other pages get our colours (styles/tokens.css).

import { pythonLanguage } from "@codemirror/lang-python";
import { syntaxTree } from "@codemirror/language";
import { RangeSetBuilder } from "@codemirror/state";
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from "@codemirror/view";
import { highlightTree, tagHighlighter, tags } from "@lezer/highlight";

export const highlighter = tagHighlighter([
  { tag: tags.keyword, class: "k" },
  { tag: tags.operatorKeyword, class: "ow" },
  { tag: tags.moduleKeyword, class: "kn" },
  { tag: [tags.bool, tags.null], class: "kc" },
  { tag: tags.self, class: "bp" },
  { tag: tags.string, class: "s1" },
  { tag: tags.special(tags.string), class: "s1" },
  { tag: tags.escape, class: "se" },
  { tag: tags.number, class: "mi" },
  { tag: tags.comment, class: "c1" },
  { tag: tags.function(tags.definition(tags.variableName)), class: "nf" },
  { tag: tags.definition(tags.className), class: "nc" },
  { tag: tags.meta, class: "nd" },
  { tag: tags.operator, class: "o" },
  { tag: tags.punctuation, class: "p" },
  { tag: [tags.variableName, tags.propertyName], class: "n" },
]);

const BUILTINS = new Set(
  ("abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod " +
    "enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len " +
    "list locals map max memoryview min next object oct open ord pow print property range repr reversed round set setattr slice sorted " +
    "staticmethod str sum super tuple type vars zip __import__").split(" "),
);

/** Code as highlighted nodes, for what is shown without an editor. */
export function highlighted(code: string): DocumentFragment {
  const fragment = new DocumentFragment();
  const tree = pythonLanguage.parser.parse(code);
  let position = 0;
  highlightTree(tree, highlighter, (from, to, classes) => {
    if (from > position) fragment.append(code.slice(position, from));
    const span = document.createElement("span");
    const text = code.slice(from, to);
    span.className = classes === "n" && BUILTINS.has(text) && code[from - 1] !== "." ? "nb" : classes;
    span.textContent = text;
    fragment.append(span);
    position = to;
  });
  fragment.append(code.slice(position));
  return fragment;
}

/** Marks built-in names in an editor, which the grammar does not tell from other names. */
export const builtinNames = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = builtinsIn(view);
    }
    update(update: ViewUpdate): void {
      if (update.docChanged || update.viewportChanged || syntaxTree(update.startState) !== syntaxTree(update.state)) {
        this.decorations = builtinsIn(update.view);
      }
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

const builtin = Decoration.mark({ class: "nb" });

function builtinsIn(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    syntaxTree(view.state).iterate({
      from,
      to,
      enter: (node) => {
        if (node.name === "VariableName" && BUILTINS.has(view.state.sliceDoc(node.from, node.to))) {
          builder.add(node.from, node.to, builtin);
        }
      },
    });
  }
  return builder.finish();
}
