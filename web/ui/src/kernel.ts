// The kernel of this page: one session on the server, spoken to in the Jupyter kernel protocol. Knows nothing of
// the page's blocks. Whatever is asked while the connection is away is sent when it is back.

import { Api } from "./api.ts";
import { decode, encodeJson, encodeV1, V1_PROTOCOL, type Channel, type Message } from "./framing.ts";

/** `offline`: never connected so far; `reconnecting`: was connected; `dead`: the session has ended. */
export type KernelState = "starting" | "offline" | "idle" | "busy" | "reconnecting" | "dead";

export type Outcome = "ok" | "error" | "aborted" | "lost";

export interface InputRequest {
  prompt: string;
  password: boolean;
}

export interface ExecuteOptions {
  /** Compile as at a `>>>` prompt: the value of every expression statement is shown. */
  single: boolean;
  onOutput: (message: Message) => void;
  /** Resolves to the line; rejects when nobody will answer any more. */
  onInput: (request: InputRequest, signal: AbortSignal) => Promise<string>;
}

export interface Completion {
  matches: string[];
  from: number;
  to: number;
}

interface Execution {
  options: ExecuteOptions;
  abort: AbortController;
  /** The kernel has begun it. */
  begun: boolean;
  replied: Outcome | null;
  idle: boolean;
  resolve: (outcome: Outcome) => void;
}

export interface KernelEvents {
  onState: (state: KernelState) => void;
  /** Something that the reader should know: a restart, a session that was lost. */
  onNotice: (text: string) => void;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 15_000;
/** After a reconnection, how long to wait for the end of an execution that the server says is over. */
const LOST_AFTER_MS = 1_000;

export class Kernel {
  state: KernelState = "starting";
  readonly #api: Api;
  readonly #events: KernelEvents;
  readonly #session = id();
  readonly #executions = new Map<string, Execution>();
  readonly #requests = new Map<string, (content: Record<string, unknown>) => void>();
  #kernelId: string | null = null;
  #socket: WebSocket | null = null;
  #everReady = false;
  #offerV1 = true;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #whenReady: ((ready: boolean) => void)[] = [];
  /** The reader asked for it: no surprise to tell of. Until the new session is ready. */
  #restarting = false;

  constructor(api: Api, events: KernelEvents) {
    this.#api = api;
    this.#events = events;
    addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.retryNow());
  }

