/** Machines by where they stand: a rack each, its highest unit on top; pure. */
import { nameOf } from "@/api/lists";
import type { Row } from "@/api/types";
import { compare, stateColumn } from "@/nouns/columns";
import { textOfValue } from "@/nouns/text";

export type Standing = { name: string; unit: number; state: string };
/** `name` is empty for those of which nobody has said where they stand. */
export type Rack = { name: string; machines: Standing[] };

export function racksOf(rows: readonly Row[], filter: string): Rack[] {
  const wanted = filter.trim().toLowerCase();
  const racks = new Map<string, Standing[]>();
  for (const row of rows) {
    const { rack, unit } = placeOf(textOfValue(row["place"]));
    const name = nameOf("resource", row);
    if (row["type"] !== "physical" || !`${name} ${rack}`.toLowerCase().includes(wanted)) continue;
    const there = racks.get(rack) ?? [];
    there.push({ name, unit, state: textOfValue(row[stateColumn([row]) ?? ""]) });
    racks.set(rack, there);
  }
  const found = [...racks].map(([name, machines]) => ({ name, machines: machines.sort(above) }));
  return found.sort((one, other) => Number(one.name === "") - Number(other.name === "") || compare(one.name, other.name));
}

/** RACK or RACK/UNIT. */
export function placeOf(place: string): { rack: string; unit: number } {
  const [rack = "", unit = "0"] = place.split("/", 2);
  return { rack, unit: Number(unit) };
}

function above(one: Standing, other: Standing): number {
  return other.unit - one.unit || compare(one.name, other.name);
}
