// A session's life: Stop, Restart, reload, two readers, a broken connection, a server that comes back.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { relay, serve } from "./lib/server.mjs";
import { suite } from "./lib/suite.mjs";

const croquant = suite();

test("Stop ends an endless loop, and the variables stay", async () => {
  const reader = await croquant.open("/");
  const block = reader.block(0);
  await reader.type(block, "kept = 41");
  const loop = await reader.begin(block, "while True: kept += 0");
  await reader.state("busy");
  await reader.press("stop");
  await reader.idle();
  assert.match(await loop.textContent(), /KeyboardInterrupt/);
  assert.doesNotMatch((await reader.notice()) ?? "", /second Stop/, "one was enough");
  assert.equal(await reader.type(block, "kept + 1"), "42");
});

test("Ctrl-C in the editor stops, too", async () => {
  const reader = await croquant.open("/");
  const loop = await reader.begin(reader.block(0), "while True: pass");
  await reader.state("busy");
  await reader.page.keyboard.press("Control+c");
  await reader.idle();
  assert.match(await loop.textContent(), /KeyboardInterrupt/);
});

test("a second Stop undoes a cell that swallows the first, and says so", async () => {
  const reader = await croquant.open("/");
  const block = reader.block(0);
  await reader.type(block, "kept = [41]");
  const loop = await reader.begin(block, "kept.clear()\nwhile True:\n    try:\n        print('on'); exec('while True: pass')\n    except KeyboardInterrupt: pass");
  const output = loop.locator(".cq-output");
  await output.getByText("on").waitFor();
  await reader.press("stop");
  await reader.page.waitForFunction(() => document.body.textContent.includes("on\non\n"));
  await reader.bar.getByText("A second Stop ends it for good").waitFor();
  await reader.press("stop");
  await reader.idle();
  assert.match(await output.textContent(), /the variables are as they were before this cell/);
  assert.doesNotMatch((await reader.notice()) ?? "", /gone|second Stop/);
  assert.equal(await reader.type(block, "kept[0] + 1"), "42");
});

test("Stop ends a wait for input", async () => {
  const reader = await croquant.open("/");
  const block = reader.block(0);
  await reader.type(block, "kept = 1");
  const entry = await reader.begin(block, 'kept = input("Well? ")');
  await reader.state("input");
  await reader.press("stop");
  await reader.idle();
  assert.equal(await reader.count("[data-croquant-input]"), 0, "the field is gone");
  assert.match(await entry.textContent(), /Well\? \n(?:.*\n)*.*KeyboardInterrupt/);
  assert.equal(await reader.type(block, "kept"), "1");
});

test("output appears as it is produced, and the streams are told apart", async () => {
  const reader = await croquant.open("/");
  const entry = await reader.begin(reader.block(0), 'import sys; print("out"); print("err", file=sys.stderr); x = input(); print("in", x)');
  await reader.state("input");
  assert.equal(await entry.locator('[data-stream="stdout"]').textContent(), "out\n", "shown before the end");
  assert.equal(await entry.locator('[data-stream="stderr"]').textContent(), "err\n");
  await reader.page.keyboard.type("side");
  await reader.page.keyboard.press("Enter");
  await reader.idle();
  assert.match(await entry.locator(".cq-output").textContent(), /side\nin side\n$/);
});

test("a password is not shown", async () => {
  const reader = await croquant.open("/");
  const entry = await reader.begin(reader.block(0), 'import getpass; len(getpass.getpass("Secret: "))');
  await reader.state("input");
  const field = reader.page.locator("[data-croquant-input]");
  assert.equal(await field.getAttribute("type"), "password");
  await field.fill("xyzzy");
  await reader.page.keyboard.press("Enter");
  await reader.idle();
  assert.equal(await entry.locator(".cq-output").textContent(), "Secret: \n5");
});

test("Restart clears the variables and says so", async () => {
  const reader = await croquant.open("/");
  const block = reader.block(0);
  assert.equal(await reader.type(block, "gone = 1; gone"), "1");
  await reader.press("restart");
  await reader.bar.getByText("all variables are cleared").waitFor();
  await reader.idle();
  assert.match(await reader.type(block, "gone"), /NameError: name 'gone' is not defined/);
});

test("Restart ends what runs", async () => {
  const reader = await croquant.open("/");
  await reader.begin(reader.block(0), "while True: pass");
  await reader.state("busy");
  await reader.press("restart");
  await reader.idle();
  assert.equal(await reader.type(reader.block(0), "1 + 1"), "2");
});

test("a reload keeps the session", async () => {
  const reader = await croquant.open("/");
  await reader.type(reader.block(0), "across = 'reloads'");
  await reader.page.reload();
  await reader.idle();
  assert.equal(await reader.type(reader.block(0), "across"), "'reloads'");
});

test("a reload while something runs finds it running, and can stop it", async () => {
  const reader = await croquant.open("/");
  await reader.type(reader.block(0), "kept = 7");
  await reader.begin(reader.block(0), "while True: pass");
  await reader.state("busy");
  await reader.page.reload();
  await reader.state("busy");
  await reader.press("stop");
  await reader.idle();
  assert.equal(await reader.type(reader.block(0), "kept"), "7");
});

