/** Of whose machines the load is on the screen: of these alone the stream tells with each report. */
import { useEffect, useState, useSyncExternalStore } from "react";

const SETTLED_MS = 300; // one page has gone and the next one is there: one new stream is enough

const shown = new Map<symbol, string>();
const listeners = new Set<() => void>();

/** As long as the component is there; `references` as the stream knows them, with commas between: `host`, `observation/NAME`. */
export function useLoadOf(references: string): void {
  useEffect(() => {
    const place = Symbol(references);
    if (references) shown.set(place, references);
    tell();
    return () => {
      shown.delete(place);
      tell();
    };
  }, [references]);
}

/** All of them, for the stream; an open page in the background shows nothing. */
export function useShownLoad(): string {
  const now = useSyncExternalStore(listen, allShown);
  const [settled, settle] = useState(now);
  useEffect(() => {
    const waiting = setTimeout(() => settle(now), SETTLED_MS);
    return () => clearTimeout(waiting);
  }, [now]);
  return settled;
}

function allShown(): string {
  if (document.hidden) return "";
  return [...new Set([...shown.values()].flatMap((references) => references.split(",")))].sort().join(",");
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  document.addEventListener("visibilitychange", listener);
  return () => {
    listeners.delete(listener);
    document.removeEventListener("visibilitychange", listener);
  };
}

function tell(): void {
  for (const listener of listeners) listener();
}
