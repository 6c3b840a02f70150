/** What the API says in another language: of the core and of every plugin, from the locale/ folder of each. */
export type Words = {
  texts: Readonly<Record<string, string>>;
  nouns: Readonly<Record<string, [one: string, several: string]>>;
  verbs: Readonly<Record<string, string>>;
  fields: Readonly<Record<string, string>>;
};

export const NO_WORDS: Words = { texts: {}, nouns: {}, verbs: {}, fields: {} };

/** Their nouns, verbs and fields where the pages look for such. */
export function resourcesOf({ nouns, verbs, fields }: Words) {
  const one = Object.entries(nouns).map(([name, [said]]) => [name, said] as const);
  const several = Object.entries(nouns).map(([name, [, said]]) => [name, said] as const);
  return { noun: keyed(one), nouns: keyed(several), verb: keyed(Object.entries(verbs)), column: keyed(Object.entries(fields)) };
}

function keyed(entries: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(entries.map(([name, said]) => [name.replace(/[- ]/g, "_"), said]));
}
