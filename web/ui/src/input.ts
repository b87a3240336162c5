// The field in which the reader answers `input()`. It stands in the output; once answered, prompt and answer stay
// there as in a terminal.

import type { InputRequest } from "./kernel.ts";

/** Shows the field in `parent`; resolves to the line, rejects when `signal` says that nobody waits any more. */
export function askForInput(parent: HTMLElement, request: InputRequest, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error("stopped"));
    const form = document.createElement("form");
    form.className = "cq-ask";
    const label = document.createElement("label");
    label.className = "cq-ask-prompt";
    label.textContent = request.prompt;
    const field = document.createElement("input");
    field.className = "cq-ask-field";
    field.type = request.password ? "password" : "text";
    field.autocomplete = "off";
    field.spellcheck = false;
    field.setAttribute("autocapitalize", "off");
    field.setAttribute("enterkeyhint", "send");
    if (request.prompt.trim() === "") field.setAttribute("aria-label", "The program waits for a line of input");
    field.dataset["croquantInput"] = "";
    label.append(field);
    form.append(label);

    const done = (): void => {
      signal.removeEventListener("abort", stopped);
      form.remove();
    };
    const stopped = (): void => {
      done();
      reject(new Error("stopped"));
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      done();
      resolve(field.value);
    });
    // The block around listens to keys of its own.
    form.addEventListener("keydown", (event) => event.key !== "Escape" && event.stopPropagation());
    form.addEventListener("click", (event) => event.stopPropagation());
    signal.addEventListener("abort", stopped);
    parent.append(form);
    field.focus({ preventScroll: true });
    form.scrollIntoView({ block: "nearest" });
  });
}

/** What stays of an answered question. */
export function answered(request: InputRequest, line: string): string {
  return `${request.prompt}${request.password ? "" : line}\n`;
}
