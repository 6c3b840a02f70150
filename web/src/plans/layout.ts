/** Where the steps of a plan stand in its picture: a layer for each length of the way there; pure. */
import type { StepView } from "@/api/types";

export const STEP_WIDTH = 230;
export const STEP_HEIGHT = 74;
const GAP_X = 26;
const GAP_Y = 42;

export type Place = { id: string; x: number; y: number };

export function placesOf(steps: readonly Pick<StepView, "id" | "needs">[]): Place[] {
  const depth = depthsOf(steps);
  const layers = Map.groupBy(steps, ({ id }) => depth.get(id) ?? 0);
  return steps.map(({ id }) => {
    const layer = layers.get(depth.get(id) ?? 0) ?? [];
    const index = layer.findIndex((each) => each.id === id);
    const x = (index - (layer.length - 1) / 2) * (STEP_WIDTH + GAP_X);
    return { id, x, y: (depth.get(id) ?? 0) * (STEP_HEIGHT + GAP_Y) };
  });
}

/** Steps come in an order that respects `needs`, so one pass will do. */
function depthsOf(steps: readonly Pick<StepView, "id" | "needs">[]): Map<string, number> {
  const depth = new Map<string, number>();
  for (const { id, needs } of steps) {
    depth.set(id, needs.length === 0 ? 0 : 1 + Math.max(...needs.map((each) => depth.get(each) ?? 0)));
  }
  return depth;
}

/** Needs that another need already stands for draw no line. */
export function linesOf(steps: readonly Pick<StepView, "id" | "needs">[]): [string, string][] {
  const before = new Map<string, Set<string>>();
  for (const { id, needs } of steps) {
    before.set(id, new Set(needs.flatMap((each) => [each, ...(before.get(each) ?? [])])));
  }
  return steps.flatMap(({ id, needs }) =>
    needs
      .filter((need) => !needs.some((other) => other !== need && before.get(other)?.has(need)))
      .map((need): [string, string] => [need, id]),
  );
}
