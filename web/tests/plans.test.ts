import { describe, expect, it } from "vitest";

import type { PlanView, StepView } from "@/api/types";
import { exitOf } from "@/plans/decide";
import { alreadySo, irreversible, lengthOf, notices, progress, troubled, wayBack } from "@/plans/facts";
import { linesOf, placesOf, viewOf } from "@/plans/layout";
import { needsOf, neededBy } from "@/plugins/dependencies";
import { EMPTY, isComplete, wishesOf } from "@/wizard/draft";

const step = (id: string, needs: string[] = [], more: Partial<StepView> = {}): StepView => ({
  id, what: id, why: "", needs, undo: "", notice: "", optional: false, state: "waiting", note: "", hint: "", began_s: 0, ended_s: 0, ...more,
});
const plan = (...steps: StepView[]): PlanView => ({
  id: "1", title: "", intent: "", about: "", state: "running", steps, confirm: "", on_failure: "undo", digest: "", asked_by: "", asked_from: "",
  reason: "", created_s: 0, finished_s: 0, note: "", can: [], wish: null, reversal: null,
});

describe("a plan", () => {
  it("says what users notice once, and what cannot be taken back", () => {
    const some = plan(step("a", [], { notice: "web stops" }), step("b", [], { notice: "web stops" }), step("c", [], { undo: "cannot be undone: data" }));
    expect(notices(some)).toEqual(["web stops"]);
    expect(irreversible(some).map(({ id }) => id)).toEqual(["c"]);
  });

  it("counts what is so already, what has passed, and what has failed", () => {
    const some = plan(step("a", [], { state: "found so" }), step("b", [], { state: "done" }), step("c", [], { state: "failed" }), step("d"), step("e", [], { state: "already so" }));
    expect(alreadySo(some)).toBe(2);
    expect(progress(some)).toBe(60);
    expect(troubled(some).map(({ id }) => id)).toEqual(["c"]);
  });

  it("goes back by what was begun, the last first", () => {
    const done = { state: "done", undo: "take it away" };
    const some = plan(step("a", [], done), step("b", [], { state: "found so", undo: "-" }), step("c", [], { state: "done" }), step("d", [], { ...done, state: "at work" }));
    expect(wayBack(some).map(({ id }) => id)).toEqual(["d", "a"]);
  });

  it("that is stuck is left with a reason where one is due, and skipped by one step", () => {
    const said = (["retry", "skip", "undo", "abandon"] as const).map((verb) => exitOf(verb, "s", "scrap"));
    expect(said).toEqual([{ verb: "retry" }, { verb: "skip", step: "s", because: "scrap" }, { verb: "undo" }, { verb: "abandon", because: "scrap" }]);
  });

  it("measures a step that is at work until now", () => {
    expect(lengthOf(step("a", [], { began_s: 10, ended_s: 12 }), 99)).toBe(2);
    expect(lengthOf(step("a", [], { began_s: 10 }), 13)).toBe(3);
    expect(lengthOf(step("a"), 13)).toBe(0);
  });

  it("is drawn in layers, with the lines that are needed", () => {
    const steps = [step("a"), step("b", ["a"]), step("c", ["a"]), step("d", ["a", "b", "c"])];
    const places = new Map(placesOf(steps).map((place) => [place.id, place]));
    expect(places.get("b")?.y).toBe(places.get("c")?.y);
    expect(places.get("d")?.y).toBeGreaterThan(places.get("b")?.y ?? 0);
    expect(linesOf(steps)).toEqual([["a", "b"], ["a", "c"], ["b", "d"], ["c", "d"]]);
  });

  it("is shown around the step that matters now, large enough to be read", () => {
    const places = placesOf(Array.from({ length: 20 }, (_, index) => step(`s${index}`, index > 0 ? [`s${index - 1}`] : [])));
    const ground = { width: 400, height: 500 };
    const seen = (id: string, { y, zoom } = viewOf(places, ground, places.find((place) => place.id === id))) =>
      y + (places.find((place) => place.id === id)?.y ?? NaN) * zoom;
    expect(viewOf(places, ground)).toMatchObject({ y: 12, zoom: 1 });
    expect(seen("s0")).toBe(12);
    expect(seen("s10")).toBeCloseTo(208);
    expect(seen("s19")).toBeCloseTo(404);
    expect(viewOf(placesOf(["a", "b", "c", "d", "e"].map((id) => step(id))), ground).zoom).toBe(0.62);
  });
});