  /** Begins, or finds again, the session of this reader and page, and opens its channels. */
  async connect(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#attempt++;
    try {
      const known = this.#kernelId;
      if (known === null || (await this.#api.kernelState(known)) === null) {
        this.#kernelId = await this.#api.beginSession(location.pathname, document.title);
        if (known !== null && known !== this.#kernelId) {
          this.#endAll("lost");
          this.#events.onNotice("The session had ended and a new one began: its variables are gone.");
        }
      }
      this.#open(this.#kernelId as string);
    } catch {
      this.#disconnected();
    }
  }

  retryNow(): void {
    if (this.#retry === undefined) return;
    this.#attempt = 0;
    void this.connect();
  }

  get connected(): boolean {
    return this.state === "idle" || this.state === "busy";
  }

  /** Resolves to true when messages can be sent, to false when that is no longer wanted. */
  ready(): Promise<boolean> {
    return this.connected ? Promise.resolve(true) : new Promise((resolve) => this.#whenReady.push(resolve));
  }

  /** Runs code; resolves when it has ended and all of its output has arrived. */
  execute(code: string, options: ExecuteOptions): Promise<Outcome> {
    return new Promise((resolve) => {
      const content = {
        // Python compiles a compound statement in `single` mode only if its last line is ended.
        code: options.single ? `${code}\n` : code,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: true,
        stop_on_error: false,
      };
      const metadata = options.single ? { croquant: { mode: "single" } } : {};
      const messageId = this.#send("shell", "execute_request", content, metadata);
      if (messageId === null) return resolve("lost");
      this.#executions.set(messageId, { options, abort: new AbortController(), begun: false, replied: null, idle: false, resolve });
    });
  }

  async complete(code: string, position: number): Promise<Completion | null> {
    const reply = await this.#request("complete_request", {
      code,
      cursor_pos: toCodePoints(code, position),
    });
    if (reply?.["status"] !== "ok" || !Array.isArray(reply["matches"])) return null;
    return {
      matches: reply["matches"].map(String),
      from: fromCodePoints(code, Number(reply["cursor_start"])),
      to: fromCodePoints(code, Number(reply["cursor_end"])),
    };
  }

  /** `unknown` when the kernel does not answer in time, as when it is busy, or cannot say, as when its session is lost. */
  async isComplete(code: string): Promise<{ status: string; indent: string }> {
    const reply = await this.#request("is_complete_request", { code }, 400);
    const status = reply?.["status"] ?? "error";
    return { status: status === "error" ? "unknown" : String(status), indent: String(reply?.["indent"] ?? "") };
  }

  async interrupt(): Promise<void> {
    for (const execution of this.#executions.values()) execution.abort.abort();
    for (const resolve of this.#whenReady.splice(0)) resolve(false);
    if (this.#kernelId !== null) await this.#api.interrupt(this.#kernelId);
  }

  async restart(): Promise<void> {
    if (this.#kernelId === null) return this.connect();
    this.#endAll("aborted");
    for (const resolve of this.#whenReady.splice(0)) resolve(false);
    this.#setState("starting");
    this.#restarting = true;
    try {
      await this.#api.restart(this.#kernelId);
      if (this.#socket?.readyState === WebSocket.OPEN) this.#greet();
      else await this.connect();
    } catch {
      // The session itself may be gone: begin a new one.
      this.#socket?.close();
      await this.connect();
    }
  }

  #open(kernelId: string): void {
    this.#socket?.close();
    const socket = new WebSocket(this.#api.channels(kernelId, this.#session), this.#offerV1 ? [V1_PROTOCOL] : []);
    let opened = false;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      opened = true;
      this.#greet();
      void this.#joinBusy(kernelId, socket);
    };
    socket.onmessage = (event) => this.#receive(event.data as string | ArrayBuffer);
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      // Browsers refuse a server that takes none of the subprotocols offered: next time offer none, or again.
      if (!opened) this.#offerV1 = !this.#offerV1;
      this.#disconnected();
    };
    this.#socket = socket;
  }

  /** The first request on a connection; its answer tells that the session is ready. */
  #greet(): void {
    void this.#request("kernel_info_request", {}, 120_000).then((reply) => {
      if (reply !== null && this.#socket !== null) this.#nowReady(this.#executions.size > 0 ? "busy" : "idle");
    });
  }

  /** A kernel that is running something answers the greeting late, yet it can be stopped now. */
  async #joinBusy(kernelId: string, socket: WebSocket): Promise<void> {
    const state = await this.#api.kernelState(kernelId).catch(() => null);
    if (state === "busy" && this.#socket === socket && !this.connected) this.#nowReady("busy");
  }

  #nowReady(state: "idle" | "busy"): void {
    this.#attempt = 0;
    this.#restarting = false;
    this.#everReady = true;
    this.#setState(state);
    for (const resolve of this.#whenReady.splice(0)) resolve(true);
    void this.#settleAfterReconnect();
  }

  /** What ran while the connection was away may have ended unseen. */
  async #settleAfterReconnect(): Promise<void> {
    while (this.#executions.size > 0 && this.connected && this.#kernelId !== null) {
      const before = [...this.#executions.values()];
      const state = await this.#api.kernelState(this.#kernelId).catch(() => "unreachable");
      await new Promise((resolve) => setTimeout(resolve, LOST_AFTER_MS));
      if (state !== "idle") continue;
      for (const execution of before) this.#settle(execution, "lost");
      if (this.#executions.size === 0 && this.connected) this.#setState("idle");
    }
  }

  #disconnected(): void {
    this.#setState(this.#everReady ? "reconnecting" : "offline");
    for (const resolve of this.#requests.values()) resolve({});
    this.#requests.clear();
    const delay = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#attempt, 10));
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.connect(), delay * (0.75 + Math.random() / 2));
  }

  #send(channel: Channel, type: string, content: Record<string, unknown>, metadata: Record<string, unknown> = {}, parent = {}): string | null {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return null;
    const message: Message = {
      channel,
      header: {
        msg_id: id(),
        msg_type: type,
        session: this.#session,
        username: "reader",
        date: new Date().toISOString(),
        version: "5.4",
      },
      parent_header: parent,
      metadata,
      content,
      buffers: [],
    };
    socket.send(socket.protocol === V1_PROTOCOL ? encodeV1(message) : encodeJson(message));
    return message.header.msg_id;
  }

  #request(type: string, content: Record<string, unknown>, timeoutMs = 3_000): Promise<Record<string, unknown> | null> {
    return new Promise((resolve) => {
      const messageId = this.#send("shell", type, content);
      if (messageId === null) return resolve(null);
      const timer = setTimeout(() => finish(null), timeoutMs);
      const finish = (reply: Record<string, unknown> | null): void => {
        clearTimeout(timer);
        this.#requests.delete(messageId);
        resolve(reply);
      };
      this.#requests.set(messageId, finish);
    });
  }

  #receive(data: string | ArrayBuffer): void {
    let message: Message;
    try {
      message = decode(data);
    } catch (error) {
      console.warn("croquant: a frame was left out:", error);
      return;
    }
    const parent = message.parent_header.msg_id ?? "";
    const execution = this.#executions.get(parent);
    const type = message.header.msg_type;
    if (type === "status") return this.#status(String(message.content["execution_state"]), message.parent_header.msg_type, execution);
    if (type === "input_request") return void this.#ask(message, execution);
    if (type === "execute_reply" && execution) {
      const status = message.content["status"];
      execution.replied = status === "ok" || status === "error" ? status : "aborted";
      return this.#settleIfOver(execution);
    }
    if (message.channel === "shell" || message.channel === "control") return this.#requests.get(parent)?.(message.content);
    execution?.options.onOutput(message);
  }

