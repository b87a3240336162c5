// The REST half of the Jupyter protocol: sessions and kernels.

export class Api {
  readonly #base: URL;

  /** `base` is the address under which the server's `api/` lies. */
  constructor(base: URL) {
    this.#base = base;
  }

  /** The kernel of this reader's session for the page: the same one until it ends. */
  async beginSession(path: string, name: string): Promise<string> {
    const response = await this.#fetch("api/sessions", {
      path,
      type: "page",
      name,
      kernel: { name: "python3" },
    });
    const session = (await response.json()) as { kernel?: { id?: unknown } };
    if (typeof session.kernel?.id !== "string") throw new Error("a session without a kernel");
    return session.kernel.id;
  }

  /** `idle`, `busy`, …; null when there is no such kernel any more. */
  async kernelState(kernelId: string): Promise<string | null> {
    const response = await fetch(this.#url(`api/kernels/${kernelId}`), { cache: "no-store" });
    if (response.status === 404) return null;
    if (!response.ok) throw new Error(`status ${response.status}`);
    return String(((await response.json()) as { execution_state?: unknown }).execution_state);
  }

  async interrupt(kernelId: string): Promise<void> {
    await this.#fetch(`api/kernels/${kernelId}/interrupt`, {});
  }

  async restart(kernelId: string): Promise<void> {
    await this.#fetch(`api/kernels/${kernelId}/restart`, {});
  }

  channels(kernelId: string, sessionId: string): string {
    const url = this.#url(`api/kernels/${kernelId}/channels`);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("session_id", sessionId);
    return url.href;
  }

  async #fetch(path: string, body: unknown): Promise<Response> {
    const response = await fetch(this.#url(path), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: status ${response.status}`);
    return response;
  }

  #url(path: string): URL {
    return new URL(path, this.#base);
  }
}
