import type { Found } from "@/api/types";

/** Where what was found is shown; an event has no page of its own. */
export function placeOf({ kind, name, text }: Pick<Found, "kind" | "name" | "text">) {
  if (kind === "event") return { to: "/event" as const, search: { q: text } };
  return { to: "/$noun/$name" as const, params: { noun: kind, name } };
}