  #status(status: string, parentType: string | undefined, execution: Execution | undefined): void {
    if (status === "dead") {
      this.#endAll("lost");
      this.#setState("dead");
    } else if (status === "restarting" && !this.#restarting) {
      // What has not begun yet runs in the new session.
      for (const begun of [...this.#executions.values()].filter((other) => other.begun)) this.#settle(begun, "lost");
      this.#setState("starting");
      this.#events.onNotice("The session ended and a new one began: its variables are gone.");
      this.#greet();
    } else if ((status === "idle" || status === "busy") && this.connected && (parentType === undefined || parentType === "execute_request")) {
      // Completions and the like keep a kernel busy, too, but not in a way that matters to a reader.
      this.#setState(status);
    }
    if (!execution) return;
    if (status === "busy") execution.begun = true;
    else if (status === "idle") execution.idle = true;
    this.#settleIfOver(execution);
  }

  async #ask(message: Message, execution: Execution | undefined): Promise<void> {
    const request = {
      prompt: String(message.content["prompt"] ?? ""),
      password: message.content["password"] === true,
    };
    if (!execution) return;
    try {
      const value = await execution.options.onInput(request, execution.abort.signal);
      this.#send("stdin", "input_reply", { status: "ok", value }, {}, message.header);
    } catch {
      // Stopped while waiting: the interrupt ends the wait on the other side.
    }
  }

  #settleIfOver(execution: Execution): void {
    if (execution.idle && execution.replied !== null) this.#settle(execution, execution.replied);
  }

  #settle(execution: Execution, outcome: Outcome): void {
    for (const [messageId, other] of this.#executions) if (other === execution) this.#executions.delete(messageId);
    execution.abort.abort();
    execution.resolve(outcome);
  }

  #endAll(outcome: Outcome): void {
    for (const execution of [...this.#executions.values()]) this.#settle(execution, outcome);
  }

  #setState(state: KernelState): void {
    if (state === this.state) return;
    this.state = state;
    this.#events.onState(state);
  }
}

function id(): string {
  // Not randomUUID: it is missing on pages that come over plain http from another machine.
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function toCodePoints(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}

function fromCodePoints(text: string, points: number): number {
  return [...text].slice(0, points).join("").length;
}
