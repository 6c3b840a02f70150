/** Sentences whose blanks are filled when they come from openQRM: titles, steps, reasons, what was seen. Pure. */
type Pattern = { form: RegExp; blanks: string[]; said: string };
export type Sentences = (text: string) => string | undefined;

const MOST_KEPT = 2000;
/** Blanks that hold more than a name, or nothing. */
const WORDY = new Set(["before", "count", "how", "limit", "loses", "leave", "power", "thin", "value", "what"]);

/** `table`: a sentence with blanks → the same in another language. `{noun}` and `{field}` are words of ours, each other blank a name. */
export function sentencesOf(table: Readonly<Record<string, string>>, ours: (word: "noun" | "field", name: string) => string): Sentences {
  const patterns = Object.entries(table).filter(([key]) => key.includes("{")).sort(([one], [other]) => literal(other) - literal(one)).map(patternOf);
  const known = new Map<string, string | undefined>();
  const find = (text: string): string | undefined => {
    if (text in table) return table[text];
    for (const { form, blanks, said } of patterns) {
      const [, ...values] = form.exec(text) ?? [];
      if (values.length === blanks.length) return filled(said, blanks, values, (value, blank) => (blank === "noun" || blank === "field" ? ours(blank, value) : (table[value] ?? value)));
    }
    return undefined;
  };
  const parts = (text: string): string | undefined => {
    const [title = "", note = ""] = text.split(/: (.*)/s, 2);
    const [one, other] = [find(title), find(note)];
    return one ?? other ? `${one ?? title}: ${other ?? note}` : undefined;
  };
  return (text) => {
    if (!known.has(text)) {
      if (known.size >= MOST_KEPT) known.clear();
      known.set(text, find(text) ?? (text.includes(": ") ? parts(text) : undefined));
    }
    return known.get(text);
  };
}

function patternOf([key, said]: [string, string]): Pattern {
  const blanks = [...key.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const [first = "", ...others] = key.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const form = others.map((part, index) => (WORDY.has(blanks[index] ?? "") ? "(.*?)" : "(\\S+?)") + part);
  return { form: new RegExp(`^${first}${form.join("")}$`, "s"), blanks, said };
}

/** What says more beside its blanks fits better. */
function literal(key: string): number {
  return key.replace(/\{\w+\}/g, "").length;
}

function filled(said: string, blanks: readonly string[], values: readonly string[], word: (value: string, blank: string) => string): string {
  return said.replace(/\{(\w+)\}/g, (blank, name: string) => {
    const index = blanks.indexOf(name);
    return index < 0 ? blank : word(values[index] ?? "", name);
  });
}
