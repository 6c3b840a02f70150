/** A terminal's socket: a ticket is asked for, and shown as the first message, never in an address. */
import { addressOf, give } from "@/api/client";
import { OpenqrmError } from "@/api/problem";

export const LINES = ["ssh", "serial", "screen"] as const;
export type Line = (typeof LINES)[number];
export type Size = { columns: number; rows: number };

const REFUSED = 4403;
const AT_ONCE = 16_384;

export function isLine(text: unknown): text is Line {
  return LINES.some((each) => each === text);
}

/** An open socket. Nothing comes before whoever awaits it has gone on. */
export async function attach(resource: string, line: Line, size: Size): Promise<WebSocket> {
  const { told } = await give("terminal", "open", { resource, line });
  const url = new URL(addressOf("terminal/attach"), location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onclose = () => reject(new OpenqrmError("unavailable", ""));
  });
  socket.send(JSON.stringify({ ticket: told["terminal"], ...size }));
  return socket;
}

/** What was typed or pasted, in pieces that every door takes. */
export function type(socket: WebSocket, bytes: Uint8Array<ArrayBuffer>): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  for (let start = 0; start < bytes.length; start += AT_ONCE) socket.send(bytes.subarray(start, start + AT_ONCE));
}

export type End = { how: "ended" | "lost" | "refused"; why: string };

/** How a socket came to its end. */
export function endOf({ code, reason }: CloseEvent): End {
  return { how: code === REFUSED ? "refused" : code === 1000 ? "ended" : "lost", why: reason };
}
