import { describe, expect, it } from "vitest";

import { Catalogue } from "@/api/catalogue";
import type { Row } from "@/api/types";
import { lies } from "@/nouns/subnet";
import { keeper, lineKeeper } from "@/topology/drawn";
import { layered } from "@/topology/layers";
import { chainOf } from "@/topology/lines";
import { pictureOf } from "@/topology/picture";
import { racksOf } from "@/topology/racks";
import { remembered } from "@/topology/remembered";

import { declaration } from "./declarations";

const listed = (noun: string) => declaration(noun, "list", {}, { is_intent: false });
const names = (noun: string) => ({ [noun]: { type: "string", "x-noun": noun } });
const CATALOGUE = new Catalogue([
  ...["resource", "vm", "host", "storage", "volume", "image", "appliance", "network"].map(listed),
  declaration("storage", "create", names("resource")),
  declaration("appliance", "create", { ...names("resource"), ...names("image") }),
  declaration("image", "create", names("volume")),
  declaration("volume", "create", names("storage")),
  declaration("volume", "clone", { source: { type: "string", "x-noun": "volume" } }),
]);
const LISTS = new Map<string, Row[]>([
  ["storage", [{ name: "shelf", resource: "m1" }]],
  ["volume", [{ name: "root", storage: "shelf", granted_to: "v1" }]],
  ["image", [{ name: "debian", volume: "root" }]],
  ["appliance", [{ appliance: { name: "web", image: "debian" }, resource: "v1", condition: "running" }]],
  ["vm", [{ vm: { name: "v1" }, host: "h1", condition: "assigned" }]],
  ["resource", [
    { name: "v1", type: "kvm", address: "10.0.0.7" }, { name: "h1", type: "physical", address: "10.0.0.1" }, { name: "m1", type: "physical" },
    { name: "m2", type: "physical", address: "10.0.0.9" },
  ]],
  ["host", [{ name: "h1", carries: "kvm", condition: "idle" }]],
  ["network", [{ name: "lan", cidr: "10.0.0.0/24" }]],
]);
const thing = (id: string, layer: number, noun = "volume") => ({ id, noun, name: id, layer });
const pairsOf = (...pairs: string[]) => pairs.map(([source = "", target = ""]) => ({ source, target }));
const ids = (picture: ReturnType<typeof pictureOf>) => picture.boxes.map(({ id }) => id);
const pairs = (picture: ReturnType<typeof pictureOf>) => picture.lines.map(({ source, target }) => `${source} ${target}`);

describe("the picture of everything", () => {
  it("has one box for each machine, and each line once, from what carries to what is carried", () => {
    const picture = pictureOf(LISTS, CATALOGUE, "");
    expect(ids(picture).filter((id) => /v1|h1|m1/.test(id))).toEqual(["vm/v1", "resource/m1", "host/h1"]);
    expect(pairs(picture).filter((pair) => !pair.includes("network/"))).toEqual([
      "resource/m1 storage/shelf", "storage/shelf volume/root", "volume/root image/debian", "image/debian appliance/web",
      "appliance/web vm/v1", "vm/v1 host/h1",
    ]);
  });

  it("goes from the left to the right: a machine that carries storages stands before them, one without anything below", () => {
    const places = new Map(pictureOf(LISTS, CATALOGUE, "").boxes.map((box) => [box.id, box]));
    const way = ["resource/m1", "storage/shelf", "volume/root", "image/debian", "appliance/web", "vm/v1", "host/h1", "network/lan"];
    expect(way.map((id) => places.get(id)?.x)).toEqual([...way.map((id) => places.get(id)?.x ?? NaN)].sort((one, other) => one - other));
    expect(new Set(way.map((id) => places.get(id)?.y)).size).toBe(1);
    expect(places.get("resource/m2")?.y).toBeGreaterThan(places.get("storage/shelf")?.y ?? NaN);
  });

  it("draws faintly what passes behind others, and who is in a network", () => {
    const faint = pictureOf(LISTS, CATALOGUE, "").lines.filter(({ isQuiet }) => isQuiet);
    expect(faint.map(({ target }) => target)).toEqual(["network/lan", "network/lan", "network/lan"]);
  });

  it("shows what fits the filter, what that hangs on and what hangs on it", () => {
    expect(ids(pictureOf(LISTS, CATALOGUE, "m2"))).toEqual(["resource/m2", "network/lan"]);
    expect(ids(pictureOf(LISTS, CATALOGUE, "debian"))).not.toContain("resource/m2");
    expect(ids(pictureOf(LISTS, CATALOGUE, "debian"))).toHaveLength(8);
  });

  it("leaves a line where something between two is hidden", () => {
    const picture = pictureOf(LISTS, CATALOGUE, "", new Set(["volume", "image", "host"]));
    expect(ids(picture)).not.toContain("resource/h1");
    expect(pairs(picture)).toContain("storage/shelf appliance/web");
  });

  it("says how many it does not draw", () => {
    const many = Array.from({ length: 4000 }, (_, index) => ({ name: `m${index}`, type: "physical" }));
    const picture = pictureOf(new Map([["resource", many]]), CATALOGUE, "");
    expect([picture.boxes.length, picture.more]).toEqual([3000, 1000]);
  });

  it("stands in an order in which no line of chains crosses another, whatever their names", () => {
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    const picture = pictureOf(new Map<string, Row[]>([
      ["storage", [{ name: "s0" }, { name: "s1" }, { name: "s2" }]],
      ["volume", numbers.map((n) => ({ name: `v${(n * 7) % 40}`, storage: `s${n % 3}` }))],
      ["image", numbers.map((n) => ({ name: `i${(n * 11) % 40}`, volume: `v${(n * 7) % 40}` }))],
      ["appliance", numbers.map((n) => ({ appliance: { name: `a${(n * 3) % 40}`, image: `i${(n * 11) % 40}` } }))],
    ]), CATALOGUE, "");
    expect(crossings(picture)).toBe(0);
    for (const [, column] of Map.groupBy(picture.boxes, ({ x }) => x)) {
      const tops = column.map(({ y }) => y).sort((one, other) => one - other);
      expect(Math.min(...tops.slice(1).map((y, index) => y - (tops[index] ?? 0)))).toBeGreaterThan(46);
    }
  });
});

