/** How each list was looked at last: whoever comes back finds it as it was left, until the page is loaded anew. */
import type { Order } from "./useRows";

export type Look = { state: string; order: Order | undefined; hidden: string[] | undefined; top: number; opened: string };

const FIRST: Look = { state: "", order: undefined, hidden: undefined, top: 0, opened: "" };
const looks = new Map<string, Look>();

export function lookAt(noun: string): Look {
  return looks.get(noun) ?? FIRST;
}

export function keepLook(noun: string, change: Partial<Look>): void {
  looks.set(noun, { ...lookAt(noun), ...change });
}
