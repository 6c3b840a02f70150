/** Sentences that openQRM tells in English, said in another language; what is filled into their blanks is found again. Pure. */

/** Some of a sentence: in the language that is spoken, or as it came. */
export type Piece = { text: string; isForeign: boolean };
export type Sentences = (text: string) => readonly Piece[];
export type Word = "noun" | "field" | "state";

type Blank = { name: string; isWordy: boolean };
type Pattern = { form: RegExp; blanks: Blank[]; said: string; literal: number };

const MOST_KEPT = 2000;
const MOST_SPLITS = 6;
/** A name, which none of these is. */
const NAME = "((?!(?:it|that|there|this|nobody|nothing|what)\\s)\\S+)";
const BLANK = /\{(\*?)(\w+)\}/g;

/** `table`: a sentence with blanks → the same in another language. `{*x}` is any text or none, `{x}` has no space in it. */
export function sentencesOf(table: Readonly<Record<string, string>>, ours: (word: Word, name: string) => string): Sentences {
  const patterns = Object.entries(table).filter(([key]) => key.includes("{")).map(patternOf).sort((one, other) => other.literal - one.literal);
  const known = new Map<string, readonly Piece[]>();

  const find = (text: string): Piece[] | undefined => {
    if (Object.hasOwn(table, text)) return [spoken(table[text] ?? "")];
    for (const pattern of patterns) {
      const [, ...values] = pattern.form.exec(text) ?? [];
      if (values.length > 0) return filledIn(pattern, values);
    }
    return undefined;
  };

  const filledIn = ({ said, blanks }: Pattern, values: string[]): Piece[] =>
    said.split(/(\{\w+\})/).flatMap((part) => {
      const index = blanks.findIndex(({ name }) => part === `{${name}}`);
      const blank = blanks[index];
      return blank ? inBlank(blank, values[index] ?? "") : [spoken(part)];
    });

  const inBlank = ({ name, isWordy }: Blank, value: string): readonly Piece[] => {
    const word = name.replace(/\d+$/, "");
    if (word === "noun" || word === "field" || word === "state") {
      const known = ours(word, value);
      if (known !== value || !isWordy) return [spoken(known)];
    }
    const [, before = "", bare = ""] = /^(\s*)(.*)$/s.exec(value) ?? [];
    return isWordy ? [spoken(before), ...say(bare)] : [spoken(value)];
  };

  /** Sentence after sentence, what stands before a colon and what behind it, or one of a list after the other. */
  const inParts = (text: string): Piece[] | undefined => {
    const marks = [...text.matchAll(/[.,;:] /g)].slice(0, MOST_SPLITS).map(({ index }) => index + 1);
    for (const isStrict of [true, false]) {
      for (const at of marks) {
        const [before, behind] = [text.slice(0, at), text.slice(at + 1)];
        const first = ended(find(before.slice(0, -1)), before) ?? find(before); // a name has no mark at its end
        const rest = say(behind);
        if (first ?? (!isStrict && rest.some(({ isForeign }) => !isForeign))) return [...(first ?? foreign(before)), spoken(" "), ...rest];
      }
    }
    return undefined;
  };

  const say: Sentences = (text) => {
    const before = known.get(text);
    if (before) return before;
    if (known.size >= MOST_KEPT) known.clear();
    const found = joined(find(text) ?? inParts(text) ?? foreign(text));
    known.set(text, found);
    return found;
  };
  return say;
}

function patternOf([key, said]: [string, string]): Pattern {
  const blanks = [...key.matchAll(BLANK)].map(([, star, name = ""]) => ({ name, isWordy: star === "*" }));
  const [first = "", ...others] = key.split(/\{\*?\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const form = others.map((part, index) => (blanks[index]?.isWordy ? "(.*?)" : NAME) + part);
  return { form: new RegExp(`^${first}${form.join("")}$`, "s"), blanks, said, literal: key.replace(BLANK, "").length };
}

function spoken(text: string): Piece {
  return { text, isForeign: false };
}

/** A name is of no language, and what is quoted is somebody else's. */
function foreign(text: string): Piece[] {
  return [{ text, isForeign: !/^'.*'$/s.test(text) && /[a-z]\s+[a-z]|^[A-Z]?[a-z]+[.:]$/.test(text) }];
}

function ended(pieces: Piece[] | undefined, before: string): Piece[] | undefined {
  return pieces && [...pieces, spoken(before.slice(-1))];
}

function joined(pieces: readonly Piece[]): Piece[] {
  const some: Piece[] = [];
  for (const piece of pieces) {
    const last = some.at(-1);
    if (last && (last.isForeign === piece.isForeign || piece.text.trim() === "")) last.text += piece.text;
    else some.push({ ...piece });
  }
  return some;
}
