// The page's own bar: what the session is doing, and what can be done with all of the page.

import { button, element } from "./dom.ts";
import type { KernelState } from "./kernel.ts";

export interface BarActions {
  runAll: () => void;
  stop: () => void;
  restart: () => void;
  retry: () => void;
}

export interface BarStatus {
  kernel: KernelState;
  running: boolean;
  waitingForInput: boolean;
  position: number;
  total: number;
}

const NOTICE_MS = 8_000;
/** How long after Stop something that still runs is worth a word: what stops, stops sooner. */
const STILL_RUNNING_MS = 1_000;

const STOP = "Stop what is running; variables stay";
const STOP_AGAIN = "Still running. A second Stop ends it for good, and puts the variables back as they were before this cell.";

export class Bar {
  readonly element = element("aside", "cq cq-bar");
  readonly #state = element("span", "cq-bar-state");
  readonly #progress = element("progress", "cq-bar-progress");
  readonly #notice = element("div", "cq-bar-notice");
  readonly #runAll: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  readonly #restart: HTMLButtonElement;
  readonly #retry: HTMLButtonElement;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stillRunning: ReturnType<typeof setTimeout> | undefined;

  constructor(actions: BarActions) {
    this.#runAll = button("run-all", "Run all", "Run every block of this page, in order", actions.runAll);
    this.#stop = button("stop", "Stop", STOP, actions.stop);
    this.#restart = button("restart", "Restart", "Begin anew: clears all variables", actions.restart);
    this.#retry = button("retry", "Try now", "Try to connect now", actions.retry);
    this.element.setAttribute("aria-label", "Python session");
    this.element.dataset["croquantBar"] = "";
    this.#state.setAttribute("role", "status");
    this.#notice.setAttribute("role", "status");
    this.#notice.hidden = true;
    this.#progress.setAttribute("aria-hidden", "true");
    this.element.append(
      this.#notice,
      element("div", "cq-bar-row", element("span", "cq-bar-dot"), this.#state, this.#runAll, this.#stop, this.#restart, this.#retry),
      this.#progress,
    );
  }

  show(status: BarStatus): void {
    const connected = status.kernel === "idle" || status.kernel === "busy";
    const busy = status.running || status.kernel === "busy";
    const name = !connected ? status.kernel : status.waitingForInput ? "input" : busy ? "busy" : "idle";
    this.element.dataset["croquantState"] = name;
    const many = status.running && status.total > 1;
    this.element.dataset["croquantProgress"] = many ? `${status.position}/${status.total}` : "";
    setText(this.#state, describe(name) + (many ? ` ${status.position} of ${status.total}` : ""));
    this.#progress.hidden = !many;
    this.#progress.max = Math.max(1, status.total);
    this.#progress.value = Math.max(0, status.position - 1);
    this.#runAll.hidden = busy || !connected;
    this.#stop.hidden = !busy && !status.running;
    this.#restart.hidden = !connected && status.kernel !== "dead" && status.kernel !== "starting";
    this.#retry.hidden = status.kernel !== "offline" && status.kernel !== "reconnecting";
    if (!busy) this.#stopped();
  }

  /** Stop was pressed. If that is not the end of it soon, says what a second press does. */
  stopping(): void {
    clearTimeout(this.#stillRunning);
    this.#stillRunning = setTimeout(() => {
      this.#stop.title = STOP_AGAIN;
      this.notice(STOP_AGAIN, true);
    }, STILL_RUNNING_MS);
  }

  #stopped(): void {
    clearTimeout(this.#stillRunning);
    this.#stop.title = STOP;
    if (this.#notice.textContent === STOP_AGAIN) this.notice("");
  }

  /** A sentence that stays for some seconds. */
  notice(text: string, lasting = false): void {
    clearTimeout(this.#timer);
    this.#notice.hidden = text === "";
    setText(this.#notice, text);
    if (!lasting) this.#timer = setTimeout(() => (this.#notice.hidden = true), NOTICE_MS);
  }
}

function describe(name: string): string {
  const words: Record<string, string> = {
    starting: "Starting…",
    idle: "Ready",
    busy: "Running",
    input: "Waiting for you",
    reconnecting: "Reconnecting…",
    offline: "Not connected",
    dead: "Session ended",
  };
  return words[name] ?? name;
}

/** Live regions speak when their text is set, also to what it was. */
function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
