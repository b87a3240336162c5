// What is to run, in order, one at a time. One at a time, so that Stop can drop what has not begun.

export interface Runnable {
  run(): Promise<void>;
  /** Tells the reader that it waits for its turn, or does no longer. */
  setQueued(queued: boolean): void;
}

export class Queue {
  running: Runnable | null = null;
  /** The position of what runs, and how many there are in this go. */
  position = 0;
  total = 0;
  readonly #waiting: Runnable[] = [];
  readonly #onChange: () => void;
  readonly #onEnd: (ran: number) => void;

  constructor(onChange: () => void, onEnd: (ran: number) => void) {
    this.#onChange = onChange;
    this.#onEnd = onEnd;
  }

  get busy(): boolean {
    return this.running !== null;
  }

  holds(item: Runnable): boolean {
    return this.running === item || this.#waiting.includes(item);
  }

  add(items: readonly Runnable[]): void {
    for (const item of items) {
      if (this.holds(item)) continue;
      this.#waiting.push(item);
      this.total++;
      item.setQueued(true);
    }
    this.#onChange();
    if (!this.running) void this.#work();
  }

  /** Drops what has not begun. */
  clear(): void {
    for (const item of this.#waiting.splice(0)) item.setQueued(false);
    this.total = this.position;
    this.#onChange();
  }

  async #work(): Promise<void> {
    for (let item = this.#waiting.shift(); item; item = this.#waiting.shift()) {
      this.running = item;
      this.position++;
      item.setQueued(false);
      this.#onChange();
      await item.run().catch((error: unknown) => console.error("croquant:", error));
    }
    const ran = this.position;
    this.running = null;
    this.position = this.total = 0;
    this.#onChange();
    this.#onEnd(ran);
  }
}