test("two readers do not see each other", async () => {
  const [one, two] = [await croquant.open("/"), await croquant.open("/")];
  assert.equal(await one.type(one.block(0), "mine = 'one'; mine"), "'one'");
  assert.match(await two.type(two.block(0), "mine"), /NameError/);
  await two.type(two.block(0), "mine = 'two'; open('mine.txt', 'w').close()");
  assert.equal(await one.type(one.block(0), "mine"), "'one'");
  assert.equal(await one.type(one.block(0), "import os; 'mine.txt' in os.listdir()"), "False");
  assert.equal(await two.type(two.block(0), "import os; 'mine.txt' in os.listdir()"), "True");
});

test("two pages of one reader have sessions of their own", async () => {
  const reader = await croquant.open("/");
  await reader.type(reader.block(0), "here = 1");
  await reader.page.goto(`${croquant.server.url}/picture.html`);
  await reader.idle();
  assert.match(await reader.type(reader.block(1), "here"), /NameError/);
});

test("a broken connection is mended, and the session is the same", async () => {
  const through = await relay(croquant.server);
  try {
    const reader = await croquant.open("/", { through: through.url });
    const block = reader.block(0);
    await reader.type(block, "kept = 5");
    through.cut();
    await reader.state("reconnecting");
    through.mend();
    await reader.idle();
    assert.equal(await reader.type(block, "kept"), "5");
  } finally {
    await through.stop();
  }
});

test("what runs while the connection breaks can still be stopped after it is mended", async () => {
  const through = await relay(croquant.server);
  try {
    const reader = await croquant.open("/", { through: through.url });
    const block = reader.block(0);
    await reader.type(block, "kept = 6");
    await reader.begin(block, "while True: pass");
    await reader.state("busy");
    through.cut();
    await reader.state("reconnecting");
    through.mend();
    await reader.state("busy");
    await reader.press("stop");
    await reader.idle();
    assert.equal(await reader.type(block, "kept"), "6");
  } finally {
    await through.stop();
  }
});

test("a server without a store begins a new session when it comes back, and says so", async () => {
  const first = await serve();
  let second;
  try {
    const reader = await croquant.open("/", { through: first.url });
    await reader.type(reader.block(0), "old = 1");
    await first.stop("SIGKILL");
    await reader.state("reconnecting");
    assert.match(await reader.page.locator("main").innerText(), />>> 7 \* 6/, "the page can still be read");
    second = await serve(null, first.port);
    await reader.idle();
    await reader.bar.getByText("its variables are gone").waitFor();
    assert.match(await reader.type(reader.block(0), "old"), /NameError/);
  } finally {
    await second?.stop();
  }
});

for (const [signal, how] of [["SIGKILL", "dies"], ["SIGTERM", "stops"]]) {
  test(`a server that ${how} and comes back has the session, with what was answered`, async () => {
    const store = await mkdtemp(join(tmpdir(), "croquant-store-"));
    const first = await serve(null, 0, store);
    let second;
    try {
      const reader = await croquant.open("/", { through: first.url });
      const block = reader.block(0);
      await reader.type(block, "kept = (n * n for n in range(10)); next(kept)");
      await reader.type(block, "next(kept)");
      const loop = await reader.begin(block, "next(kept)\nwhile True: pass");
      await reader.state("busy");
      await first.stop(signal);
      await reader.state("reconnecting");
      second = await serve(null, first.port, store);
      await reader.idle();
      if (signal === "SIGTERM") assert.match(await loop.textContent(), /KeyboardInterrupt[^]*the server stops; the session goes on when it is back/);
      assert.equal(await reader.type(block, "next(kept)"), signal === "SIGTERM" ? "9" : "4");
      assert.doesNotMatch((await reader.notice()) ?? "", /gone/);
    } finally {
      await second?.stop();
      await rm(store, { recursive: true });
    }
  });
}

test("a worker that is killed takes the running cell with it, and nothing else", async () => {
  const server = await serve();
  try {
    const reader = await croquant.open("/", { through: server.url });
    const block = reader.block(0);
    await reader.type(block, "kept = (n * n for n in range(10)); next(kept)");
    const loop = await reader.begin(block, "next(kept)\nwhile True: pass");
    await reader.state("busy");
    const workers = server.workers();
    assert.ok(workers.length > 0, "there are workers");
    for (const worker of workers) process.kill(worker, "SIGKILL");
    await reader.idle();
    assert.match(await loop.textContent(), /SessionLost.*\n.*run the cell again; the variables are as they were before it/);
    assert.equal(await reader.type(block, "next(kept)"), "1");
    assert.ok(!server.workers().some((worker) => workers.includes(worker)), "others run now");
  } finally {
    await server.stop();
  }
});

test("a page whose server never answers stays as it is", async () => {
  const reader = await croquant.open("/", { wait: false });
  await reader.idle();
  await reader.page.route("**/api/**", (route) => route.abort());
  await reader.page.reload();
  await reader.state("offline");
  await reader.bar.getByText("The page reads as it is").waitFor();
  assert.match(await reader.page.locator("main").innerText(), />>> 7 \* 6/);
});
