/** Who needs whom; pure. */
import type { PluginDetails } from "@/api/types";

type Known = ReadonlyMap<string, Pick<PluginDetails, "requires" | "standing">>;

/** All that a plugin needs, directly or not, in the order in which they are enabled. */
export function needsOf(name: string, known: Known, seen: ReadonlySet<string> = new Set([name])): string[] {
  const found: string[] = [];
  for (const need of known.get(name)?.requires ?? []) {
    if (seen.has(need) || found.includes(need)) continue;
    found.push(...needsOf(need, known, new Set([...seen, need, ...found])), need);
  }
  return found;
}

export function neededBy(name: string, known: Known): string[] {
  return [...known].filter(([, { requires }]) => requires.includes(name)).map(([other]) => other);
}

export function isEnabled(standing: string | undefined): boolean {
  return standing === "enabled" || standing === "started";
}
