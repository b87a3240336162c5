// Splits the page's own markup of a block into lines, so that each entry keeps its prompts and highlighting.

const PROMPT = /^\s*>>>(?: |$)/;
const CONTINUATION = /^\s*\.\.\.(?: |$)/;

export interface EntryLines {
  source: DocumentFragment[];
  output: DocumentFragment[];
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

/** Groups a transcript's lines: a prompt begins an entry, what follows its source is its output. */
export function groupEntries(lines: DocumentFragment[]): { lead: DocumentFragment[]; entries: EntryLines[] } {
  const lead: DocumentFragment[] = [];
  const entries: EntryLines[] = [];
  for (const line of lines) {
    const text = line.textContent ?? "";
    const entry = entries.at(-1);
    if (PROMPT.test(text)) entries.push({ source: [line], output: [] });
    else if (!entry) lead.push(line);
    else if (CONTINUATION.test(text) && entry.output.length === 0) entry.source.push(line);
    else entry.output.push(line);
  }
  return { lead, entries };
}

/** A source line without its prompt. */
export function withoutPrompt(line: string): string {
  return line.replace(/^\s*(?:>>>|\.\.\.) ?/, "");
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
