// What a program puts out cannot reach the page. Each attack has a twin that shows that the program, or the script in
// the frame, did run.

import assert from "node:assert/strict";
import { test } from "node:test";

import { canary } from "./lib/canary.mjs";
import { suite } from "./lib/suite.mjs";

const croquant = suite();

test("printed markup is text", async () => {
  const reader = await croquant.open("/");
  const markup = "<img src=x onerror='window.pwned = 1'><script>window.pwned = 1</script>";
  const text = await reader.type(reader.block(0), `print("${markup}")`);
  assert.equal(text, `${markup}\n`, "the program ran and printed it");
  await untouched(reader);
  assert.equal(await reader.count(".cq-output img, .cq-output script"), 0);
});

test("markup in a result, an error and an error's name is text", async () => {
  const reader = await croquant.open("/");
  const block = reader.block(0);
  const markup = "<img src=x onerror=window.pwned=1>";
  assert.equal(await reader.type(block, `"${markup}"`), `'${markup}'`);
  assert.match(await reader.type(block, `raise ValueError("${markup}")`), /ValueError: <img src=x onerror=window.pwned=1>/);
  assert.match(await reader.type(block, `raise type("${markup}", (Exception,), {})`), /<img src=x onerror=window.pwned=1>/);
  await untouched(reader);
  assert.equal(await reader.count(".cq-output img"), 0);
});

test("markup in a question is text", async () => {
  const reader = await croquant.open("/");
  const entry = await reader.begin(reader.block(0), 'x = input("<b onmouseover=window.pwned=1>hey</b>")');
  await reader.state("input");
  assert.match(await entry.locator("form").textContent(), /^<b onmouseover/);
  await reader.page.keyboard.type("<i>no</i>");
  await reader.page.keyboard.press("Enter");
  await reader.idle();
  assert.match(await entry.locator(".cq-output").textContent(), /<i>no<\/i>/);
  assert.equal(await reader.count(".cq-output b, .cq-output i"), 0);
  await untouched(reader);
});

test("terminal sequences are no way out of the output", async () => {
  const reader = await croquant.open("/");
  const text = await reader.type(reader.block(0), String.raw`print("\x1b]8;;javascript:window.pwned=1\x1b\\link\x1b]8;;\x1b\\ \x1b[31mred\x1b[0m")`);
  assert.equal(text, "link red\n");
  assert.equal(await reader.count(".cq-output a"), 0);
  assert.equal(await reader.page.locator(".cq-output .cq-fg-1").textContent(), "red");
});

/** A program that shows HTML, whose script writes what it could do into its own frame. */
function showing(body) {
  const html = `<p id=said></p><script>(async () => { const said = {}; const tries = { ${body} }; for (const [name, go] of Object.entries(tries)) { try { said[name] = String(await go()) } catch (error) { said[name] = 'refused: ' + error.name } } document.getElementById('said').textContent = JSON.stringify(said) })()</script>`;
  return `type("Show", (), {"_repr_html_": lambda self: ${JSON.stringify(html)}})()`;
}

async function said(reader) {
  const line = reader.shown().locator("#said");
  await line.filter({ hasText: "}" }).waitFor();
  return JSON.parse(await line.textContent());
}

test("a script in rich output runs, and reaches nothing", async (t) => {
  const reader = await croquant.open("/");
  const bird = await canary();
  t.after(() => bird.stop());
  await reader.page.evaluate(() => localStorage.setItem("secret", "of the page"));
  await reader.type(
    reader.block(0),
    showing(`
      sum: () => 6 * 7,
      parentDocument: () => parent.document.title,
      parentWrite: () => { parent.pwned = 1; return "written" },
      cookie: () => document.cookie,
      storage: () => localStorage.getItem("secret"),
      topNavigation: () => { top.location = "about:blank#gone"; return "left" },
      fetchApi: async () => (await fetch(${JSON.stringify(`${croquant.server.url}/api/kernels`)})).status,
      fetchAway: async () => (await fetch(${JSON.stringify(`${bird.url}/fetch`)})).status,
      image: () => new Promise((resolve, reject) => { const image = new Image(); image.onload = () => resolve("loaded"); image.onerror = () => reject(new Error("no")); image.src = ${JSON.stringify(`${bird.url}/image`)} }),
      script: () => new Promise((resolve, reject) => { const script = document.createElement("script"); script.onload = () => resolve("loaded"); script.onerror = () => reject(new Error("no")); script.src = ${JSON.stringify(`${bird.url}/script`)}; document.head.append(script) }),
      ownImage: () => new Promise((resolve, reject) => { const image = new Image(); image.onload = () => resolve("loaded"); image.onerror = () => reject(new Error("no")); image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==" }),
      socket: () => new Promise((resolve, reject) => { const socket = new WebSocket(${JSON.stringify(bird.url.replace("http", "ws"))}); socket.onopen = () => resolve("open"); socket.onerror = () => reject(new Error("no")) }),
      popup: () => { if (!open("about:blank")) throw new Error("no"); return "opened" },
    `),
  );
  const found = await said(reader);
  assert.equal(found.sum, "42", "the script ran");
  assert.equal(found.ownImage, "loaded", "what needs no network works");
  for (const attack of ["parentDocument", "parentWrite", "cookie", "storage", "topNavigation", "fetchApi", "fetchAway", "image", "script", "socket", "popup"]) {
    assert.match(found[attack], /^refused: /, attack);
  }
  assert.deepEqual(bird.asked, [], "nothing got out");
  await untouched(reader);
  // The twin: from a frame without our policy, it does.
  await reader.page.evaluate((url) => {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts";
    frame.srcdoc = `<img src="${url}">`;
    document.body.append(frame);
  }, `${bird.url}/image`);
  await bird.wait(10_000);
  assert.deepEqual(bird.asked, ["/image"]);
});

