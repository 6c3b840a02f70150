/** What the wizard has been told, and what that comes to; pure. Nothing exists before the end. */
import type { Body } from "@/api/client";

export type Draft = {
  name: string;
  rootFrom: "image" | "clone" | "empty";
  image: string;
  source: string;
  storage: string;
  size_mib: number;
  kernel: string;
  machine: "any" | "this";
  resource: string;
  cpu_count: number;
  memory_mib: number;
  highly_available: boolean;
  authorized_keys: string;
  isStarted: boolean;
};

export const EMPTY: Draft = {
  name: "", rootFrom: "image", image: "", source: "", storage: "", size_mib: 0, kernel: "", machine: "any", resource: "",
  cpu_count: 0, memory_mib: 0, highly_available: false, authorized_keys: "", isStarted: true,
};

export type Wish = { noun: string; verb: string; body: Body };
export type Part = "root" | "machine" | "name";

const NAME = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What has to be done, in order: a volume, an image on it, the appliance, its start. */
export function wishesOf(draft: Draft): Wish[] {
  const image = draft.rootFrom === "image" ? draft.image : draft.name;
  return [
    ...volumeWishes(draft),
    {
      noun: "appliance",
      verb: "create",
      body: {
        name: draft.name, image, kernel: draft.kernel, highly_available: draft.highly_available,
        ...(draft.machine === "this" ? { resource: draft.resource } : { cpu_count: draft.cpu_count, memory_mib: draft.memory_mib }),
      },
    },
    ...(draft.isStarted ? [{ noun: "appliance", verb: "start", body: { name: draft.name } }] : []),
  ];
}

function volumeWishes(draft: Draft): Wish[] {
  if (draft.rootFrom === "image") return [];
  const keys = draft.authorized_keys.trim();
  const volume: Wish =
    draft.rootFrom === "clone"
      ? { noun: "volume", verb: "clone", body: { name: draft.name, source: draft.source } }
      : { noun: "volume", verb: "create", body: { name: draft.name, storage: draft.storage, size_mib: draft.size_mib } };
  const image = { name: draft.name, volume: draft.name, ...(keys ? { authorized_keys: keys } : {}) };
  return [volume, { noun: "image", verb: "create", body: image }];
}

/** Whether a part has all it needs. */
export function isComplete(part: Part, draft: Draft): boolean {
  switch (part) {
    case "name":
      return NAME.test(draft.name);
    case "root":
      return { image: draft.image, clone: draft.source, empty: draft.storage }[draft.rootFrom] !== "";
    case "machine":
      return draft.machine === "any" || draft.resource !== "";
  }
}
