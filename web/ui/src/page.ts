// The entry point: brings the page's blocks to life. Everything is optional here: where something is missing, the
// page stays as it came.

import { Api } from "./api.ts";
import { Bar } from "./bar.ts";
import type { LiveBlock } from "./block.ts";
import { Cell } from "./cell.ts";
import type { Desk } from "./desk.ts";
import { element } from "./dom.ts";
import { tips } from "./editor.ts";
import { Kernel, type KernelState } from "./kernel.ts";
import { readModel, type PageModel } from "./model.ts";
import { Queue, type Runnable } from "./queue.ts";
import { watchTone } from "./tone.ts";
import { Transcript } from "./transcript.ts";

class Page implements Desk {
  readonly kernel: Kernel;
  readonly #blocks: LiveBlock[] = [];
  readonly #queue: Queue;
  readonly #bar: Bar;
  #waitingForInput = false;

  constructor(model: PageModel) {
    // This script lies at `…/_croquant/app.js`; the server's API beside it.
    const api = new Api(new URL("../", import.meta.url));
    this.kernel = new Kernel(api, {
      onState: (state) => this.#kernelChanged(state),
      onNotice: (text) => {
        // What waits was meant for the session that is gone.
        this.#queue.clear();
        for (const block of this.#blocks) for (const entry of block.entries) entry.forgetRun();
        this.#bar.notice(text);
      },
    });
    this.#queue = new Queue(
      () => this.#refresh(),
      (ran) => this.#ended(ran),
    );
    this.#bar = new Bar({
      runAll: () => this.run(this.#blocks.flatMap((block) => block.entries)),
      stop: () => this.stop(),
      restart: () => void this.#restart(),
      retry: () => this.kernel.retryNow(),
    });
    this.#takeBlocks(model);
    document.body.append(element("div", "cq cq-bar-room"), this.#bar.element, tips);
    watchTone(this.#blocks.map((block) => block.pre), [this.#bar.element, tips]);
    this.#refresh();
    document.documentElement.dataset["croquant"] = "live";
    void this.kernel.connect();
  }

  get inBatch(): boolean {
    return this.#queue.total > 1;
  }

  run(items: readonly Runnable[]): void {
    this.#bar.notice("");
    this.#queue.add(items);
  }

  stop(): void {
    this.#queue.clear();
    this.#bar.stopping();
    this.kernel.interrupt().catch(() => this.#bar.notice("Stop did not reach the server."));
  }

  holds(items: readonly Runnable[]): boolean {
    return items.some((item) => this.#queue.holds(item));
  }

  waitingForInput(waiting: boolean): void {
    this.#waitingForInput = waiting;
    this.#refresh();
  }

  focusAfter(blockId: number): void {
    const index = this.#blocks.findIndex((block) => block.id === blockId);
    this.#blocks[index + 1]?.focus();
  }

  #takeBlocks(model: PageModel): void {
    for (const block of model.blocks) {
      const pre = document.querySelector<HTMLElement>(`pre[data-croquant-block="${Number(block.id)}"]`);
      if (!pre) continue;
      if (block.kind === "transcript") this.#blocks.push(new Transcript(block.id, pre, this, block.entries));
      else if (block.kind === "cell") this.#blocks.push(new Cell(block.id, pre, this, block.source));
    }
  }

  async #restart(): Promise<void> {
    this.#queue.clear();
    await this.kernel.restart();
    for (const block of this.#blocks) for (const entry of block.entries) entry.forgetRun();
    this.#bar.notice("Restarted: all variables are cleared.");
    this.#refresh();
  }

  #kernelChanged(state: KernelState): void {
    if (state === "offline") this.#bar.notice("Python cannot be reached. The page reads as it is; trying again.", true);
    else if (state === "dead") this.#bar.notice("The session has ended. Restart begins a new one.", true);
    else if (this.kernel.connected && this.#wasAway) this.#bar.notice("");
    this.#wasAway = state === "offline" || state === "dead";
    this.#refresh();
  }
  #wasAway = false;

  #ended(ran: number): void {
    if (ran < 2) return;
    const entries = this.#blocks.flatMap((block) => block.entries);
    const count = (match: string): number => entries.filter((entry) => entry.element.dataset["croquantMatch"] === match).length;
    const differs = count("differs");
    this.#bar.notice(differs === 0 ? `${ran} ran.` : `${ran} ran; ${differs} ${differs === 1 ? "differs" : "differ"} from the page.`);
  }

  #refresh(): void {
    for (const block of this.#blocks) block.refresh();
    this.#bar.show({
      kernel: this.kernel.state,
      running: this.#queue.busy,
      waitingForInput: this.#waitingForInput,
      position: this.#queue.position,
      total: this.#queue.total,
    });
  }
}

const model = readModel(document);
if (model && model.blocks.length > 0) new Page(model);
