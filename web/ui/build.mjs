// Bundles the page's script and styles into dist/, with the licences of what is in the bundle beside them.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const common = { absWorkingDir: here, bundle: true, minify: true, legalComments: "none", target: ["es2022", "chrome111", "firefox113", "safari16.4"], charset: "utf8" };

const script = await build({ ...common, entryPoints: ["src/page.ts"], format: "esm", outfile: "dist/app.js", metafile: true, banner: { js: "/* The licences of what is in here: THIRD-PARTY.txt, beside this file. */" } });
await build({ ...common, entryPoints: ["src/styles/all.css"], outfile: "dist/app.css" });
writeFileSync(join(here, "dist/THIRD-PARTY.txt"), licences(Object.keys(script.metafile.inputs)));

/** The licence of every package of which a file went into the bundle. */
function licences(inputs) {
  const packages = new Set(inputs.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean));
  return [...packages].sort().map((name) => {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`no licence text in the package ${name}`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  }).join(`\n${"-".repeat(72)}\n\n`);
}
