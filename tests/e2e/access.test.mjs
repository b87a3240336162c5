// Keyboard, screen readers, small screens, dark pages.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import { ROOT } from "./lib/server.mjs";
import { suite } from "./lib/suite.mjs";

const croquant = suite();
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

async function audit(reader) {
  await reader.page.addScriptTag({ path: axe });
  const { violations, passes } = await reader.page.evaluate(() => globalThis.axe.run(document, { iframes: false, resultTypes: ["violations", "passes"] }));
  assert.ok(passes.length > 10, "the audit looked at something");
  assert.deepEqual(violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`)), []);
}

for (const colorScheme of ["light", "dark"]) {
  test(`the audit of a ${colorScheme} page finds nothing`, async () => {
    const reader = await croquant.open("/", { context: { colorScheme } });
    await audit(reader);
    await reader.runAll();
    await reader.type(reader.block(0), "import sys; print('x', file=sys.stderr); 1/0");
    await reader.block(0).locator(".cq-source").first().click();
    await audit(reader);
  });
}

test("the audit of a question finds nothing", async () => {
  const reader = await croquant.open("/conversation.html");
  await reader.block(0).locator("[data-croquant-action=run]").click();
  await reader.state("input");
  await audit(reader);
});

test("a block works by keyboard alone", async () => {
  const reader = await croquant.open("/");
  const { page } = reader;
  const entries = reader.block(0).locator("[data-entry]");
  await page.keyboard.press("Tab");
  await page.waitForFunction(() => document.activeElement.classList.contains("cq-source"));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+Enter");
  await reader.idle();
  await entries.nth(1).and(page.locator("[data-croquant-match=same]")).waitFor();
  assert.equal(await entries.nth(0).getAttribute("data-croquant-state"), "idle");
  // Shift-Enter moved on: Enter edits the third entry.
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.classList.contains("cm-content"));
  await page.keyboard.press("End");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("10 - 4");
  await page.keyboard.press("Control+Enter");
  await reader.idle();
  assert.equal(await entries.nth(2).locator(".cq-output").textContent(), "6");
  assert.equal(await entries.nth(2).getAttribute("data-croquant-match"), "none", "edited code is not compared");
  // Esc leaves the editor, Tab leads on through the page.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.closest("pre, aside, a") !== null), true);
  assert.equal(await page.evaluate(() => document.activeElement.classList.contains("cm-content")), false);
});

test("Reset brings the page's own text back", async () => {
  const reader = await croquant.open("/");
  const block = reader.block(0);
  const before = await block.locator(".cq-lines").innerText();
  await block.locator(".cq-source").first().click();
  await reader.page.keyboard.type("1 + ");
  await reader.page.keyboard.press("Control+Enter");
  await reader.idle();
  await reader.type(block, "1 + 1");
  assert.notEqual(await block.locator(".cq-lines").innerText(), before);
  await block.locator("[data-croquant-action=reset]").click();
  assert.equal(await block.locator(".cq-lines").innerText(), before);
});

test("an output that differs is marked, and the page's can be seen", async () => {
  const reader = await croquant.open("/");
  const block = reader.blockWith("almonds + sugar");
  await block.locator("[data-croquant-action=run]").click();
  await reader.idle();
  await reader.type(block, "sugar = 151");
  await block.locator(".cq-source").nth(2).focus();
  await reader.page.keyboard.press("Control+Enter");
  await reader.idle();
  const entry = block.locator("[data-entry]").nth(2);
  assert.equal(await entry.getAttribute("data-croquant-match"), "differs");
  assert.equal(await entry.locator(".cq-output").textContent(), "351");
  assert.equal(await entry.locator(".cq-expected").isVisible(), false);
  await entry.locator(".cq-mark").click();
  assert.equal(await entry.locator(".cq-expected").innerText(), "350");
});

test("Tab completes from the session", async () => {
  const reader = await croquant.open("/");
  const { page } = reader;
  await reader.type(reader.block(0), "hazelnuts = 3");
  await reader.block(0).locator(".cq-try").click();
  await page.keyboard.type("hazeln");
  await page.locator(".cm-tooltip-autocomplete").waitFor();
  await page.keyboard.press("Tab");
  await page.waitForFunction(() => document.activeElement.textContent === "hazelnuts");
});

test("Enter at the prompt runs what is complete, and goes on where it is not", async () => {
  const reader = await croquant.open("/");
  const { page } = reader;
  const block = reader.block(0);
  const count = await block.locator("[data-entry]").count();
  await block.locator(".cq-try").click();
  await page.keyboard.type("for n in range(2):");
  await page.keyboard.press("Enter");
  await block.locator(".cq-try .cm-line").nth(1).waitFor();
  await page.keyboard.type("print(n)");
  await page.keyboard.press("Enter");
  await block.locator(".cq-try .cm-line").nth(2).waitFor();
  await page.keyboard.press("Enter");
  const entry = block.locator("[data-entry]").nth(count);
  await entry.and(page.locator("[data-croquant-state=done]")).waitFor();
  assert.equal(await entry.locator(".cq-output").textContent(), "0\n1\n");
  await page.keyboard.press("ArrowUp");
  await page.waitForFunction(() => document.activeElement.innerText.startsWith("for n in range(2):"));
});

test("several statements, or none, can stand at the prompt", async () => {
  const reader = await croquant.open("/");
  const block = reader.block(0);
  assert.equal(await reader.type(block, "several = 6\nfor n in range(2):\n    print(n)\nseveral * 7"), "0\n1\n42");
  assert.equal(await reader.type(block, "# nothing to do"), "");
  assert.equal(await reader.count("[data-croquant-state=done][data-entry]"), 2);
});

test("a small screen shows all of it", async () => {
  const reader = await croquant.open("/conversation.html", { context: { viewport: { width: 360, height: 700 }, isMobile: true, hasTouch: true } });
  const { page } = reader;
  await reader.block(0).locator("[data-croquant-action=run]").tap();
  await reader.state("input");
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(widths[0] <= widths[1], `the page is ${widths[0]} wide on a screen of ${widths[1]}`);
  const bar = await reader.bar.boundingBox();
  assert.ok(bar.x >= 0 && bar.x + bar.width <= 360, "the bar is in view");
  const stop = await reader.bar.locator("[data-croquant-action=stop]").boundingBox();
  assert.ok(stop.height >= 36, "a finger can press it");
  mkdirSync(`${ROOT}target/screenshots`, { recursive: true });
  await page.screenshot({ path: `${ROOT}target/screenshots/phone.png` });
  await page.locator("[data-croquant-input]").fill("Ada");
  await page.keyboard.press("Enter");
  await reader.idle();
});
