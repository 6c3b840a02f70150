/** How objects hang together, as their columns say it; pure. */
import type { Catalogue } from "@/api/catalogue";
import type { Row } from "@/api/types";

import { REFERENCES } from "./columns";

export type Reference = { column: string; noun: string; name: string };

/** What one object names. */
export function referencesOf(noun: string, row: Row, catalogue: Catalogue): Reference[] {
  return Object.entries(row).flatMap(([column, value]) => {
    const target = REFERENCES[column] ?? catalogue.reference(noun, column);
    if (target === undefined || !catalogue.listed.includes(target)) return [];
    const names: unknown[] = Array.isArray(value) ? value : [value];
    return names.filter((name): name is string => typeof name === "string" && name !== "").map((name) => ({ column, noun: target, name }));
  });
}

/** Nouns of which some form names an object of this one. */
export function refersTo(noun: string, catalogue: Catalogue): string[] {
  const found = new Set<string>();
  for (const each of catalogue.all) {
    for (const [column, told] of Object.entries(each.schema.properties ?? {})) {
      if (told["x-noun"] === noun && column !== each.subject) found.add(each.noun);
    }
  }
  return [...found].filter((each) => catalogue.listed.includes(each) && each !== "plan" && each !== "event");
}
