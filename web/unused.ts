/** Takes out of PatternFly's styles what this console does not use and every page would load: themes, a second font. */
import type { Plugin } from "postcss";

const THEMES = /\.pf-v6-theme-(?:felt|glass|high-contrast)/;

export const withoutUnused: Plugin = {
  postcssPlugin: "without-unused",
  Rule(rule) {
    const kept = rule.selectors.filter((selector) => !THEMES.test(selector));
    if (kept.length === 0) rule.remove();
    else if (kept.length < rule.selectors.length) rule.selectors = kept;
  },
  AtRule: {
    "font-face": (rule) => {
      if (rule.toString().includes("RedHatDisplay")) rule.remove();
    },
  },
};