test("a script in an SVG runs in its frame alone", async () => {
  const reader = await croquant.open("/");
  const svg = "<svg viewBox='0 0 9 9' width='9'><script>try { parent.pwned = 1 } catch (error) { document.querySelector('svg').dataset.ran = error.name }</script></svg>";
  await reader.type(reader.block(0), `type("Show", (), {"_repr_svg_": lambda self: ${JSON.stringify(svg)}})()`);
  await reader.shown().locator("svg[data-ran=SecurityError]").waitFor({ state: "attached" });
  await untouched(reader);
});

test("a frame cannot grow over the page", async () => {
  const reader = await croquant.open("/");
  await reader.type(reader.block(0), showing(`grow: () => { parent.postMessage({ croquantHeight: 1e9 }, "*"); document.body.style.height = "100000px"; return "asked" }`));
  assert.equal((await said(reader)).grow, "asked");
  await reader.page.waitForFunction(() => document.querySelector("iframe.cq-frame").height === "800");
});

test("a frame cannot lead elsewhere, nor carry anything out by trying", async (t) => {
  const reader = await croquant.open("/");
  const bird = await canary();
  t.after(() => bird.stop());
  const leave = `${bird.url}/secret`;
  for (const target of [leave, "data:text/html,<h1>sign in here</h1>"]) {
    await reader.type(reader.block(0), showing("sum: () => 6 * 7"));
    assert.deepEqual(await said(reader), { sum: "42" }, "the script ran");
    await reader.shown().locator("body").evaluate((body, url) => void setTimeout(() => { location = url }), target);
    await reader.shown().locator("#said").waitFor({ state: "detached" });
    assert.equal(await reader.shown().getByText("sign in").count(), 0);
  }
  await bird.wait(500);
  assert.deepEqual(bird.asked, []);
  await untouched(reader);
  // The twin: without the frame around it, the same navigation arrives.
  await reader.page.evaluate((url) => {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts";
    frame.srcdoc = `<script>location = ${JSON.stringify(url)}</script>`;
    document.body.append(frame);
  }, leave);
  await bird.wait(10_000);
  assert.deepEqual(bird.asked, ["/secret"]);
});

test("a flood of output is cut, and says so", async () => {
  const reader = await croquant.open("/");
  const text = await reader.type(reader.block(0), 'for i in range(3_000): print("line", i, "x" * 200)');
  assert.match(text, /^line 0 x+\nline 1 x+\n/);
  assert.ok(text.length < 210_000, `${text.length} characters are in the page`);
  await reader.page.locator(".cq-cut").waitFor();
  assert.equal(await reader.type(reader.block(0), "6 * 7"), "42", "the session goes on");
});

test("a progress bar is one line", async () => {
  const reader = await croquant.open("/");
  assert.equal(await reader.type(reader.block(0), String.raw`for i in range(0, 101, 10): print(f"\r{i} %", end="")`), "100 %");
});

test("a display is changed in its place, and cleared", async () => {
  const reader = await croquant.open("/");
  const block = reader.block(0);
  const entry = await reader.begin(block, 'from croquant import display, clear_output; d = display("one", display_id=True)');
  await reader.idle();
  assert.equal(await entry.locator(".cq-output").textContent(), "'one'");
  await reader.type(block, 'd.update("two")');
  assert.equal(await entry.locator(".cq-output").textContent(), "'two'");
  assert.equal(await reader.type(block, 'print("gone"); clear_output(); print("kept")'), "kept\n");
  assert.equal(await reader.type(block, 'print("gone"); clear_output(wait=True); print("kept")'), "kept\n");
});

test("a PNG is an image", async () => {
  const reader = await croquant.open("/");
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  await reader.type(reader.block(0), `from base64 import b64decode; from croquant import Image; Image(b64decode("${png}"))`);
  await reader.page.waitForFunction(() => document.querySelector(".cq-output img.cq-image")?.naturalWidth === 1);
});

test("a session that ends begins anew, and says so", async () => {
  const reader = await croquant.open("/");
  const block = reader.block(0);
  await reader.type(block, "old = 1");
  await reader.begin(block, "exit()");
  await reader.bar.getByText("variables are gone").waitFor();
  await reader.idle();
  assert.match(await reader.type(block, "old"), /NameError/);
  assert.equal(await reader.type(block, "6 * 7"), "42");
});

async function untouched(reader) {
  const page = await reader.page.evaluate(() => ({ pwned: globalThis.pwned, title: document.title }));
  assert.equal(page.pwned, undefined);
  assert.equal(page.title, "A first lesson");
  assert.equal(new URL(reader.page.url()).pathname, "/");
}
