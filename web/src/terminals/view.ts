/** What a terminal's page and what draws the terminal say to each other. */
import type { Ref } from "react";

import type { OpenqrmError } from "@/api/problem";

import type { End, Line } from "./attach";

export type Standing = { is: "opening" } | { is: "open" } | { is: "over"; end: End } | { is: "failed"; problem: OpenqrmError };

export type Handle = {
  focus: () => void;
  paste: (text: string) => void;
  /** What is selected; a screen has no text. */
  selection?: () => string;
  ctrlAltDel?: () => void;
};

export type ViewProps = {
  resource: string;
  line: Line;
  isReadAloud: boolean;
  /** What a screen reader says of it. */
  label: string;
  report: (standing: Standing) => void;
  ref: Ref<Handle>;
};