describe("plugins", () => {
  const known = new Map([
    ["a", { requires: ["b", "c"], standing: "disabled" }],
    ["b", { requires: ["c"], standing: "disabled" }],
    ["c", { requires: [], standing: "started" }],
  ]);

  it("need others in the order in which they are enabled, each once", () => {
    expect(needsOf("a", known)).toEqual(["c", "b"]);
    expect(neededBy("c", known)).toEqual(["a", "b"]);
  });

  it("do not go round in circles", () => {
    const circle = new Map([["a", { requires: ["b"], standing: "" }], ["b", { requires: ["a"], standing: "" }]]);
    expect(needsOf("a", circle)).toEqual(["b"]);
  });
});

describe("the wizard", () => {
  it("asks for no more than it needs", () => {
    const draft = { ...EMPTY, name: "web", image: "debian" };
    expect(isComplete("name", draft) && isComplete("root", draft) && isComplete("machine", draft)).toBe(true);
    expect(wishesOf(draft).map(({ noun, verb }) => `${noun} ${verb}`)).toEqual(["appliance create", "appliance start"]);
  });

  it("carries over what it makes on the way", () => {
    const draft = { ...EMPTY, name: "web", rootFrom: "clone" as const, source: "golden", isStarted: false };
    expect(wishesOf(draft)).toEqual([
      { noun: "volume", verb: "clone", body: { name: "web", source: "golden" } },
      { noun: "image", verb: "create", body: { name: "web", volume: "web" } },
      { noun: "appliance", verb: "create", body: { name: "web", image: "web", kernel: "", highly_available: false, cpu_count: 0, memory_mib: 0 } },
    ]);
  });

  it("has a system unpacked from a shelf, with the kernel that comes with it", () => {
    const from = { rootFrom: "shelf" as const, shelf: "debian", entry: "debian-12", entryKernel: "debian-12", storage: "nas" };
    const draft = { ...EMPTY, name: "web", ...from, authorized_keys: "ssh-ed25519 AAAA\n" };
    expect(isComplete("root", draft)).toBe(true);
    expect(isComplete("root", { ...draft, shelf: "" })).toBe(false);
    const [unpack, edit, create] = wishesOf(draft);
    expect(unpack).toEqual({ noun: "shelf", verb: "unpack", body: { name: "debian", entry: "debian-12", image: "web", storage: "nas", size_mib: 0 } });
    expect(edit).toEqual({ noun: "image", verb: "edit", body: { name: "web", authorized_keys: "ssh-ed25519 AAAA" } });
    expect(create?.body).toMatchObject({ image: "web", kernel: "debian-12" });
    expect(wishesOf({ ...draft, kernel: "own" })[2]?.body).toMatchObject({ kernel: "own" });
  });

  it("makes a VM and has the appliance run on it, on the network that was chosen", () => {
    const draft = { ...EMPTY, name: "web", image: "debian", machine: "vm" as const, machine_type: "kvm", memory_mib: 512, network: "lab" };
    const [vm, create] = wishesOf(draft);
    expect(vm).toEqual({ noun: "vm", verb: "create", body: { name: "web", type: "kvm", memory_mib: 512 } });
    expect(create?.body).toMatchObject({ resource: "web", machine_type: "kvm", network: "lab" });
  });

  it("starts nothing from a volume that nobody has filled", () => {
    const draft = { ...EMPTY, name: "web", rootFrom: "empty" as const, storage: "nas" };
    expect(wishesOf(draft).map(({ verb }) => verb)).toEqual(["create", "create", "create"]);
  });

  it("does not take a name that is none", () => {
    expect(isComplete("name", { ...EMPTY, name: "Web 1" })).toBe(false);
  });
});
