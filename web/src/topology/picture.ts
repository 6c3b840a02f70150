/** The picture of how things hang together: a column for each kind, lines for what refers to what; pure. */
import type { Catalogue } from "@/api/catalogue";
import { nameOf } from "@/api/lists";
import type { Row } from "@/api/types";
import { flat, stateColumn } from "@/nouns/columns";
import { referencesOf } from "@/nouns/references";
import { textOfValue } from "@/nouns/text";

export const COLUMNS = ["network", "storage", "volume", "image", "appliance", "vm", "resource", "host"] as const;
/** A host and a VM are resources, too: each machine has one box, and what names it as a resource leads there. */
const MACHINES = ["vm", "host"] as const;
export const BOX_WIDTH = 190;
export const BOX_HEIGHT = 46;
const GAP_X = 70;
const GAP_Y = 12;
const MOST = 3000; // nobody sees anything in a larger picture: it is to be filtered
export const MANY = 60; // from here on nobody can read it as a whole
const LONGEST = 24; // boxes in one column before the next one begins beside it

export type Box = { id: string; noun: string; name: string; state: string; x: number; y: number };
export type Side = "left" | "right";
export type Line = { source: string; target: string; out: Side; in: Side };

type Lists = ReadonlyMap<string, readonly Row[]>;

export function pictureOf(lists: Lists, catalogue: Catalogue, filter: string, hidden: ReadonlySet<string> = new Set()) {
  const boxOf = machinesOf(lists);
  const rows = [...lists].flatMap(([noun, list]) => (hidden.has(noun) ? [] : list.map((row) => ({ noun, row: flat(noun, row) }))))
    .filter(({ noun, row }) => !boxOf.has(`${noun}/${nameOf(noun, row)}`));
  const lines = pairsOf(rows, catalogue, boxOf);
  const shown = shownIds(rows.map(({ noun, row }) => `${noun}/${nameOf(noun, row)}`), lines, filter);
  const wanted = rows.filter(({ noun, row }) => shown.has(`${noun}/${nameOf(noun, row)}`));
  const boxes = placed(wanted.slice(0, MOST));
  const left = new Map(boxes.map(({ id, x }) => [id, x]));
  return { boxes, more: wanted.length - boxes.length, lines: lines.flatMap((line) => sided(line, left)) };
}

type Item = { noun: string; row: Row };

type Pair = Pick<Line, "source" | "target">;

/** A line leaves and enters where the other end is. */
function sided({ source, target }: Pair, left: ReadonlyMap<string, number>): Line[] {
  const [from, to] = [left.get(source), left.get(target)];
  if (from === undefined || to === undefined) return [];
  return [{ source, target, out: to < from ? "left" : "right", in: to < from ? "right" : "left" }];
}

/** `resource/NAME` → the box of that machine, where it is a VM or a host. */
function machinesOf(lists: Lists): Map<string, string> {
  return new Map(MACHINES.flatMap((noun) => (lists.get(noun) ?? []).map((row): [string, string] => {
    const name = nameOf(noun, row);
    return [`resource/${name}`, `${noun}/${name}`];
  })));
}

function pairsOf(rows: readonly Item[], catalogue: Catalogue, boxOf: ReadonlyMap<string, string>): Pair[] {
  const seen = new Set<string>();
  return rows.flatMap(({ noun, row }) =>
    referencesOf(noun, row, catalogue).flatMap((reference) => {
      const target = `${reference.noun}/${reference.name}`;
      const line = { source: `${noun}/${nameOf(noun, row)}`, target: boxOf.get(target) ?? target };
      const key = [line.source, line.target].sort().join(" ");
      if (seen.has(key) || line.source === line.target) return [];
      seen.add(key);
      return [line];
    }),
  );
}

/** What fits the filter, and what hangs on it directly. */
function shownIds(ids: readonly string[], lines: readonly Pair[], filter: string): Set<string> {
  const wanted = filter.trim().toLowerCase();
  const found = new Set(ids.filter((id) => wanted === "" || id.includes(wanted)));
  if (wanted === "") return found;
  const near = lines.flatMap(({ source, target }) => (found.has(source) ? [target] : found.has(target) ? [source] : []));
  return new Set([...found, ...near]);
}

function placed(rows: readonly Item[]): Box[] {
  const byNoun = Map.groupBy(rows, ({ noun }) => noun);
  const order = [...COLUMNS, ...[...byNoun.keys()].filter((noun) => !(COLUMNS as readonly string[]).includes(noun))];
  let left = 0;
  return order.flatMap((noun) => {
    const some = byNoun.get(noun) ?? [];
    if (some.length === 0) return [];
    const start = left;
    const width = Math.ceil(some.length / LONGEST);
    left += width * (BOX_WIDTH + 20) + GAP_X;
    const height = Math.min(some.length, LONGEST) * (BOX_HEIGHT + GAP_Y);
    return some.map(({ row }, index) => ({
      id: `${noun}/${nameOf(noun, row)}`,
      noun,
      name: nameOf(noun, row),
      state: textOfValue(row[stateColumn([row]) ?? ""]),
      x: start + Math.floor(index / LONGEST) * (BOX_WIDTH + 20),
      y: (index % LONGEST) * (BOX_HEIGHT + GAP_Y) - (rows.length > MANY ? 0 : height / 2),
    }));
  });
}
