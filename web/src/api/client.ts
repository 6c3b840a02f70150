/** The one place that speaks HTTP. */
import { CSRF, OpenqrmError, problemOf } from "./problem";
import type { Outcome, Preview } from "./types";

export const API = "/api/v1";
export type Params = Record<string, string | number | boolean | undefined>;
export type Body = Record<string, unknown>;

/** What may be said along with an intent. */
export type Wishes = { expected?: string; confirm?: string; reason?: string; wait?: number };

let token = "";

/** The session's token against forged requests. */
export function rememberToken(csrf: string): void {
  token = csrf;
}

export function addressOf(path: string, params: Params = {}): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return query ? `${API}/${path}?${query}` : `${API}/${path}`;
}

export async function ask<T>(path: string, params?: Params, signal?: AbortSignal): Promise<T> {
  return read<T>(await fetch(addressOf(path, params), { signal: signal ?? null }));
}

export async function send<T>(method: "POST" | "DELETE", path: string, body: Body = {}, params?: Params): Promise<T> {
  try {
    return await sendOnce<T>(method, path, body, params);
  } catch (error) {
    if (!(error instanceof OpenqrmError) || error.type !== CSRF) throw error;
    rememberToken((await ask<{ csrf: string }>("session")).csrf); // of another session: the one of now
    return sendOnce<T>(method, path, body, params);
  }
}

export function give(noun: string, verb: string, body: Body, wishes: Wishes = {}): Promise<Outcome> {
  return send("POST", `${noun}/${verb}`, body, wishes);
}

/** With `look` the world is looked at, too. */
export function preview(noun: string, verb: string, body: Body, look: boolean): Promise<Preview> {
  return send("POST", `${noun}/${verb}`, body, { preview: look ? "true" : "plan" });
}

async function sendOnce<T>(method: string, path: string, body: Body, params?: Params): Promise<T> {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": token };
  return read<T>(await fetch(addressOf(path, params), { method, headers, body: JSON.stringify(body) }));
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}
