/** Two languages, complete: the pages' own words are here, what openQRM and its plugins say is asked of the API. */
import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";

import { ask } from "@/api/client";

import { en } from "./en";
import { sentencesOf, type Piece, type Sentences, type Word } from "./sentences";
import { NO_WORDS, resourcesOf, type Words } from "./words";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;
const KEPT = "openqrm.language";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
    returnNull: false;
  }
}

/** What comes in English, in German. */
let german: Sentences = sentencesOf({}, ours);

export async function startLanguages(): Promise<void> {
  const language = isLanguage(localStorage.getItem(KEPT)) ? localStorage.getItem(KEPT) : navigator.language.slice(0, 2);
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en } },
    lng: "en",
    fallbackLng: "en",
    interpolation: { escapeValue: false }, // React does
    initAsync: false,
  });
  await change(isLanguage(language) ? language : "en");
}

export async function speak(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  await change(language);
}

/** Who speaks English does not load German. */
async function change(language: Language): Promise<void> {
  if (language === "de" && !i18next.hasResourceBundle("de", "translation")) {
    const [{ de }, words] = await Promise.all([import("./de"), ask<Words>("words/de").catch(() => NO_WORDS)]);
    i18next.addResourceBundle("de", "translation", de);
    i18next.addResourceBundle("de", "translation", resourcesOf(words), true, false);
    german = sentencesOf(words.texts, ours);
  }
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

const GROUPS = { noun: "noun", field: "column", state: "state" } as const;

function ours(word: Word, name: string): string {
  const key = `${GROUPS[word]}.${name.replace(/[- ]/g, "_")}`;
  return i18next.exists(key) ? (i18next.t as (key: string) => string)(key) : name;
}

function isLanguage(value: string | null): value is Language {
  return value !== null && value in LANGUAGES;
}

export type Key = Parameters<ReturnType<typeof useT>["t"]>[0];

export function useT() {
  const { t, i18n } = useTranslation();
  return { t, language: i18n.language as Language };
}

/** The word for a noun, verb or column: ours where we have one, else its name made readable. */
export function useWords() {
  const { i18n } = useTranslation();
  const word = (group: string, name: string, otherwise = readable(name)): string => {
    const key = `${group}.${name.replace(/[- ]/g, "_")}`;
    return i18n.exists(key) ? (i18n.t as (key: string) => string)(key) : otherwise;
  };
  return {
    noun: (name: string) => word("noun", name),
    nouns: (name: string) => word("nouns", name),
    /** Within a sentence: English begins it small, unless it is short for something. */
    nounsWithin: (name: string) => (i18n.language === "en" ? word("nouns", name).replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()) : word("nouns", name)),
    verb: (name: string) => word("verb", name),
    column: (name: string) => word("column", name),
    state: (name: string) => word("state", name),
    /** The word for a state; what we have none for is somebody's own name and stays. */
    value: (name: string) => word("state", name, name),
    /** For what can hold no element, such as a title; in a page `Told` says which parts are English. */
    told: (text: string) => told(text, i18n.language),
    pieces: (text: string) => piecesOf(text, i18n.language),
  };
}

/** A text that the API tells in English, and in which language each part of it is now. */
function piecesOf(text: string, language: string): readonly Piece[] {
  const whole = text.replace(/\s+/g, " ").trim(); // its lines were broken for an editor
  return language === "de" ? german(whole) : [{ text: whole, isForeign: false }];
}

function told(text: string, language: string): string {
  return piecesOf(text, language).map((piece) => piece.text).join("");
}

export function filled(text: string, facts: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (blank, name: string) => facts[name] ?? blank);
}

export function readable(name: string): string {
  const words = name.replace(/[-_.]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
