// The official Python tutorial, its pages served as Debian packages them.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";

import { pythonDocs } from "./lib/docs.mjs";
import { ROOT } from "./lib/server.mjs";
import { suite } from "./lib/suite.mjs";

const croquant = suite(pythonDocs());

/** Entries that cannot say what the page prints, each with the reason. */
const DIFFERENCES = {
  introduction: {
    [String.raw`print('C:\some\name')  # here \n means newline!`]: "3.12 and later warn of the escape sequence",
  },
  classes: {
    it: "the type of the iterator has another name since 3.12",
    "unique_words = set(word for line in page  for word in line.split())": "the page never makes `page`",
    "valedictorian = max((student.gpa, student.name) for student in graduates)": "the page never makes `graduates`",
  },
};

for (const [name, differences] of Object.entries(DIFFERENCES)) {
  test(`${name}.html says what it prints`, async () => {
    const reader = await croquant.open(`/tutorial/${name}.html`);
    const before = await reader.page.locator("pre").allInnerTexts();
    assert.ok(before.length > 20, "the page has blocks");
    await reader.runAll();
    const found = await reader.differences();
    assert.deepEqual(found.map((entry) => entry.source).sort(), Object.keys(differences).sort(), JSON.stringify(found, null, 1));
    const same = await reader.count("[data-croquant-match=same]");
    assert.ok(same > 40, `only ${same} entries ran as printed`);
    assert.equal(await reader.count("[data-entry][data-croquant-state=idle]"), 0, "every entry ran");
    mkdirSync(`${ROOT}target/screenshots`, { recursive: true });
    await reader.page.screenshot({ path: `${ROOT}target/screenshots/tutorial-${name}.png` });
  });
}

test("the page's own markup is kept: prompts, highlighting and colours", async () => {
  const plain = await croquant.open("/tutorial/introduction.html", { wait: false, context: { javaScriptEnabled: false } });
  const live = await croquant.open("/tutorial/introduction.html");
  const shown = (reader) =>
    reader.page.locator("pre[data-croquant-block]").evaluateAll((blocks) =>
      blocks.map((block) => [...block.querySelectorAll("span[class]")].filter((span) => !/cq-(?:try|icon|label|hint)/.test(span.className)).map((span) => `${span.className.replace(/ ?cq-prompt/, "")} ${span.textContent} ${getComputedStyle(span).color}`)),
    );
  const [before, after] = [await shown(plain), await shown(live)];
  assert.ok(before.flat().length > 500);
  assert.deepEqual(after, before);
});

test("controlflow.html asks for an integer", async () => {
  const reader = await croquant.open("/tutorial/controlflow.html");
  const block = reader.blockWith("Please enter an integer");
  await block.locator("[data-croquant-action=run]").click();
  await reader.state("input");
  await reader.page.keyboard.type("42");
  await reader.page.keyboard.press("Enter");
  await reader.idle();
  const entries = block.locator("[data-entry]");
  assert.equal(await entries.count(), 2);
  assert.equal(await entries.nth(0).locator(".cq-output").textContent(), "Please enter an integer: 42\n");
  assert.equal(await entries.nth(1).locator(".cq-output").textContent(), "More\n");
  assert.equal(await block.locator("[data-croquant-match=same]").count(), 2);
});

test("controlflow.html asks for a colour", async () => {
  const reader = await croquant.open("/tutorial/controlflow.html");
  const block = reader.blockWith("Enter your choice of 'red'");
  await block.locator("[data-croquant-action=run]").click();
  await reader.state("input");
  await reader.page.keyboard.type("blue");
  await reader.page.keyboard.press("Enter");
  await reader.idle();
  assert.match(await block.locator(".cq-output").textContent(), /'red', 'blue' or 'green': blue\nI'm feeling the blues :\(\n$/);
});

test("errors.html asks until the answer is a number", async () => {
  const reader = await croquant.open("/tutorial/errors.html");
  const block = reader.blockWith("Please enter a number");
  await block.locator("[data-croquant-action=run]").click();
  for (const answer of ["spam", "seven", "7"]) {
    await reader.state("input");
    const field = reader.page.locator("[data-croquant-input]");
    await field.fill(answer);
    await field.evaluate((element) => element.setAttribute("data-answered", ""));
    await reader.page.keyboard.press("Enter");
    await reader.page.locator("[data-answered]").waitFor({ state: "detached" });
  }
  await reader.idle();
  const oops = "Oops!  That was no valid number.  Try again...\n";
  assert.equal(await block.locator(".cq-output").textContent(), `Please enter a number: spam\n${oops}Please enter a number: seven\n${oops}Please enter a number: 7\n`);
  assert.equal(await reader.type(block, "x"), "7");
});

test("the endless loop of controlflow.html is stopped, and the variables are there", async () => {
  const reader = await croquant.open("/tutorial/controlflow.html");
  const block = reader.blockWith("Busy-wait for keyboard interrupt");
  await reader.type(block, "kept = 'here'");
  await block.locator(".cq-source").first().focus();
  await reader.page.keyboard.press("Control+Enter");
  await reader.state("busy");
  await block.locator("[data-croquant-action=stop]").click();
  await reader.idle();
  assert.match(await block.locator(".cq-output").first().textContent(), /KeyboardInterrupt/);
  assert.equal(await reader.type(block, "kept"), "'here'");
});
