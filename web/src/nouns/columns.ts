/** Which columns a list has, and how each is shown: read off the rows, so that a plugin's noun needs nothing here. */
import type { Catalogue } from "@/api/catalogue";
import { isRow, nameOf } from "@/api/lists";
import type { Row } from "@/api/types";

import { isSilent, textOfValue } from "./text";

export type CellKind = "name" | "state" | "reference" | "about" | "time" | "size" | "flag" | "number" | "pairs" | "text";
export type Column = { name: string; kind: CellKind; noun: string };

const STATES = ["condition", "state", "standing", "severity", "wanted"];
const FLAGS = ["default", "managed", "highly_available", "optional"];
const QUIET = new Set(["id", "version", "authorized_keys", "root_password", "inventory", "seen_at_s", "directory", "digest"]);
const MOST = 9; // columns that a screen of 1280 px has room for
export const REFERENCES: Record<string, string> = {
  claimed_by: "appliance", granted_to: "resource", host: "host", plan: "plan", user: "user", source: "volume", disks: "volume",
};
const ORDER = new Intl.Collator(undefined, { numeric: true }); // made once: each is a hundred comparisons' worth
const RECENT_S = 1e9; // a number of seconds above this is a moment, below a length

/** One level: what lies in the record itself (`appliance` of an appliance's row) and beside it. */
export function flat(noun: string, row: Row): Row {
  const inner = row[noun];
  if (!isRow(inner)) return row;
  return { ...inner, ...Object.fromEntries(Object.entries(row).filter(([key]) => key !== noun)) };
}

export function columnsOf(noun: string, rows: readonly Row[], catalogue: Catalogue): Column[] {
  const sample = rows.slice(0, 500);
  const names = Object.keys(rows[0] ?? {}).filter((name) => !QUIET.has(name) && name !== "name");
  const told = names.filter((name) => STATES.includes(name) || sample.some((row) => !isVoid(row[name])));
  const sorted = told.sort((one, other) => rank(one) - rank(other));
  const named: Column = { name: "name", kind: "name", noun };
  return [named, ...sorted.map((name) => columnOf(noun, name, sample, catalogue))];
}

/** As long as nobody has chosen: what does not fit beside the rest. */
export function hiddenAtFirst(columns: readonly Column[]): string[] {
  return columns.slice(MOST).map(({ name }) => name);
}

export function columnOf(noun: string, name: string, rows: readonly Row[], catalogue: Catalogue): Column {
  const value = rows.find((row) => !isVoid(row[name]))?.[name] ?? rows.find((row) => row[name] === false)?.[name];
  const target = REFERENCES[name] ?? catalogue.reference(noun, name) ?? "";
  return { name, kind: kindOf(name, value, target), noun: target };
}

function kindOf(name: string, value: unknown, target: string): CellKind {
  if (STATES.includes(name)) return "state";
  if (name === "about") return "about";
  if (typeof value === "boolean" || FLAGS.includes(name)) return "flag";
  if (typeof value === "number") return numberKind(name, value);
  if (isRow(value) || Array.isArray(value)) return "pairs";
  return target === "" ? "text" : "reference";
}

function numberKind(name: string, value: number): CellKind {
  if (name.endsWith("_s") && value > RECENT_S) return "time";
  return name.endsWith("_mib") ? "size" : "number";
}

/** Says nothing: no column for it. */
function isVoid(value: unknown): boolean {
  return value === false || isSilent(value);
}

function rank(name: string): number {
  if (name === "title" || name === "text") return 0;
  if (STATES.includes(name)) return 1 + STATES.indexOf(name) / 10;
  return name === "comment" ? 9 : 5;
}

/** The column that says how something is doing, where there is one. */
export function stateColumn(rows: readonly Row[]): string | undefined {
  return STATES.find((name) => rows[0] !== undefined && name in rows[0]);
}

/** All words of a row, for the filter. */
export function textOf(noun: string, row: Row): string {
  return [nameOf(noun, row), ...Object.values(row).map(textOfValue)]
    .join("\n")
    .toLowerCase();
}

export function compare(one: unknown, other: unknown): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return ORDER.compare(textOfValue(one), textOfValue(other));
}
