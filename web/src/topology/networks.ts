/** Which network a machine is in: its address says it; pure. */
import { nameOf } from "@/api/lists";
import type { Row } from "@/api/types";
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

/** Whether this address is one of 10.0.0.0/8 or the like; what cannot be read lies nowhere. */
export function lies(address: string, cidr: string): boolean {
  const [base = "", length = ""] = cidr.split("/", 2);
  const size = 2 ** (32 - Number(length));
  return length !== "" && Math.floor(figure(address) / size) === Math.floor(figure(base) / size);
}

function figure(address: string): number {
  const parts = address.split(".").map((part) => (/^\d{1,3}$/.test(part) && Number(part) < 256 ? Number(part) : NaN));
  return parts.length === 4 ? parts.reduce((sum, part) => sum * 256 + part, 0) : NaN;
}
