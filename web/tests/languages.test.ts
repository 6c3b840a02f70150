import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { de } from "@/i18n/de";
import { en } from "@/i18n/en";

import declared from "./declared.json";

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, before = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[before + key, value] as [string, string]] : leaves(value, `${before}${key}.`),
  );
}

const ENGLISH = new Map(leaves(en));
const GERMAN = new Map(leaves(de));
const SOURCE = join(import.meta.dirname, "../src");
const FILES = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));

function blanks(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? "").sort();
}

describe("English and German", () => {
  it("have the same texts", () => {
    expect([...GERMAN.keys()].sort()).toEqual([...ENGLISH.keys()].sort());
  });

  it("leave nothing empty, and fill in the same", () => {
    for (const [key, text] of ENGLISH) {
      expect(text, key).not.toBe("");
      expect(GERMAN.get(key), key).not.toBe("");
      expect(blanks(GERMAN.get(key) ?? ""), key).toEqual(blanks(text));
    }
  });

  it("have a word for every noun, verb and field of the core", () => {
    const key = (name: string) => name.replace(/-/g, "_");
    const lacking = [
      ...declared.nouns.flatMap((name) => [`noun.${key(name)}`, `nouns.${key(name)}`]),
      ...declared.verbs.map((name) => `verb.${key(name)}`),
      ...declared.fields.map((name) => `column.${name}`),
    ].filter((name) => !ENGLISH.has(name));
    expect(lacking).toEqual([]);
  });

  it("are where all words come from: no text stands in the pages", () => {
    const loose = FILES.filter((name) => name.endsWith(".tsx")).flatMap((name) => {
      const source = readFileSync(join(SOURCE, name), "utf8");
      return [...source.matchAll(/>\s*([A-Za-zÄÖÜäöü][A-Za-zÄÖÜäöüß ,.]{2,})\s*<\/|(?:placeholder|title|aria-label|label)="([^"]+)"/g)]
        .map(([, text, attribute]) => `${name}: ${text ?? attribute ?? ""}`);
    });
    expect(loose).toEqual([]);
  });
});
