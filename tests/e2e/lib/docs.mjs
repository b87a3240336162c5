// The official Python documentation, from Debian's package python3-doc.

import { existsSync, readdirSync } from "node:fs";

const DOC = "/usr/share/doc";

/** The folder of its HTML pages. */
export function pythonDocs() {
  const found = readdirSync(DOC)
    .filter((name) => /^python3(?:\.\d+)?$/.test(name))
    .map((name) => `${DOC}/${name}/html`)
    .find((folder) => existsSync(`${folder}/tutorial/introduction.html`));
  if (!found) throw new Error("the Python documentation is not there\nhint: `apt-get install python3-doc`");
  return found;
}
