/** Which network a machine is in: its address says it; pure. */
import { nameOf } from "@/api/lists";
import type { Row } from "@/api/types";
import { lies } from "@/nouns/subnet";
import { textOfValue } from "@/nouns/text";

import type { Link } from "./layers";

export function networkLinks(lists: ReadonlyMap<string, readonly Row[]>, boxOf: ReadonlyMap<string, string>): Link[] {
  const networks = (lists.get("network") ?? []).map((row) => ({ id: `network/${nameOf("network", row)}`, cidr: textOfValue(row["cidr"]) }));
  return (lists.get("resource") ?? []).flatMap((row) => {
    const id = `resource/${nameOf("resource", row)}`;
    const network = networks.find(({ cidr }) => lies(textOfValue(row["address"]), cidr));
    return network ? [{ source: boxOf.get(id) ?? id, target: network.id }] : [];
  });
}
