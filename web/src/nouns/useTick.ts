import { useSyncExternalStore } from "react";

const EVERY_MS = 10_000;
const listeners = new Set<() => void>();
let ticks = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  timer ??= setInterval(() => {
    ticks += 1;
    listeners.forEach((each) => each());
  }, EVERY_MS);
  return () => {
    listeners.delete(tell);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Draws again every ten seconds, all at once: "2 minutes ago" does not stay true. */
export function useTick(): void {
  useSyncExternalStore(subscribe, () => ticks);
}
