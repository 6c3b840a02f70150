import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";

import { Catalogue } from "@/api/catalogue";
import { joined, listKey, merged, nameOf, showKey, type Change } from "@/api/lists";
import { takeUp } from "@/api/stream";
import type { Row } from "@/api/types";
import { columnsOf, compare, flat, hiddenAtFirst } from "@/nouns/columns";
import { needsOf } from "@/nouns/needs";
import { referencesOf } from "@/nouns/references";
import { matches } from "@/nouns/useRows";

import { declaration } from "./declarations";

const change = (name: string, row: Row | null): Change => ({ kind: "resource", name, version: 1, row });
const ROWS: Row[] = [{ name: "a", condition: "idle" }, { name: "b", condition: "off" }];

describe("a list after changes", () => {
  it("replaces, adds and removes by name", () => {
    const after = merged("resource", ROWS, [change("b", { name: "b", condition: "idle" }), change("c", { name: "c" }), change("a", null)]);
    expect(after).toEqual([{ name: "b", condition: "idle" }, { name: "c" }]);
    expect(ROWS).toHaveLength(2);
  });

  it("has the newest in front where that is the order", () => {
    const after = merged("plan", [{ id: "1" }], [{ kind: "plan", name: "2", version: 0, row: { id: "2" } }, { kind: "plan", name: "3", version: 0, row: { id: "3" } }], true);
    expect(after.map((row) => row["id"])).toEqual(["3", "2", "1"]);
  });

  it("takes the next page, and nothing twice", () => {
    expect(joined("resource", ROWS, [{ name: "b", condition: "older" }, { name: "c" }])).toEqual([...ROWS, { name: "c" }]);
  });

  it("is taken up from the stream; lists that are asked for with a filter are asked for again", () => {
    const client = new QueryClient();
    client.setQueryData(listKey("resource"), ROWS);
    client.setQueryData(listKey("resource", { condition: "idle" }), ROWS);
    client.setQueryData(listKey("image"), ROWS);
    takeUp(client, [change("a", null)]);
    expect(client.getQueryData(listKey("resource"))).toEqual([ROWS[1]]);
    expect(client.getQueryState(listKey("resource", { condition: "idle" }))?.isInvalidated).toBe(true);
    expect(client.getQueryData(listKey("image"))).toBe(ROWS);
  });
});

describe("a plan that has ended", () => {
  it("has what it was about asked for again, and one that runs has not", () => {
    const client = new QueryClient();
    for (const name of ["ended", "running"]) client.setQueryData(showKey("vm", name), {});
    takeUp(client, ["ended", "running"].map((about) => {
      const row = { id: about, state: about === "ended" ? "done" : "running", about: `vm/${about}` };
      return { kind: "plan", name: about, version: 0, row };
    }));
    expect(client.getQueryState(showKey("vm", "ended"))?.isInvalidated).toBe(true);
    expect(client.getQueryState(showKey("vm", "running"))?.isInvalidated).toBe(false);
  });
});

describe("what a machine has reported", () => {
  it("takes the place of what was seen of it before, on its own page alone", () => {
    const client = new QueryClient();
    client.setQueryData(showKey("resource", "a"), { condition: "idle", seen: { last_seen_s: 1 } });
    takeUp(client, [
      { kind: "observation", name: "a", version: 1, row: { last_seen_s: 2 } },
      { kind: "observation", name: "b", version: 1, row: { last_seen_s: 2 } },
    ]);
    expect(client.getQueryData(showKey("resource", "a"))).toEqual({ condition: "idle", seen: { last_seen_s: 2 } });
    expect(client.getQueryState(showKey("resource", "a"))?.isInvalidated).toBe(false);
    expect(client.getQueryData(showKey("resource", "b"))).toBeUndefined();
  });
});

describe("rows", () => {
  const appliance = { appliance: { name: "web", id: 1, version: 2, kernel: "default", comment: "" }, condition: "running", resource: "m-1" };
  const catalogue = new Catalogue([
    declaration("appliance", "list", {}, { is_intent: false }),
    declaration("kernel", "list", {}, { is_intent: false }),
    declaration("resource", "list", {}, { is_intent: false }),
    declaration("appliance", "create", { kernel: { type: "string", "x-noun": "kernel" }, resource: { type: "string", "x-noun": "resource" } }),
  ]);

  it("are many at once for what asks for nothing but the object", () => {
    const asking = (verb: string, ...required: string[]) =>
      declaration("box", verb, {}, { subject: "name", schema: { required: ["name", ...required] } });
    const boxes = new Catalogue([asking("lift"), asking("turn", "degrees"), asking("edit"), declaration("box", "create", {})]);
    expect(boxes.actionsOnMany("box").map(({ verb }) => verb)).toEqual(["lift"]);
  });

  it("know their names, at whatever depth", () => {
    expect(nameOf("appliance", appliance)).toBe("web");
    expect(nameOf("plan", { id: 17 })).toBe("17");
  });

  it("come to columns: the name, how it is, and what says something", () => {
    const columns = columnsOf("appliance", [flat("appliance", appliance)], catalogue);
    expect(columns.map(({ name, kind, noun }) => `${name} ${kind} ${noun}`.trim())).toEqual([
      "name name appliance", "condition state", "kernel reference kernel", "resource reference resource",
    ]);
  });

  it("beyond what a screen has room for, are there to be asked for", () => {
    const wide = Object.fromEntries("a b c d e f g h i j".split(" ").map((letter) => [letter, letter]));
    const columns = columnsOf("resource", [{ name: "m-1", ...wide }], catalogue);
    expect(columns).toHaveLength(11);
    expect(hiddenAtFirst(columns)).toEqual(["i", "j"]);
  });

  it("name others", () => {
    expect(referencesOf("appliance", flat("appliance", appliance), catalogue)).toEqual([
      { column: "kernel", noun: "kernel", name: "default" },
      { column: "resource", noun: "resource", name: "m-1" },
    ]);
  });

  it("fit a filter when every word is somewhere in them", () => {
    expect(matches("resource", { name: "m-1", condition: "idle" }, "idle m-")).toBe(true);
    expect(matches("resource", { name: "m-1", condition: "idle" }, "idle x")).toBe(false);
  });

  it("are sorted as people count", () => {
    expect(["m-10", "m-9"].sort(compare)).toEqual(["m-9", "m-10"]);
    expect(compare(2, 10)).toBeLessThan(0);
  });
});

describe("an empty list", () => {
  const volume = { volume: { type: "string", "x-noun": "volume" } };

  it("leads to what its form cannot do without", () => {
    const image = declaration("image", "create", volume);
    expect(needsOf({ ...image, schema: { ...image.schema, required: ["volume"] } })).toEqual(["volume"]);
    expect(needsOf(image)).toEqual([]);
    expect(needsOf(declaration("vm", "create", {}))).toEqual(["host"]);
  });
});
