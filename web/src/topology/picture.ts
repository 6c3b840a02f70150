/** The picture of how things hang together: a box for each, a line for what refers to what; pure. */
import type { Catalogue } from "@/api/catalogue";
import { nameOf } from "@/api/lists";
import type { Row } from "@/api/types";
import { flat, stateColumn } from "@/nouns/columns";
import { referencesOf } from "@/nouns/references";
import { textOfValue } from "@/nouns/text";

import { layered, type Link, type Place, type Standing } from "./layers";
import { bridged, chainOf, direct, layersOf } from "./lines";
import { networkLinks } from "./networks";

export const COLUMNS = ["storage", "volume", "image", "appliance", "vm", "resource", "host", "network"] as const;
/** A host and a VM are resources, too: each machine has one box, and what names it as a resource leads there. */
const MACHINES = ["vm", "host"] as const;
const MOST = 3000; // nobody sees anything in a larger picture: it is to be filtered
export const MANY = 60; // from here on nobody can read it as a whole

export type Box = Standing & Place & { state: string };
/** `isBeside`: both stand in one column. `isQuiet`: so they do, or it passes behind others, or is one of many to their network. */
export type Line = Link & { isQuiet: boolean; isBeside: boolean };

type Lists = ReadonlyMap<string, readonly Row[]>;
type Thing = Standing & { state: string; row: Row };

export function pictureOf(lists: Lists, catalogue: Catalogue, filter: string, hidden: ReadonlySet<string> = new Set(), placesOf = layered) {
  const boxOf = machinesOf(lists);
  const things = thingsOf(lists, boxOf);
  const links = [...linksOf(things, catalogue, boxOf), ...networkLinks(lists, boxOf)];
  const layers = layersOf(things, links);
  const isHidden = (id: string) => hidden.has(id.split("/", 1)[0] ?? "");
  const lines = bridged(direct(links, layers), isHidden);
  const shown = shownIds(things.map(({ id }) => id), lines, filter);
  const wanted = things.filter(({ id }) => shown.has(id) && !isHidden(id)).map((thing) => ({ ...thing, layer: layers.get(thing.id) ?? 0 }));
  const drawn = wanted.slice(0, MOST);
  const loud = loudness(drawn, lines);
  const places = placesOf(drawn, holding(loud));
  const boxes = drawn.map(({ id, noun, name, layer, state }): Box => ({ id, noun, name, layer, state, ...(places.get(id) ?? { x: 0, y: 0 }) }));
  return { boxes, more: wanted.length - boxes.length, lines: loud };
}

/** Of what is drawn: lines to the next column stand out. */
function loudness(things: readonly Standing[], lines: readonly Link[]): Line[] {
  const layers = new Map(things.map(({ id, layer }) => [id, layer]));
  const columns = [...new Set(layers.values())].sort((one, other) => one - other);
  return lines.flatMap(({ source, target }) => {
    const [from, to] = [layers.get(source), layers.get(target)];
    if (from === undefined || to === undefined) return [];
    const isQuiet = target.startsWith("network/") || from === to || columns.indexOf(to) - columns.indexOf(from) > 1;
    return [{ source, target, isQuiet, isBeside: from === to }];
  });
}

/** What boxes are placed by: being in a network alone is no place in the picture. */
function holding(lines: readonly Line[]): Link[] {
  const isBare = ({ target }: Link) => target.startsWith("network/");
  const held = new Set(lines.filter((line) => !isBare(line)).flatMap(({ source, target }) => [source, target]));
  return lines.filter((line) => !isBare(line) || held.has(line.source));
}

/** `resource/NAME` → the box of that machine, where it is a VM or a host. */
function machinesOf(lists: Lists): Map<string, string> {
  return new Map(MACHINES.flatMap((noun) => (lists.get(noun) ?? []).map((row): [string, string] => {
    const name = nameOf(noun, row);
    return [`resource/${name}`, `${noun}/${name}`];
  })));
}

function thingsOf(lists: Lists, boxOf: ReadonlyMap<string, string>): Thing[] {
  const things = [...lists].flatMap(([noun, list]) => list.map((each): Thing => {
    const row = flat(noun, each);
    const name = nameOf(noun, row);
    return { id: `${noun}/${name}`, noun, name, layer: 0, state: textOfValue(row[stateColumn([row]) ?? ""]), row };
  }));
  return things.filter(({ id }) => !boxOf.has(id));
}

function linksOf(things: readonly Thing[], catalogue: Catalogue, boxOf: ReadonlyMap<string, string>): Link[] {
  return things.flatMap(({ id, noun, row }) =>
    referencesOf(noun, row, catalogue).flatMap((reference) => {
      const named = `${reference.noun}/${reference.name}`;
      const target = boxOf.get(named) ?? named;
      return id === target ? [] : [{ source: id, target }];
    }),
  );
}

/** What fits the filter, what that hangs on, and what hangs on it. */
function shownIds(ids: readonly string[], lines: readonly Link[], filter: string): ReadonlySet<string> {
  const wanted = filter.trim().toLowerCase();
  const found = new Set(ids.filter((id) => id.includes(wanted)));
  const { before, after } = chainOf(found, lines);
  return new Set([...before, ...after]);
}
