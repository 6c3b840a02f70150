/** Lines from what carries to what is carried, left to right; pure. */
import type { Link, Standing } from "./layers";

/** From left to right. Machines that appliances run on stand together, whatever they are. */
const LAYERS: readonly (readonly string[])[] = [["storage"], ["volume"], ["image"], ["appliance"], ["vm", "resource"], ["host"], ["network"]];
const CARRIES = -1; // a machine that has nothing but storages stands before them

type Ends = ReadonlyMap<string, ReadonlySet<string>>;

export function layersOf(things: readonly Standing[], links: readonly Link[]): Map<string, number> {
  const { after, before } = endsOf(links);
  return new Map(things.map(({ id, noun }) => {
    const ends = [...(after.get(id) ?? []), ...(before.get(id) ?? [])].filter((end) => !end.startsWith("network/"));
    const isCarrier = (noun === "resource" || noun === "host") && ends.length > 0 && ends.every((end) => end.startsWith("storage/"));
    return [id, isCarrier ? CARRIES : LAYERS.findIndex((nouns) => nouns.includes(noun))];
  }));
}

/** Each from the left to the right, without what others say already: a volume granted to the machine that its appliance runs on. */
export function direct(links: readonly Link[], layers: ReadonlyMap<string, number>): Link[] {
  const layer = (id: string) => layers.get(id) ?? 0;
  const lines = links
    .filter(({ source, target }) => layers.has(source) && layers.has(target))
    .map(({ source, target }) => (layer(source) < layer(target) ? { source, target } : { source: target, target: source }));
  const { after } = endsOf(lines);
  const isSaid = ({ source, target }: Link) =>
    source.startsWith("volume/") && reached([...(after.get(source) ?? [])].filter((end) => end !== target), after).has(target);
  return lines.filter((line) => !isSaid(line));
}

/** What is hidden between two leaves a line between them. */
export function bridged(links: readonly Link[], isHidden: (id: string) => boolean): Link[] {
  const { after, before } = endsOf(links);
  const ends = (map: typeof after, id: string) => map.get(id) ?? new Set<string>();
  for (const id of new Set([...after.keys(), ...before.keys()].filter(isHidden))) {
    for (const one of ends(before, id)) after.set(one, around(id, ends(after, one), ends(after, id)));
    for (const other of ends(after, id)) before.set(other, around(id, ends(before, other), ends(before, id)));
    after.delete(id);
  }
  return [...after].flatMap(([source, targets]) => [...targets].map((target) => ({ source, target })));
}

function around(id: string, had: ReadonlySet<string>, more: ReadonlySet<string>): Set<string> {
  return new Set([...had, ...more].filter((each) => each !== id));
}

/** What these hang on (`before`), and what hangs on them (`after`), with themselves. */
export function chainOf(ids: Iterable<string>, links: readonly Link[]): { before: ReadonlySet<string>; after: ReadonlySet<string> } {
  const some = [...ids];
  const { after, before } = endsOf(links);
  return { before: reached(some, before), after: reached(some, after) };
}

function endsOf(links: readonly Link[]) {
  const [after, before] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  for (const { source, target } of links) {
    after.set(source, (after.get(source) ?? new Set()).add(target));
    before.set(target, (before.get(target) ?? new Set()).add(source));
  }
  return { after, before };
}

function reached(ids: readonly string[], ends: Ends): Set<string> {
  const found = new Set(ids);
  for (const id of found) for (const end of ends.get(id) ?? []) found.add(end); // a set grows while it is walked
  return found;
}
