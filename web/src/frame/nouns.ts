/** Where the core's nouns stand in the navigation; any other noun is a plugin's and gets a place of its own. */
const GROUPS = {
  run: ["appliance", "resource", "vm", "host"],
  parts: ["image", "kernel", "storage", "storage-type", "volume", "network"],
  follow: ["plan", "event"],
  administration: ["plugin", "user", "token", "view", "role"],
} as const;

export type Group = keyof typeof GROUPS | "more";

/** `named`: nouns to which a plugin gives a title of its own; they stand with what plugins add. */
export function grouped(listed: readonly string[], named: readonly string[] = []): { group: Group; nouns: string[] }[] {
  const known = new Set<string>(Object.values(GROUPS).flat().filter((noun) => !named.includes(noun)));
  const groups: { group: Group; nouns: string[] }[] = Object.entries(GROUPS).map(([group, nouns]) => ({
    group: group as Group,
    nouns: nouns.filter((noun) => listed.includes(noun) && !named.includes(noun)),
  }));
  groups.push({ group: "more", nouns: listed.filter((noun) => !known.has(noun)) });
  return groups.filter(({ nouns }) => nouns.length > 0);
}
