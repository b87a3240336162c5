// A reader: a browser with pages, and what a reader does there.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

function chromiumPath() {
  const folders = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)];
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    const found = folders.map((folder) => join(folder, name)).find(existsSync);
    if (found) return found;
  }
  throw new Error("there is no chromium\nhint: `apt-get install chromium`");
}

export function startBrowser() {
  return chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
}

/** A new reader, with cookies of their own, on a page whose session is ready. */
export async function read(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  const page = await context.newPage();
  const reader = new Reader(context, page);
  await page.goto(url);
  return reader;
}

class Reader {
  /** Errors of our own script; those of a page's scripts are not ours. */
  errors = [];

  constructor(context, page) {
    this.context = context;
    this.page = page;
    this.bar = page.locator("[data-croquant-bar]");
    page.on("pageerror", (error) => error.stack?.includes("_croquant") && this.errors.push(error.stack));
  }

  /** Waits until nothing runs. */
  async idle(timeout = 60_000) {
    await this.page.locator("[data-croquant-bar][data-croquant-state=idle]").waitFor({ timeout });
  }

  async state(name, timeout = 30_000) {
    await this.page.locator(`[data-croquant-bar][data-croquant-state=${name}]`).waitFor({ timeout });
  }

  press(action) {
    return this.bar.locator(`[data-croquant-action=${action}]`).click();
  }

  async runAll() {
    await this.press("run-all");
    await this.idle(120_000);
  }

  block(id) {
    return this.page.locator(`pre[data-croquant-block="${id}"]`);
  }

  /** The block in which this text stands. */
  blockWith(text) {
    return this.page.locator("pre[data-croquant-block]", { hasText: text }).first();
  }

  /** Types a statement at the block's empty prompt; resolves to its output. */
  async type(block, code) {
    const entry = await this.begin(block, code);
    await this.idle();
    return (await entry.locator(".cq-output").textContent()) ?? "";
  }

  /** The same, without waiting for its end. */
  async begin(block, code) {
    const count = await block.locator(".cq-entry").count();
    const line = block.locator(".cq-try");
    await line.click();
    await line.locator(".cm-content").fill(code);
    await this.page.keyboard.press("Shift+Enter");
    const entry = block.locator(".cq-entry").nth(count);
    await entry.waitFor();
    return entry;
  }

  /** All transcript entries that were compared and do not say what the page prints. */
  differences() {
    return this.page.locator("[data-croquant-match=differs]").evaluateAll((entries) =>
      entries.map((entry) => ({
        source: entry.querySelector(".cq-source").textContent.replace(/^\s*>>> ?/, "").split("\n")[0],
        expected: entry.querySelector(".cq-expected").textContent,
        output: entry.querySelector(".cq-output").textContent,
      })),
    );
  }

  /** The inside of the last rich output. */
  shown() {
    return this.page.frameLocator("iframe.cq-frame").last().frameLocator("iframe");
  }

  count(selector) {
    return this.page.locator(selector).count();
  }

  notice() {
    return this.bar.locator(".cq-bar-notice").textContent();
  }

  close() {
    return this.context.close();
  }
}
