// Splits the page's own markup of a block into lines, so that each entry keeps its prompts and highlighting.

/** A part of a transcript. Without a source it is only shown: a greeting above the first prompt, a bare prompt. */
export interface Part {
  source: DocumentFragment[];
  output: DocumentFragment[];
  /** The source as it is typed, without its prompts. */
  typed: string[];
  /** No prompt stands before it. */
  plain: boolean;
}

/** One fragment a line, without the newlines. Elements that span lines are cloned into each of them. */
export function splitLines(root: Node): DocumentFragment[] {
  const lines: DocumentFragment[] = [new DocumentFragment()];
  let open: Element[] = [];
  const parent = (): Node => open.at(-1) ?? (lines.at(-1) as DocumentFragment);
  const newLine = (): void => {
    lines.push(new DocumentFragment());
    const previous = open;
    open = [];
    for (const element of previous) {
      const clone = element.cloneNode(false) as Element;
      parent().appendChild(clone);
      open.push(clone);
    }
  };
  const walk = (node: Node): void => {
    if (node instanceof Text) {
      node.data.split("\n").forEach((part, index) => {
        if (index > 0) newLine();
        if (part) parent().appendChild(new Text(part));
      });
    } else if (node instanceof HTMLBRElement) {
      newLine();
    } else if (node instanceof Element) {
      const clone = node.cloneNode(false) as Element;
      parent().appendChild(clone);
      open.push(clone);
      node.childNodes.forEach(walk);
      open.pop();
    }
  };
  root.childNodes.forEach(walk);
  return lines;
}

/** Groups a transcript's lines by the rules of the server's reader (web/src/page/transcript.rs). */
export function groupParts(lines: DocumentFragment[]): Part[] {
  const texts = lines.map((line) => (line.textContent ?? "").replaceAll("\u00a0", " "));
  const indent = /^[ \t]*(?=>>>)/.exec(texts.find((text) => text.trim() !== "") ?? "")?.[0].length ?? 0;
  const prompts: [string, string] = [">>>", "..."];
  const parts: Part[] = [];
  lines.forEach((line, index) => {
    const text = dedent(texts[index] as string, indent);
    const part = parts.at(-1);
    const first = inputAfter(text, prompts[0]);
    const next = inputAfter(text, prompts[1]);
    if (first !== null) {
      parts.push({ source: [line], output: [], typed: [first], plain: false });
      const changed = /^\s*sys\.ps([12])\s*=\s*(['"])([^'"\\]*\S)\s*\2\s*$/.exec(first);
      if (changed) prompts[Number(changed[1]) - 1] = changed[3] as string;
    } else if (!part) {
      parts.push({ source: [line], output: [], typed: [text], plain: true });
    } else if (part.plain) {
      part.source.push(line);
      part.typed.push(text);
    } else if (next !== null && part.output.length === 0) {
      part.source.push(line);
      part.typed.push(next);
    } else {
      part.output.push(line);
    }
  });
  return parts;
}

function dedent(text: string, indent: number): string {
  return text.slice(Math.min(indent, /^[ \t]*/.exec(text)?.[0].length ?? 0));
}

/** What is typed after the prompt; null if the line has none. `>>>>` and `....` are output. */
function inputAfter(text: string, prompt: string): string | null {
  if (!text.startsWith(prompt) || text[prompt.length] === prompt.at(-1)) return null;
  return text.slice(prompt.length).replace(/^[ \t]/, "");
}

/** The lines as one fragment, with newlines between them. */
export function joinLines(lines: DocumentFragment[]): DocumentFragment {
  const joined = new DocumentFragment();
  lines.forEach((line, index) => {
    if (index > 0) joined.append("\n");
    joined.append(line);
  });
  return joined;
}
