// Jupyter kernel messages and their two framings on a websocket: JSON text (the default), and the binary
// subprotocol `v1.kernel.websocket.jupyter.org` (jupyter-server, "WebSocket wire protocol").

export const V1_PROTOCOL = "v1.kernel.websocket.jupyter.org";

export type Channel = "shell" | "control" | "stdin" | "iopub";

export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

export interface Message {
  channel: Channel;
  header: Header;
  parent_header: Partial<Header>;
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
  buffers: ArrayBuffer[];
}

export function encodeJson(message: Message): string {
  return JSON.stringify({ ...message, buffers: [] });
}

/** Bytes: the number of offsets and the offsets (u64, little-endian), then the parts that they delimit. */
export function encodeV1(message: Message): ArrayBuffer {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [
    encoder.encode(message.channel),
    encoder.encode(JSON.stringify(message.header)),
    encoder.encode(JSON.stringify(message.parent_header)),
    encoder.encode(JSON.stringify(message.metadata)),
    encoder.encode(JSON.stringify(message.content)),
    ...message.buffers.map((buffer) => new Uint8Array(buffer)),
  ];
  const count = parts.length + 1;
  const start = 8 * (count + 1);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, start));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(count), true);
  let offset = start;
  parts.forEach((part, index) => {
    view.setBigUint64(8 * (index + 1), BigInt(offset), true);
    bytes.set(part, offset);
    offset += part.length;
  });
  view.setBigUint64(8 * count, BigInt(offset), true);
  return bytes.buffer;
}

/** Reads either framing. Throws on a frame that is not a message. */
export function decode(data: string | ArrayBuffer): Message {
  return typeof data === "string" ? decodeJson(data) : decodeV1(data);
}

function decodeJson(text: string): Message {
  const raw = JSON.parse(text) as Partial<Message>;
  return checked({ ...raw, buffers: [] });
}

function decodeV1(buffer: ArrayBuffer): Message {
  const view = new DataView(buffer);
  const count = Number(view.getBigUint64(0, true));
  if (count < 6 || 8 * (count + 1) > buffer.byteLength) throw new Error("a frame with a wrong offset table");
  const offset = (index: number): number => Number(view.getBigUint64(8 * (index + 1), true));
  const part = (index: number): ArrayBuffer => {
    const [from, to] = [offset(index), offset(index + 1)];
    if (from > to || to > buffer.byteLength) throw new Error("a frame with a wrong offset table");
    return buffer.slice(from, to);
  };
  const decoder = new TextDecoder();
  const json = (index: number): unknown => JSON.parse(decoder.decode(part(index)));
  const buffers: ArrayBuffer[] = [];
  for (let index = 5; index < count - 1; index++) buffers.push(part(index));
  return checked({
    channel: decoder.decode(part(0)) as Channel,
    header: json(1) as Header,
    parent_header: json(2) as Partial<Header>,
    metadata: json(3) as Record<string, unknown>,
    content: json(4) as Record<string, unknown>,
    buffers,
  });
}

function checked(raw: Partial<Message>): Message {
  if (typeof raw.header?.msg_type !== "string") throw new Error("a frame without a message type");
  return {
    channel: raw.channel ?? "iopub",
    header: raw.header,
    parent_header: raw.parent_header ?? {},
    metadata: raw.metadata ?? {},
    content: raw.content ?? {},
    buffers: raw.buffers ?? [],
  };
}
