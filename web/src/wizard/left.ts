/** A draft that was left in order to make what it lacks: whoever comes back to the wizard goes on with it. */
import { EMPTY, type Draft } from "./draft";

let left = EMPTY;

export function leave(draft: Draft): void {
  left = draft;
}

export function peek(): Draft {
  return left;
}

export function forget(): void {
  left = EMPTY;
}
