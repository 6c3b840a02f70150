/** The picture of how things hang together: a column for each kind, lines for what refers to what; pure. */
import type { Catalogue } from "@/api/catalogue";
import { nameOf } from "@/api/lists";
import type { Row } from "@/api/types";
import { flat, stateColumn } from "@/nouns/columns";
import { referencesOf } from "@/nouns/references";
import { textOfValue } from "@/nouns/text";

export const COLUMNS = ["network", "storage", "volume", "image", "appliance", "resource"] as const;
export const BOX_WIDTH = 190;
export const BOX_HEIGHT = 46;
const GAP_X = 70;
const GAP_Y = 12;
const LONGEST = 40; // boxes in one column before the next one begins beside it

export type Box = { id: string; noun: string; name: string; state: string; x: number; y: number };
export type Side = "left" | "right";
export type Line = { source: string; target: string; out: Side; in: Side };

export function pictureOf(lists: ReadonlyMap<string, readonly Row[]>, catalogue: Catalogue, filter: string) {
  const rows = [...lists].flatMap(([noun, list]) => list.map((row) => ({ noun, row: flat(noun, row) })));
  const lines = pairsOf(rows, catalogue);
  const shown = shownIds(rows.map(({ noun, row }) => `${noun}/${nameOf(noun, row)}`), lines, filter);
  const boxes = placed(rows.filter(({ noun, row }) => shown.has(`${noun}/${nameOf(noun, row)}`)));
  const left = new Map(boxes.map(({ id, x }) => [id, x]));
  return { boxes, lines: lines.flatMap((line) => sided(line, left)) };
}

type Item = { noun: string; row: Row };

type Pair = Pick<Line, "source" | "target">;

/** A line leaves and enters where the other end is. */
function sided({ source, target }: Pair, left: ReadonlyMap<string, number>): Line[] {
  const [from, to] = [left.get(source), left.get(target)];
  if (from === undefined || to === undefined) return [];
  return [{ source, target, out: to < from ? "left" : "right", in: to < from ? "right" : "left" }];
}

function pairsOf(rows: readonly Item[], catalogue: Catalogue): Pair[] {
  const seen = new Set<string>();
  return rows.flatMap(({ noun, row }) =>
    referencesOf(noun, row, catalogue).flatMap((reference) => {
      const line = { source: `${noun}/${nameOf(noun, row)}`, target: `${reference.noun}/${reference.name}` };
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
      y: (index % LONGEST) * (BOX_HEIGHT + GAP_Y) - height / 2,
    }));
  });
}
