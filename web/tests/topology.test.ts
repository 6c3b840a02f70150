import { describe, expect, it } from "vitest";

import { Catalogue } from "@/api/catalogue";
import type { Row } from "@/api/types";
import { pictureOf } from "@/topology/picture";
import { racksOf } from "@/topology/racks";

import { declaration } from "./declarations";

const listed = (noun: string) => declaration(noun, "list", {}, { is_intent: false });
const CATALOGUE = new Catalogue([
  ...["resource", "vm", "host", "storage", "appliance"].map(listed),
  declaration("storage", "create", { resource: { type: "string", "x-noun": "resource" } }),
  declaration("appliance", "create", { resource: { type: "string", "x-noun": "resource" } }),
]);
const LISTS = new Map<string, Row[]>([
  ["storage", [{ name: "shelf", resource: "h1" }]],
  ["appliance", [{ appliance: { name: "web" }, resource: "v1", condition: "running" }]],
  ["vm", [{ vm: { name: "v1" }, host: "h1", condition: "assigned" }]],
  ["resource", [{ name: "v1", type: "kvm" }, { name: "h1", type: "physical" }, { name: "m1", type: "physical" }]],
  ["host", [{ name: "h1", carries: "kvm", condition: "idle" }]],
]);
const ids = (picture: ReturnType<typeof pictureOf>) => picture.boxes.map(({ id }) => id);
const pairs = (picture: ReturnType<typeof pictureOf>) => picture.lines.map(({ source, target }) => `${source} ${target}`);

describe("the picture of everything", () => {
  it("has one box for each machine, whatever else it is", () => {
    const picture = pictureOf(LISTS, CATALOGUE, "");
    expect(ids(picture)).toEqual(["storage/shelf", "appliance/web", "vm/v1", "resource/m1", "host/h1"]);
    expect(pairs(picture)).toEqual(["storage/shelf host/h1", "appliance/web vm/v1", "vm/v1 host/h1"]);
  });

  it("shows what fits the filter and what hangs on it, and nothing that was hidden", () => {
    expect(ids(pictureOf(LISTS, CATALOGUE, "web"))).toEqual(["appliance/web", "vm/v1"]);
    expect(ids(pictureOf(LISTS, CATALOGUE, "", new Set(["host"])))).not.toContain("host/h1");
    expect(ids(pictureOf(LISTS, CATALOGUE, "", new Set(["host"])))).not.toContain("resource/h1");
  });

  it("says how many it does not draw", () => {
    const many = Array.from({ length: 4000 }, (_, index) => ({ name: `m${index}`, type: "physical" }));
    const picture = pictureOf(new Map([["resource", many]]), CATALOGUE, "");
    expect([picture.boxes.length, picture.more]).toEqual([3000, 1000]);
  });
});

describe("racks", () => {
  const rows: Row[] = [
    { name: "a", type: "physical", place: "r10/2", condition: "idle" }, { name: "b", type: "physical", place: "r2/1", condition: "off" },
    { name: "c", type: "physical", place: "r10/11", condition: "idle" }, { name: "d", type: "physical", place: "" },
    { name: "v", type: "kvm", place: "" },
  ];

  it("stand in their order, the highest unit on top, and those without a place at the end", () => {
    const told = racksOf(rows, "").map(({ name, machines }) => [name, machines.map((each) => each.name).join()]);
    expect(told).toEqual([["r2", "b"], ["r10", "c,a"], ["", "d"]]);
  });

  it("are filtered by machine and by rack", () => {
    expect(racksOf(rows, "R2").map(({ name }) => name)).toEqual(["r2"]);
    expect(racksOf(rows, "a").flatMap(({ machines }) => machines.map(({ name }) => name))).toEqual(["a"]);
  });
});
