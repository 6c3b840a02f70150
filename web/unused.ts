/** Takes out of PatternFly's styles what this console does not use and every page would load: themes, a font of icons. */
import type { Plugin } from "postcss";

const UNUSED = /\.pf-v6-theme-(?:felt|glass|high-contrast)|\.pf-v6-pficon/;
const OURS = /\/src\/fonts\.css$/; // which are loaded when the page stands there

export const withoutUnused: Plugin = {
  postcssPlugin: "without-unused",
  Rule(rule) {
    const kept = rule.selectors.filter((selector) => !UNUSED.test(selector));
    if (kept.length === 0) rule.remove();
    else if (kept.length < rule.selectors.length) rule.selectors = kept;
  },
  AtRule: {
    "font-face": (rule) => {
      if (!OURS.test(rule.source?.input.file ?? "")) rule.remove();
    },
  },
};
