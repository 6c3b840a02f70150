/** Rows filtered and sorted, without holding up what is typed. */
import { useDeferredValue, useMemo } from "react";

import type { Row } from "@/api/types";

import { compare, textOf } from "./columns";

export type Order = { column: string; isDown: boolean };

type Wish = { filter: string; column: string; state: string; order: Order | undefined };

export function useRows(noun: string, rows: readonly Row[], { filter, column, state, order }: Wish): Row[] {
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  return useMemo(() => {
    const kept = rows.filter((row) => (!state || row[column] === state) && matches(noun, row, wanted));
    if (!order) return kept;
    const sign = order.isDown ? -1 : 1;
    return kept.sort((one, other) => sign * compare(one[order.column], other[order.column]));
  }, [noun, rows, wanted, column, state, order]);
}

/** By this column: upwards, then downwards, then as it came. */
export function nextOrder(now: Order | undefined, column: string): Order | undefined {
  if (now?.column !== column) return { column, isDown: false };
  return now.isDown ? undefined : { column, isDown: true };
}

/** Every word has to be somewhere in the row. */
export function matches(noun: string, row: Row, wanted: string): boolean {
  if (wanted === "") return true;
  const text = textOf(noun, row);
  return wanted.split(/\s+/).every((word) => text.includes(word));
}
