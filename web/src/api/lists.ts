/** Lists and single objects of any noun, kept up to date by the stream. */
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";

import { ask, type Params } from "./client";
import type { Row } from "./types";

export type Change = { kind: string; name: string; version: number; row: Row | null };

export const listKey = (noun: string, params: Params = {}) => ["list", noun, params] as const;
export const showKey = (noun: string, name: string) => ["show", noun, name] as const;

/** The name by which the API knows a row: appliances carry theirs one level deeper, plans are numbered. */
export function nameOf(noun: string, row: Row): string {
  const inner = row[noun];
  const name = row["name"] ?? (isRow(inner) ? inner["name"] : undefined) ?? row["id"];
  return typeof name === "string" ? name : typeof name === "number" ? String(name) : "";
}

export function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listing(noun: string, params: Params) {
  return {
    queryKey: listKey(noun, params),
    queryFn: ({ signal }: { signal: AbortSignal }) => ask<Row[]>(`${noun}/list`, params, signal),
    structuralSharing: false as const, // comparing 25,000 rows costs more than drawing the 40 that are seen
  };
}

export function useList(noun: string, params: Params = {}): Row[] {
  return useSuspenseQuery(listing(noun, params)).data;
}

/** The same where a page can do without: `undefined` until it is there. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- who asks knows what the API declares
export function useFoundList<T>(noun: string, params: Params = {}, enabled = true): T[] | undefined {
  return useQuery({ ...listing(noun, params), enabled }).data as T[] | undefined;
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as above
export function useShown<T = Row>(noun: string, name: string): T {
  return useSuspenseQuery({ queryKey: showKey(noun, name), queryFn: () => ask<T>(`${noun}/show`, { name }) }).data;
}

/** A list after these changes: rows are replaced in place, added at the end (or in front), taken out. */
export function merged(noun: string, rows: readonly Row[], changes: readonly Change[], newestFirst = false): Row[] {
  const place = new Map(rows.map((row, index) => [nameOf(noun, row), index]));
  const result: (Row | null)[] = [...rows];
  const added: Row[] = [];
  for (const { name, row } of changes) {
    const index = place.get(name);
    if (index !== undefined) result[index] = row;
    else if (row) added.push(row);
  }
  const kept = result.filter((row) => row !== null);
  return newestFirst ? [...added.reverse(), ...kept] : [...kept, ...added];
}
