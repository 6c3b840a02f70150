/** Which browser on which system, as people call them; what is neither is shown as it says. */
const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdg\//, "Edge"], [/\bOPR\//, "Opera"], [/\bFirefox\//, "Firefox"], [/\b(Headless)?Chrome\//, "Chrome"], [/\bSafari\//, "Safari"],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/Windows/, "Windows"], [/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Mac OS X/, "macOS"], [/Linux/, "Linux"],
];

export function browserOf(agent: string): string {
  const find = (known: readonly [RegExp, string][]) => known.find(([sign]) => sign.test(agent))?.[1];
  const browser = find(BROWSERS);
  return browser === undefined ? agent : [browser, find(SYSTEMS)].filter(Boolean).join(", ");
}
