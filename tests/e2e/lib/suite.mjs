// What every test file begins with: one server and one browser, both gone at its end.

import { after, afterEach, before } from "node:test";
import assert from "node:assert/strict";

import { read, startBrowser } from "./reader.mjs";
import { serve } from "./server.mjs";

/** `folder`: the pages; null for the example tutorial. */
export function suite(folder = null) {
  const readers = [];
  const suite = {
    /** Opens a page as a new reader and waits for its session. */
    async open(path, options = {}) {
      const reader = await read(suite.browser, new URL(path, `${options.through ?? suite.server.url}/`).href, options.context);
      readers.push(reader);
      if (options.wait !== false) await reader.idle();
      return reader;
    },
  };
  before(async () => {
    [suite.server, suite.browser] = await Promise.all([serve(folder), startBrowser()]);
  });
  after(async () => {
    await suite.browser?.close();
    await suite.server?.stop();
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) {
      assert.deepEqual(reader.errors, [], "the page's script failed");
      await reader.close();
    }
  });
  return suite;
}