describe("its places and what is drawn", () => {
  it("keeps its places while states change", () => {
    const placesOf = remembered();
    const places = placesOf([thing("s", 0)], []);
    expect([...places.keys()]).toEqual(["s"]);
    expect(placesOf([thing("s", 0)], [])).toBe(places);
    expect(placesOf([thing("s", 0), thing("t", 0)], []).size).toBe(2);
  });

  it("has those that would like to be at one place share the way, and stands apart what hangs on different storages", () => {
    const [s, t, ...volumes] = [thing("s", 0, "storage"), thing("t", 0, "storage"), ..."abcd".split("").map((name) => thing(name, 1))];
    const tops = (places: ReturnType<typeof layered>) => Object.fromEntries([...places].map(([id, { y }]) => [id, y]));
    const shared = [thing("a", 0), thing("b", 0), thing("c", 1), thing("d", 2), thing("e", 2), thing("f", 2)];
    expect(tops(layered(shared, pairsOf("ac", "bc", "cd", "ce", "cf")))).toEqual({ a: 28, b: 84, c: 56, d: 0, e: 56, f: 112 });
    expect(tops(layered([s, t, ...volumes], pairsOf("sa", "tb", "sc", "td")))).toMatchObject({ a: 0, c: 56, b: 128, d: 184 });
  });

  it("draws beside others a clone of its like, and faintly what passes behind", () => {
    const lists = new Map<string, Row[]>([
      ...LISTS, ["volume", [{ name: "root", storage: "shelf" }, { name: "copy", storage: "shelf", source: "root", granted_to: "m2" }]],
    ]);
    const lines = new Map(pictureOf(lists, CATALOGUE, "").lines.map(({ source, target, ...line }) => [`${source} ${target}`, line]));
    expect(lines.get("volume/root volume/copy") ?? lines.get("volume/copy volume/root")).toEqual({ isQuiet: true, isBeside: true });
    expect(lines.get("volume/copy resource/m2")).toEqual({ isQuiet: true, isBeside: false });
    expect(lines.get("storage/shelf volume/copy")).toEqual({ isQuiet: false, isBeside: false });
  });

  it("keeps boxes and lines that have not changed, and draws those anew that are lit or chosen", () => {
    const [nodeOf, lineOf] = [keeper(() => ""), lineKeeper()];
    const box = { ...thing("a", 0), x: 0, y: 0, state: "" };
    const line = { source: "a", target: "b", isQuiet: false, isBeside: false };
    const [node, edge] = [nodeOf(box, false, false), lineOf(line)];
    expect([nodeOf({ ...box }, false, false), lineOf({ ...line })]).toEqual([node, edge]);
    expect(nodeOf({ ...box }, false, false)).toBe(node);
    expect(lineOf({ ...line })).toBe(edge);
    expect([nodeOf(box, false, true).selected, nodeOf(box, true, true).className]).toEqual([true, "q-lit"]);
    expect(lineOf(line, chainOf(["a"], [line])).className).toContain("q-lit");
  });

  it("lights what a thing hangs on and what hangs on it, and no more", () => {
    const { before, after } = chainOf(["b"], pairsOf("ab", "bc", "xc", "ay"));
    expect([[...before], [...after]]).toEqual([["b", "a"], ["b", "c"]]);
  });

  it("knows which network an address is in, and when it cannot know", () => {
    expect(["10.0.0.7", "10.0.1.7"].map((address) => lies(address, "10.0.0.0/24"))).toEqual([true, false]);
    expect(lies("200.1.2.3", "0.0.0.0/0")).toBe(true);
    for (const address of ["", "fe80::1", "10.0.0", "10.0.0.256"]) expect(lies(address, "10.0.0.0/24")).toBeUndefined();
    for (const cidr of ["", "fd00::/64"]) expect(lies("10.0.0.7", cidr)).toBeUndefined();
  });
});

/** How many pairs of lines between the same two columns cross. */
function crossings({ boxes, lines }: ReturnType<typeof pictureOf>): number {
  const at = new Map(boxes.map((box) => [box.id, box]));
  const ends = lines.flatMap(({ source, target }) => {
    const [from, to] = [at.get(source), at.get(target)];
    return from && to ? [{ lane: `${from.x} ${to.x}`, from: from.y, to: to.y }] : [];
  });
  return ends.reduce((sum, one) => sum + ends.filter((other) =>
    one.lane === other.lane && one.from < other.from && one.to > other.to).length, 0);
}

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
