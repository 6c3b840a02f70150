/** Where the steps of a plan stand in its picture: a layer for each length of the way there; pure. */
import type { StepView } from "@/api/types";

export const STEP_WIDTH = 184;
export const STEP_HEIGHT = 84;
const GAP_X = 18;
const GAP_Y = 34;

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

export type View = { x: number; y: number; zoom: number };
const READABLE = 0.62;
const MARGIN = 12;

/** As wide as the ground, as far as it can be read then; where it is taller, around the place that matters now, else from the top. */
export function viewOf(places: readonly Place[], ground: { width: number; height: number }, now?: Place): View {
  const xs = places.map(({ x }) => x);
  const left = Math.min(...xs);
  const width = Math.max(...xs) + STEP_WIDTH - left;
  const zoom = Math.min(1, Math.max(READABLE, (ground.width - 2 * MARGIN) / width));
  const height = (Math.max(...places.map(({ y }) => y)) + STEP_HEIGHT) * zoom;
  const spare = ground.height - height;
  const middle = ground.height / 2 - ((now?.y ?? 0) + STEP_HEIGHT / 2) * zoom;
  const y = spare >= 2 * MARGIN ? spare / 2 : now ? Math.max(spare - MARGIN, Math.min(MARGIN, middle)) : MARGIN;
  return { x: (ground.width - width * zoom) / 2 - left * zoom, y, zoom };
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
