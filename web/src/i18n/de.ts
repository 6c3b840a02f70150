import { errors } from "./de/errors";
import { pages } from "./de/pages";
import { words } from "./de/words";
import type { en, Texts } from "./en";

export const de: Texts<typeof en> = { ...words, ...errors, ...pages };
