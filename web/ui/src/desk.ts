// What blocks may ask of the page around them.

import type { Kernel } from "./kernel.ts";
import type { Runnable } from "./queue.ts";

export interface Desk {
  readonly kernel: Kernel;
  /** Several entries run in one go, as after Run all. */
  readonly inBatch: boolean;
  run(items: readonly Runnable[]): void;
  /** Interrupts what runs and drops what waits. */
  stop(): void;
  /** Is any of these running or waiting for its turn? */
  holds(items: readonly Runnable[]): boolean;
  waitingForInput(waiting: boolean): void;
  /** Puts the focus on the block after the one with this id. */
  focusAfter(blockId: number): void;
}
