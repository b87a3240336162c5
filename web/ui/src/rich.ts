// Rich output. HTML and SVG come from the reader's program, so they are shown only in a sandboxed frame of an
// origin of its own: it can reach neither this page nor its cookies, and its policy lets it load nothing. Around it
// lies a second frame, with nothing of the program in it: its policy keeps the first one from leading elsewhere, which a
// document's own policy cannot.

/** The data of a display message: values by MIME type. */
export type MimeBundle = Record<string, unknown>;

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/** For both frames. In the outer one, `frame-src` is what holds the inner one in its place. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; frame-src 'none'";
const MAX_HEIGHT_PX = 800;

/** The richest form that can be shown; null when there is only text. */
export function richElement(data: MimeBundle, metadata: Record<string, unknown>, near: HTMLElement): HTMLElement | null {
  const html = text(data["text/html"]);
  if (html !== null) return frame(html, near);
  const svg = text(data["image/svg+xml"]);
  if (svg !== null) return frame(svg, near);
  for (const mime of IMAGES) {
    const encoded = text(data[mime])?.replace(/\s+/g, "");
    if (encoded !== undefined && /^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) return image(mime, encoded, data, metadata);
  }
  return null;
}

export function plainText(data: MimeBundle): string {
  const plain = text(data["text/plain"]);
  if (plain !== null) return plain;
  const kinds = Object.keys(data);
  const json = data["application/json"];
  if (json !== undefined) return JSON.stringify(json, null, 2);
  return kinds.length > 0 ? `<${kinds.join(", ")}>` : "";
}

function text(value: unknown): string | null {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.join("") : null;
}

function image(mime: string, encoded: string, data: MimeBundle, metadata: Record<string, unknown>): HTMLElement {
  const element = document.createElement("img");
  element.className = "cq-image";
  element.src = `data:${mime};base64,${encoded}`;
  element.alt = text(data["text/plain"]) ?? "image";
  const size = metadata[mime] as { width?: unknown; height?: unknown } | undefined;
  if (typeof size?.width === "number") element.width = size.width;
  if (typeof size?.height === "number") element.height = size.height;
  return element;
}

/** What runs in the frame beside the output: it tells its height. The page believes nothing else from a frame. */
const REPORT = `<script>{const tell=()=>parent.parent.postMessage({croquantHeight:Math.ceil(document.documentElement.getBoundingClientRect().height)},"*");new ResizeObserver(tell).observe(document.documentElement);addEventListener("load",tell)}</script>`;

function frame(html: string, near: HTMLElement): HTMLElement {
  const element = document.createElement("iframe");
  element.className = "cq-frame";
  element.title = "Output of the program";
  element.setAttribute("sandbox", "allow-scripts");
  element.setAttribute("referrerpolicy", "no-referrer");
  element.height = "24";
  const style = getComputedStyle(near);
  const base = `body{margin:0;padding:2px 0;color:${style.color};font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}svg,img{max-width:100%}svg{display:block;height:auto}table{border-collapse:collapse}th,td{padding:.2em .6em;text-align:start;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}`;
  const policy = `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
  const inner = `<!doctype html><html><head>${policy}<style>${base}</style>${REPORT}</head><body>${html}</body></html>`;
  element.srcdoc =
    `<!doctype html><html lang="en"><head>${policy}<title>Output</title>` +
    `<style>html,body,iframe{display:block;margin:0;border:0;width:100%;height:100%;background:transparent}</style></head>` +
    `<body><iframe title="Output" sandbox="allow-scripts" srcdoc="${quoted(inner)}"></iframe></body></html>`;
  frames.set(element, true);
  listen();
  return element;
}

/** As the value of an attribute. */
function quoted(html: string): string {
  return html.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}

const frames = new WeakMap<Element, true>();
let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  addEventListener("message", (event) => {
    const height = (event.data as { croquantHeight?: unknown } | null)?.croquantHeight;
    if (typeof height !== "number" || !Number.isFinite(height)) return;
    for (const element of document.querySelectorAll<HTMLIFrameElement>("iframe.cq-frame")) {
      if (frames.has(element) && element.contentWindow?.[0] === event.source) {
        element.height = String(Math.max(16, Math.min(MAX_HEIGHT_PX, height)));
      }
    }
  });
}
