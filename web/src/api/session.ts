/** Who has signed in, and what that role may do. */
import { useQuery } from "@tanstack/react-query";
import { createContext, use } from "react";

import { ask, rememberToken, send } from "./client";
import { OpenqrmError, SIGNED_OUT } from "./problem";

export type Session = {
  user: string;
  role: string;
  csrf: string;
  expires_s: number;
  idle_s: number;
  second_factor: boolean;
  may: string[];
  version: string;
  /** Of the stream, before anything else was asked for. */
  place: number;
};
export type Credentials = { user: string; password: string; code?: string } | { link: string; code?: string };

export const SESSION = ["session"] as const;

async function find(): Promise<Session | null> {
  try {
    return remember(await ask<Session>("session"));
  } catch (error) {
    if (!(error instanceof OpenqrmError) || error.type !== SIGNED_OUT) throw error;
    // asked for early, with the cookie of a session that has ended: whoever signs in must not be given that answer
    void ask("intents").catch(() => undefined);
    return null;
  }
}

function remember(session: Session): Session {
  rememberToken(session.csrf);
  return session;
}

/** `data` is null when nobody has signed in. */
export function useFoundSession() {
  return useQuery({ queryKey: SESSION, queryFn: find, staleTime: Infinity });
}

/** Whose pages these are; the gate provides it. */
export const SessionContext = createContext<Session | null>(null);

/** Below the gate somebody has always signed in. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new OpenqrmError("refused", "", "", SIGNED_OUT);
  return session;
}

/** Whether this role may ask for `noun.verb`. */
export function useMay(): (noun: string, verb: string) => boolean {
  const may = new Set(useSession().may);
  return (noun, verb) => may.has(`${noun}.${verb}`);
}

export async function signIn(credentials: Credentials): Promise<Session> {
  return remember(await send<Session>("POST", "session", credentials));
}

export async function signOut(): Promise<void> {
  await send("DELETE", "session");
}

/** The token of a one-time link, taken out of the address bar: it must not stay in the history. */
export function takeLink(): string {
  const link = new URLSearchParams(location.hash.slice(1)).get("link") ?? "";
  if (link) history.replaceState(null, "", location.pathname);
  return link;
}
