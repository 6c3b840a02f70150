/** One stream of changes for the whole console: lists change in place, shown objects are asked for again. */
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { CATALOGUE } from "./catalogue";
import { addressOf, type Params } from "./client";
import { merged, showKey, type Change } from "./lists";
import { useShownLoad } from "./load";
import { SESSION, useSession } from "./session";
import type { Row } from "./types";

const NEWEST_FIRST = new Set(["plan", "event"]);
const SUMMARY_EVERY_MS = 5000;

export function useStream(): boolean {
  const client = useQueryClient();
  const [isLive, setLive] = useState(false);
  const load = useShownLoad();
  const place = useRef(String(useSession().place)); // where the next stream goes on: the first one with what came since the session was asked for
  useEffect(() => {
    const source = new EventSource(addressOf("stream", { load, after: place.current }));
    const summary = new Paced(SUMMARY_EVERY_MS, () => void client.invalidateQueries({ queryKey: ["summary"] }));
    const at = (message: MessageEvent) => (place.current = message.lastEventId || place.current);
    source.addEventListener("open", () => setLive(true));
    source.addEventListener("error", () => setLive(false));
    source.addEventListener("ready", at);
    source.addEventListener("resync", (message) => {
      at(message);
      void client.invalidateQueries();
    });
    source.addEventListener("ended", () => client.setQueryData(SESSION, null));
    source.addEventListener("changes", (message: MessageEvent<string>) => {
      at(message);
      takeUp(client, JSON.parse(message.data) as Change[]);
      summary.call();
    });
    return () => {
      source.close();
      summary.cancel();
    };
  }, [client, load]);
  return isLive;
}

export function takeUp(client: QueryClient, changes: readonly Change[]): void {
  for (const [kind, some] of Map.groupBy(changes, (change) => change.kind)) {
    for (const query of client.getQueryCache().findAll({ queryKey: ["list", kind] })) {
      const isWhole = Object.keys(query.queryKey[2] as Params).length === 0;
      const rows = query.state.data as Row[] | undefined;
      if (isWhole && rows) query.setData(merged(kind, rows, some, NEWEST_FIRST.has(kind)));
      else void client.invalidateQueries({ queryKey: query.queryKey });
    }
    for (const { name } of some) void client.invalidateQueries({ queryKey: ["show", kind, name] });
    if (kind === "plan") {
      for (const about of endedOn(some)) void client.invalidateQueries({ queryKey: ["show", ...about.split("/", 2)] });
    }
    if (kind === "observation") for (const each of some) takeUpSight(client, each);
    if (kind === "plugin") void client.invalidateQueries({ queryKey: CATALOGUE });
  }
}

/** What was seen of a resource, in the place of what was seen before. */
function takeUpSight(client: QueryClient, { name, row }: Change): void {
  client.setQueryData<Row>(showKey("resource", name), (shown) => shown && { ...shown, seen: row });
}

/** What plans that have ended were about: more of it may have changed than its record. */
function endedOn(plans: readonly Change[]): Set<string> {
  const ended = plans.filter(({ row }) => row !== null && row["state"] !== "running");
  return new Set(ended.map(({ row }) => row?.["about"]).filter((about) => typeof about === "string" && about !== "") as string[]);
}

/** Calls at once, and then at most once in so many milliseconds; the last one counts. */
export class Paced {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isDue = false;

  constructor(
    private readonly everyMs: number,
    private readonly action: () => void,
  ) {}

  call(): void {
    if (this.timer !== undefined) {
      this.isDue = true;
      return;
    }
    this.action();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.isDue) this.call();
      this.isDue = false;
    }, this.everyMs);
  }

  cancel(): void {
    clearTimeout(this.timer);
  }
}
