/** What the core's declarations say in English, in German. A plugin's texts stay as they come. */
export const declaredDe: Readonly<Record<string, string>> = {};
