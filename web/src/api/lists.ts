/** Lists and single objects of any noun, kept up to date by the stream. */
import { usePrefetchQuery, useQuery, useQueryClient, useSuspenseQuery, type QueryClient } from "@tanstack/react-query";

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

/** Of these the stream tells every change, so that a list once loaded stays right. */
const TOLD = new Set([
  "appliance", "host", "image", "kernel", "network", "plugin", "resource", "storage", "token", "user", "view", "vm", "volume",
]);
const FIRST_PAGE = 200; // is there and drawn at once; the rest comes behind it
const NEXT_PAGE = 5000;
const DRAWN_MS = 300; // the first rows are on the screen before the rest is asked for

export function isTold(noun: string): boolean {
  return TOLD.has(noun);
}

export function listing(client: QueryClient, noun: string, params: Params = {}) {
  const key = listKey(noun, params);
  const isPaged = TOLD.has(noun) && Object.keys(params).length === 0;
  return {
    queryKey: key,
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const rows = await ask<Row[]>(`${noun}/list`, isPaged ? { limit: FIRST_PAGE } : params, signal);
      if (isPaged && rows.length === FIRST_PAGE) setTimeout(() => void loadRest(client, noun, rows), DRAWN_MS);
      return rows;
    },
    staleTime: isPaged ? Infinity : 30_000,
    structuralSharing: false as const, // comparing 25,000 rows costs more than drawing the 40 that are seen
  };
}

/** When it breaks off, the rows behind are missing until the list is asked for again. */
async function loadRest(client: QueryClient, noun: string, first: readonly Row[]): Promise<void> {
  const key = listKey(noun);
  for (let last = first.at(-1); last !== undefined; ) {
    const rows: Row[] = await ask<Row[]>(`${noun}/list`, { limit: NEXT_PAGE, after: nameOf(noun, last) }).catch(() => []);
    client.setQueryData(key, (old: Row[] = []) => joined(noun, old, rows));
    last = rows.length === NEXT_PAGE ? rows.at(-1) : undefined;
  }
}

/** A page behind those that are there; what the stream has told of meanwhile is not taken twice. */
export function joined(noun: string, rows: readonly Row[], page: readonly Row[]): Row[] {
  const there = new Set(rows.map((row) => nameOf(noun, row)));
  return [...rows, ...page.filter((row) => !there.has(nameOf(noun, row)))];
}

/** Asked for now, before something else holds up the page that shows it. */
export function usePrefetchedList(noun: string): void {
  usePrefetchQuery(listing(useQueryClient(), noun));
}

export function useList(noun: string, params: Params = {}): Row[] {
  return useSuspenseQuery(listing(useQueryClient(), noun, params)).data;
}

/** The same where a page can do without: `undefined` until it is there. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- who asks knows what the API declares
export function useFoundList<T>(noun: string, params: Params = {}, enabled = true): T[] | undefined {
  return useQuery({ ...listing(useQueryClient(), noun, params), enabled }).data as T[] | undefined;
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
