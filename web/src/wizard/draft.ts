/** What the wizard has been told, and what that comes to; pure. Nothing exists before the end. */
import type { Body } from "@/api/client";

export const PHYSICAL = "physical";

export type Draft = {
  name: string;
  rootFrom: "image" | "shelf" | "clone" | "empty";
  image: string;
  shelf: string;
  entry: string;
  /** Of the entry: the one that comes with it. */
  entryKernel: string;
  source: string;
  storage: string;
  size_mib: number;
  kernel: string;
  machine: "any" | "this" | "vm";
  machine_type: string;
  resource: string;
  host: string;
  bridge: string;
  network: string;
  cpu_count: number;
  memory_mib: number;
  highly_available: boolean;
  authorized_keys: string;
  isStarted: boolean;
};

export const EMPTY: Draft = {
  name: "", rootFrom: "image", image: "", shelf: "", entry: "", entryKernel: "", source: "", storage: "", size_mib: 0, kernel: "",
  machine: "any", machine_type: PHYSICAL, resource: "", host: "", bridge: "", network: "", cpu_count: 0, memory_mib: 0,
  highly_available: false, authorized_keys: "", isStarted: true,
};

export type Wish = { noun: string; verb: string; body: Body };
export type Part = "root" | "machine" | "name";

const NAME = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What has to be done, in order: an image on a volume, a VM, the appliance, its start. */
export function wishesOf(draft: Draft): Wish[] {
  const { name, image, highly_available, network } = draft;
  const kernel = draft.kernel || (draft.rootFrom === "shelf" ? draft.entryKernel : "");
  const of = { image: draft.rootFrom === "image" ? image : name, kernel, highly_available };
  return [
    ...rootWishes(draft),
    ...vmWishes(draft),
    { noun: "appliance", verb: "create", body: { name, ...of, ...said({ machine_type: typeOf(draft), network }), ...machineOf(draft) } },
    ...(startsNow(draft) ? [{ noun: "appliance", verb: "start", body: { name } }] : []),
  ];
}

/** Nothing runs from a volume that nobody has filled. */
export function startsNow({ isStarted, rootFrom }: Draft): boolean {
  return isStarted && rootFrom !== "empty";
}

function rootWishes(draft: Draft): Wish[] {
  const { name, storage, size_mib } = draft;
  const keys = said({ authorized_keys: draft.authorized_keys.trim() });
  const onIt: Wish = { noun: "image", verb: "create", body: { name, volume: name, ...keys } };
  switch (draft.rootFrom) {
    case "image":
      return [];
    case "shelf":
      return [
        { noun: "shelf", verb: "unpack", body: { name: draft.shelf, entry: draft.entry, image: name, storage, size_mib } },
        ...(keys.authorized_keys ? [{ noun: "image", verb: "edit", body: { name, ...keys } }] : []),
      ];
    case "clone":
      return [{ noun: "volume", verb: "clone", body: { name, source: draft.source } }, onIt];
    case "empty":
      return [{ noun: "volume", verb: "create", body: { name, storage, size_mib } }, onIt];
  }
}

function vmWishes({ machine, name, machine_type, host, bridge, cpu_count, memory_mib }: Draft): Wish[] {
  if (machine !== "vm") return [];
  return [{ noun: "vm", verb: "create", body: { name, type: machine_type, ...said({ host, bridge, cpu_count, memory_mib }) } }];
}

/** A new VM has its name and all that it was given; of others that many at least. */
function machineOf({ machine, name, resource, cpu_count, memory_mib }: Draft): Body {
  if (machine === "any") return { cpu_count, memory_mib };
  return { resource: machine === "vm" ? name : resource };
}

function typeOf({ machine_type }: Draft): string {
  return machine_type === PHYSICAL ? "" : machine_type;
}

/** What is not said is left to its default. */
function said<T extends Body>(some: T): Partial<T> {
  return Object.fromEntries(Object.entries(some).filter(([, value]) => value !== "" && value !== 0)) as Partial<T>;
}

/** Whether a part has all it needs. */
export function isComplete(part: Part, draft: Draft): boolean {
  switch (part) {
    case "name":
      return NAME.test(draft.name);
    case "root":
      return hasRoot(draft);
    case "machine":
      return draft.machine !== "this" || draft.resource !== "";
  }
}

function hasRoot({ rootFrom, image, source, storage, shelf }: Draft): boolean {
  return { image: image !== "", clone: source !== "", empty: storage !== "", shelf: shelf !== "" && storage !== "" }[rootFrom];
}
