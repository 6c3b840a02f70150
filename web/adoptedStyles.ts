/**
 * xterm makes `<style>` elements and `style` attributes, and the content security policy forbids both. Here it makes
 * elements whose text becomes a constructed style sheet (src/terminals/AdoptedStyle.ts), and sets styles by the object
 * model. A version of xterm that does it in other places stops the build.
 */
import type { Plugin } from "vite";

const XTERM = /@xterm\/xterm\/lib\/xterm\.mjs$/;
const PLACES = [
  { found: /createElement\("style"\)/g, instead: 'createElement("q-style")', count: 3 },
  { found: /\b(\w+)\.setAttribute\("style",(`\$\{\1\.getAttribute\("style"\)\|\|""\}\$\{\w+\};`)\)/g, instead: "$1.style.cssText=$2", count: 1 },
];

export function adoptedStyles(): Plugin {
  return {
    name: "adopted-styles",
    transform(code, id) {
      if (!XTERM.test(id)) return undefined;
      for (const { found, count } of PLACES) {
        const times = code.match(found)?.length ?? 0;
        if (times !== count) this.error(`xterm has ${times} places like ${String(found)}, and ${count} are known`);
      }
      return { code: PLACES.reduce((text, { found, instead }) => text.replace(found, instead), code), map: null };
    },
  };
}
