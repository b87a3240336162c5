// Is the page light or dark where a block lies? The page's own colours decide, whatever switches them.

export type Tone = "light" | "dark";

/**
 * Marks each element with `data-croquant-tone`, and with its ground as `--cq-ground`, and keeps both right when the
 * page changes its theme.
 */
export function watchTone(blocks: readonly HTMLElement[], ours: readonly HTMLElement[]): void {
  let planned = false;
  const mark = (): void => {
    planned = false;
    const measured = blocks.map((element) => ({ element, ...groundOf(element) }));
    // The bar and its like paint their own ground, in the tone of the page under them.
    const body = groundOf(document.body);
    measured.push(...ours.map((element) => ({ element, ...body })));
    for (const { element, tone, colour } of measured) {
      element.dataset["croquantTone"] = tone;
      element.style.setProperty("--cq-ground", colour);
    }
  };
  const plan = (): void => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(mark);
  };
  mark();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", plan);
  const observer = new MutationObserver(plan);
  const options = { attributes: true, attributeFilter: ["class", "style", "data-theme", "data-mode", "data-color-scheme"] };
  observer.observe(document.documentElement, options);
  observer.observe(document.body, options);
  addEventListener("load", plan);
}

function groundOf(element: Element): { tone: Tone; colour: string } {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    const [red, green, blue, alpha] = channels(colour);
    if (alpha > 0.5) return { tone: 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light", colour };
  }
  // Nothing is painted: the canvas shows, which follows the page's colour scheme.
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  const dark = scheme.includes("dark") && (!scheme.includes("light") || matchMedia("(prefers-color-scheme: dark)").matches);
  return { tone: dark ? "dark" : "light", colour: "Canvas" };
}

function channels(colour: string): [number, number, number, number] {
  const numbers = colour.match(/[\d.]+%?/g)?.map((part) => parseFloat(part)) ?? [];
  // `color(srgb r g b / a)` counts from 0 to 1.
  const scale = colour.startsWith("color(") ? 255 : 1;
  const [red = 0, green = 0, blue = 0, alpha = 1] = numbers;
  return [red * scale, green * scale, blue * scale, colour === "transparent" ? 0 : alpha];
}
