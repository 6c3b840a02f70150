/** Where boxes stand: a column for each layer, in an order in which few lines cross, straight where they can be; pure. */
import { compare } from "@/nouns/columns";

export const BOX_WIDTH = 164;
export const BOX_HEIGHT = 46;
const COLUMN = BOX_WIDTH + 44;
const ROW = BOX_HEIGHT + 10;
const BETWEEN_GROUPS = 16; // what hangs on different storages or hosts stands apart
const ROUNDS = 6; // more change nothing that can be seen
const FREE = 0.01; // what hangs on nothing on that side gives way

export type Place = { x: number; y: number };
export type Standing = { id: string; noun: string; name: string; layer: number };
export type Link = { source: string; target: string };

type Spot = { of: Standing; group: string; ends: Spot[]; y: number };
type Column = Spot[];
type Wish = { y: number; weight: number };

/** What hangs on nothing stands below the rest, in rows. */
export function layered(things: readonly Standing[], links: readonly Link[]): Map<string, Place> {
  const spots = spotsOf(things, links);
  const columns = [...Map.groupBy(spots.filter(({ ends }) => ends.length > 0), ({ of }) => of.layer)]
    .sort(([one], [other]) => one - other)
    .map(([, column]) => column.sort(byName));
  settle(columns);
  const top = Math.min(...columns.flat().map(({ y }) => y));
  const places = columns.flatMap((column, index) =>
    column.map(({ of, y }): [string, Place] => [of.id, { x: index * COLUMN, y: Math.round(y - top) }]));
  return new Map([...places, ...alone(spots, places, columns.length)]);
}

function spotsOf(things: readonly Standing[], links: readonly Link[]): Spot[] {
  const spots = new Map(things.map((of): [string, Spot] => [of.id, { of, group: "", ends: [], y: 0 }]));
  for (const link of links) {
    const [source, target] = [spots.get(link.source), spots.get(link.target)];
    if (!source || !target) continue;
    source.ends.push(target);
    target.ends.push(source);
  }
  for (const spot of spots.values()) {
    spot.group = spot.ends.find(({ of }) => of.noun === "storage" || of.noun === "host")?.of.id ?? "";
  }
  return [...spots.values()];
}

function byName(one: Spot, other: Spot): number {
  return compare(one.of.name, other.of.name);
}

/** To and fro: each column takes the order of the one before it; the order with the fewest crossings stays. */
function settle(columns: readonly Column[]): void {
  columns.forEach((column) => stand(column, column.map((_, index) => ({ y: index * ROW, weight: 1 }))));
  let fewest = Infinity;
  let best: readonly Column[] = columns;
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const isThere = round % 2 === 0;
    for (const column of isThere ? columns : columns.toReversed()) order(column, isThere);
    const crossed = crossings(columns);
    if (crossed < fewest) [fewest, best] = [crossed, columns.map((column) => [...column])];
  }
  straighten(best);
}

/** The longest column stands evenly; from there on each stands where its neighbours on that side are, so that chains become rows. */
function straighten(columns: readonly Column[]): void {
  const longest = Math.max(...columns.map(({ length }) => length));
  const middle = columns.findIndex(({ length }) => length === longest);
  columns.forEach((column, index) => {
    if (index === middle) stand(column, column.map((_, row) => ({ y: row * ROW, weight: 1 })));
  });
  for (const column of columns.slice(middle + 1)) stand(column, column.map((spot) => middleOf(spot, before(spot))));
  for (const column of columns.slice(0, Math.max(0, middle)).reverse()) stand(column, column.map((spot) => middleOf(spot, after(spot))));
}

function before({ of, ends }: Spot): Spot[] {
  return ends.filter((end) => end.of.layer < of.layer);
}

function after({ of, ends }: Spot): Spot[] {
  return ends.filter((end) => end.of.layer > of.layer);
}

function order(column: Column, isThere: boolean): void {
  const wishes = new Map(column.map((spot) => [spot, middleOf(spot, isThere ? before(spot) : after(spot))]));
  const wish = (spot: Spot) => wishes.get(spot) ?? { y: spot.y, weight: FREE };
  column.sort((one, other) => wish(one).y - wish(other).y || one.y - other.y);
  stand(column, column.map(wish));
}

/** Where it would like to be: amid these; one of which much hangs counts for little, so that a chain that hangs on it stays straight. */
function middleOf(spot: Spot, ends: readonly Spot[]): Wish {
  if (ends.length === 0) return { y: spot.y, weight: FREE };
  const weight = ends.reduce((sum, end) => sum + 1 / end.ends.length, 0);
  return { y: ends.reduce((sum, end) => sum + end.y / end.ends.length, 0) / weight, weight: 1 };
}

/** As near as can be to where each would like to be, in this order and without touching: neighbours that push each other share the way. */
function stand(column: Column, wishes: readonly Wish[]): void {
  const offsets: number[] = [];
  const blocks: { sum: number; weight: number; count: number }[] = [];
  column.forEach((spot, index) => {
    const above = column[index - 1];
    const offset = above === undefined ? 0 : (offsets[index - 1] ?? 0) + ROW + (above.group === spot.group ? 0 : BETWEEN_GROUPS);
    offsets.push(offset);
    const { y, weight } = wishes[index] ?? { y: spot.y, weight: FREE };
    let block = { sum: (y - offset) * weight, weight, count: 1 };
    for (let last = blocks.at(-1); last && last.sum / last.weight > block.sum / block.weight; last = blocks.at(-1)) {
      block = { sum: last.sum + block.sum, weight: last.weight + block.weight, count: last.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  });
  let index = 0;
  for (const { sum, weight, count } of blocks) {
    for (const end = index + count; index < end; index++) {
      const spot = column[index];
      if (spot) spot.y = sum / weight + (offsets[index] ?? 0);
    }
  }
}

/** How many lines between the same two layers cross. */
function crossings(columns: readonly Column[]): number {
  const lines = columns.flat().flatMap((spot) => spot.ends.filter(({ of }) => of.layer > spot.of.layer).map((end) => ({ spot, end })));
  const lanes = Map.groupBy(lines, ({ spot, end }) => `${spot.of.layer} ${end.of.layer}`);
  return [...lanes.values()].reduce((sum, lane) => {
    const sorted = lane.sort((one, other) => one.spot.y - other.spot.y || one.end.y - other.end.y);
    return sum + inversions(sorted.map(({ end }) => end.y));
  }, 0);
}

/** How many pairs stand in the wrong order. */
function inversions(values: readonly number[]): number {
  const sorted: number[] = [];
  let count = 0;
  for (const value of values) {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0) > value) high = middle;
      else low = middle + 1;
    }
    count += sorted.length - low;
    sorted.splice(low, 0, value);
  }
  return count;
}

/** Each kind begins a row of its own. */
function alone(spots: readonly Spot[], above: readonly (readonly [string, Place])[], columns: number): [string, Place][] {
  const lone = Map.groupBy(spots.filter(({ ends }) => ends.length === 0), ({ of }) => of.noun);
  const width = Math.max(columns, 5);
  let top = Math.max(-2 * ROW, ...above.map(([, { y }]) => y)) + 2 * ROW;
  return [...lone.values()].flatMap((some) => {
    const start = top;
    top += Math.ceil(some.length / width) * ROW + BETWEEN_GROUPS;
    return some.sort(byName).map(({ of }, index): [string, Place] =>
      [of.id, { x: (index % width) * COLUMN, y: start + Math.floor(index / width) * ROW }]);
  });
}
