/** Views of lists that somebody has given a name: kept in this browser, each for one user and noun. */
import type { Order } from "./useRows";

export type View = { name: string; q: string; state: string; order: Order | undefined; hidden: string[] };

const MOST = 30;
const keyOf = (user: string, noun: string) => `openqrm.views.${user}.${noun}`;

export function viewsOf(user: string, noun: string): View[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(user, noun)) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isView) : [];
  } catch {
    return []; // what somebody else wrote there is none of ours
  }
}

export function keepViews(user: string, noun: string, views: readonly View[]): void {
  localStorage.setItem(keyOf(user, noun), JSON.stringify(views.slice(-MOST)));
}

/** In the place of the one of the same name. */
export function withView(views: readonly View[], view: View): View[] {
  return [...views.filter(({ name }) => name !== view.name), view];
}

function isView(value: unknown): value is View {
  if (typeof value !== "object" || value === null) return false;
  const { name, q, state, hidden } = value as Partial<Record<keyof View, unknown>>;
  return [name, q, state].every((each) => typeof each === "string") && Array.isArray(hidden);
}
