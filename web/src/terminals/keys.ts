/** The keys (X11 keysyms) that type a text: no clipboard reaches a machine that only has a screen. */
export type Key = { keysym: number; isShifted: boolean };

const NAMED: Record<string, number> = { "\n": 0xff0d, "\t": 0xff09 };
const UNICODE = 0x0100_0000;
/** On the keyboard that VMs believe to have, the US one. */
const SHIFTED = /[A-Z~!@#$%^&*()_+{}|:"<>?]/;
export const SHIFT = 0xffe1;

/** What no key types, such as other control characters, is left out. */
export function keysOf(text: string): Key[] {
  return Array.from(text.replace(/\r\n?/g, "\n")).flatMap((letter) => {
    const code = letter.codePointAt(0) ?? 0;
    const named = NAMED[letter];
    if (named !== undefined) return [{ keysym: named, isShifted: false }];
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return [];
    return [{ keysym: code < 0x100 ? code : UNICODE + code, isShifted: SHIFTED.test(letter) }];
  });
}
