// Starts `croquant serve` on a free port and stops it again.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CROQUANT = process.env.CROQUANT ?? `${ROOT}target/release/croquant`;
const START_MS = 60_000;

/** Serves a folder of pages, or the example tutorial. `port` 0 takes a free one; sessions sleep in the folder `store`, if there is one. */
export async function serve(folder = null, port = 0, store = null) {
  if (!existsSync(CROQUANT)) throw new Error(`\`${CROQUANT}\` is not there\nhint: build it with \`just build\``);
  const sleep = store ? ["--store", store] : ["--no-store"];
  const child = spawn(CROQUANT, ["serve", ...(folder ? [folder] : []), "--port", String(port), ...sleep], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server does not answer; it said:\n${said}`)), START_MS);
    const listen = (chunk) => {
      said += chunk;
      const found = /http:\/\/[\w.:[\]-]+:\d+/.exec(said);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[0]);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}; it said:\n${said}`)));
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return {
    url,
    port: Number(new URL(url).port),
    said: () => said,
    /** The processes in which its sessions are. */
    workers: () => below(child.pid).filter((process) => process.name === "croquant-worker").map((process) => process.id),
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await ended;
    },
    [Symbol.asyncDispose]() {
      return this.stop();
    },
  };
}

/** The processes that `id` has started, and those that they have. */
function below(id) {
  const children = readFileSync(`/proc/${id}/task/${id}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [{ id: child, name: readFileSync(`/proc/${child}/cmdline`, "utf8").split("\0")[0] }, ...below(child)]);
}

/** A port in front of the server, whose connections can be cut. */
export async function relay(target) {
  const sockets = new Set();
  let cut = false;
  const server = createServer((client) => {
    if (cut) return client.destroy();
    const upstream = connect(target.port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut() {
      cut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      cut = false;
    },
    stop() {
      this.cut();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
