// A server that only remembers what was asked of it: whether something got out is seen there, not in the browser.

import { createServer } from "node:http";

export async function canary() {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.setHeader("access-control-allow-origin", "*");
    response.end("<h1>sign in here</h1>");
  });
  server.on("upgrade", (request, socket) => {
    asked.push(request.url);
    socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    asked,
    url: `http://127.0.0.1:${server.address().port}`,
    /** Waits until something is asked, or long enough to say that nothing is. */
    async wait(ms) {
      const end = Date.now() + ms;
      while (asked.length === 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
