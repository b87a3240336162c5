// The example tutorial, as it ships.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";

import { ROOT } from "./lib/server.mjs";
import { suite } from "./lib/suite.mjs";

const croquant = suite();

test("the first lesson says what it prints", async () => {
  const reader = await croquant.open("/");
  await reader.runAll();
  assert.deepEqual(await reader.differences(), []);
  const entries = await reader.count("[data-entry]");
  assert.ok(entries > 15, `only ${entries} entries`);
  assert.equal(await reader.count("[data-croquant-state=done][data-entry]"), entries - 1, "all but the lesson's one error");
  assert.equal(await reader.count("[data-croquant-state=error][data-entry]"), 1);
  assert.match(await reader.notice(), new RegExp(`^${entries} ran\\.$`));
});

test("the conversation asks, remembers and can be stopped", async () => {
  const reader = await croquant.open("/conversation.html");
  const { page } = reader;
  const answers = ["Ada", "many", "3"];
  await reader.press("run-all");
  for (const answer of answers) {
    await reader.state("input");
    await page.locator("[data-croquant-input]").fill(answer);
    await page.keyboard.press("Enter");
    await page.waitForFunction((text) => [...document.querySelectorAll(".cq-input")].some((said) => said.textContent.includes(text)), answer);
  }
  const loop = reader.blockWith("stirred = 0").locator("[data-entry]");
  await loop.and(page.locator("[data-croquant-state=running]")).waitFor();
  await reader.press("stop");
  await reader.idle();
  const after = reader.blockWith("stirred > 0");
  assert.equal(await after.locator("[data-croquant-state=idle][data-entry]").count(), 2, "Stop drops what has not begun");
  await after.locator("[data-croquant-action=run]").click();
  await reader.idle();
  assert.deepEqual(await reader.differences(), []);
  assert.equal(await reader.count("[data-croquant-match=same]"), 8);
  assert.match(await loop.textContent(), /KeyboardInterrupt/);
  const asked = await reader.blockWith("What is your name?").locator(".cq-output").textContent();
  assert.equal(asked, "What is your name? Ada\nGood to meet you, Ada.\nYour name has 3 letters.\n");
  const again = await reader.blockWith("How many pieces").locator(".cq-output").textContent();
  assert.match(again, /^How many pieces would you like\? many\n'many' is not a number\. Try once more\.\nHow many pieces would you like\? 3\nHere you are: ◆ ◆ ◆ /);
});

test("the picture is drawn, in a frame of its own", async () => {
  const reader = await croquant.open("/picture.html");
  await reader.runAll();
  assert.deepEqual(await reader.differences(), []);
  const frame = reader.shown();
  await frame.locator("circle").nth(399).waitFor({ state: "attached" });
  assert.equal(await frame.locator("circle").count(), 400);
  // Browsers lay out what is far out of view when it comes into view.
  await reader.page.locator("iframe.cq-frame").scrollIntoViewIfNeeded();
  await reader.page.waitForFunction(() => Number(document.querySelector("iframe.cq-frame").height) >= 300);
});

test("the page can be read without scripts", async () => {
  const reader = await croquant.open("/", { wait: false, context: { javaScriptEnabled: false } });
  const text = await reader.page.locator("main").innerText();
  assert.match(text, />>> 7 \* 6\n42\n/);
  assert.equal(await reader.count(".cq-entry"), 0);
});

test("the screenshot of the README", async () => {
  const reader = await croquant.open("/picture.html", { context: { viewport: { width: 1000, height: 1150 }, deviceScaleFactor: 2, colorScheme: "light" } });
  await reader.block(0).locator("[data-croquant-action=run]").click();
  await reader.idle();
  await reader.shown().locator("circle").nth(399).waitFor({ state: "attached" });
  await reader.block(1).locator("[data-croquant-action=run]").click();
  await reader.idle();
  await reader.type(reader.block(1), "sum(n ** 2 for n in range(f.seeds))");
  await reader.page.locator("h2").first().evaluate((heading) => scrollBy(0, heading.getBoundingClientRect().top - 28));
  await reader.page.evaluate(() => document.activeElement.blur());
  await reader.page.mouse.move(2, 2);
  await reader.page.waitForTimeout(500);
  mkdirSync(`${ROOT}target/screenshots`, { recursive: true });
  await reader.page.screenshot({ path: `${ROOT}target/screenshots/page.png` });
});
