// The page's model, as the server writes it into the page.

export interface TranscriptEntry {
  source: string;
  /** What the page prints under the entry; empty when it prints nothing. */
  expected: string;
  /** Code above the first prompt: it runs as a cell does. */
  plain?: boolean;
}

export type Block =
  | { id: number; kind: "transcript"; entries: TranscriptEntry[] }
  | { id: number; kind: "cell"; source: string };

export interface PageModel {
  blocks: Block[];
}

/** Reads the model; null when the page has none, or one that this script does not understand. */
export function readModel(doc: Document): PageModel | null {
  const text = doc.getElementById("croquant-page")?.textContent;
  if (!text) return null;
  try {
    const model = JSON.parse(text) as Partial<PageModel>;
    return Array.isArray(model.blocks) ? { blocks: model.blocks } : null;
  } catch {
    return null;
  }
}
