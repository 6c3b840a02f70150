import { expect, test } from "vitest";

import { endOf } from "@/terminals/attach";
import { watchChord } from "@/terminals/chord";
import { keysOf } from "@/terminals/keys";

test("a text becomes the keys that type it", () => {
  const keys = keysOf("aB!\r\nä€\u0007\t");
  expect(keys.map(({ keysym }) => keysym)).toEqual([0x61, 0x42, 0x21, 0xff0d, 0xe4, 0x0100_20ac, 0xff09]);
  expect(keys.map(({ isShifted }) => isShifted)).toEqual([false, true, true, false, false, false, false]);
});

test("the end of a socket says who ended it", () => {
  const end = (code: number, reason = "") => endOf(new CloseEvent("close", { code, reason }));
  expect(end(1000)).toEqual({ how: "ended", why: "" });
  expect(end(4403, "the session has ended")).toEqual({ how: "refused", why: "the session has ended" });
  expect(end(1006).how).toBe("lost");
});

/** How often it was left after these keys, the last of which let all go. */
function left(...keys: [type: string, key: string, held: boolean][]): number {
  const element = document.createElement("div");
  let count = 0;
  const end = watchChord(element, () => (count += 1));
  for (const [type, key, held] of keys) {
    element.dispatchEvent(new KeyboardEvent(type, { key, ctrlKey: held, altKey: held, shiftKey: held }));
  }
  end();
  return count;
}

test("three keys together, and nothing else with them, leave a terminal", () => {
  expect(left(["keydown", "Shift", true], ["keyup", "Shift", false])).toBe(1);
  expect(left(["keydown", "Meta", true], ["keyup", "Alt", false])).toBe(1); // what Shift makes of Alt on some keyboards
  expect(left(["keydown", "Shift", true], ["keydown", "F5", true], ["keyup", "Shift", false])).toBe(0);
  expect(left(["keydown", "Shift", false], ["keyup", "Shift", false])).toBe(0);
});
