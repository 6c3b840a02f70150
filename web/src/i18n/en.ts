import { errors } from "./en/errors";
import { pages } from "./en/pages";
import { words } from "./en/words";

export const en = { ...words, ...errors, ...pages };

/** The same keys with other texts: what a language lacks does not compile. */
export type Texts<T> = { [K in keyof T]: T[K] extends string ? string : Texts<T[K]> };
