/** Rows filtered and sorted, without holding up what is typed. */
import { useDeferredValue, useMemo, useState } from "react";

import type { Row } from "@/api/types";

import { compare, textOf } from "./columns";

export type Order = { column: string; isDown: boolean };

export function useRows(noun: string, rows: readonly Row[], filter: string, state: { column: string; value: string }) {
  const [order, setOrder] = useState<Order>();
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const found = useMemo(() => {
    const kept = rows.filter((row) => (!state.value || row[state.column] === state.value) && matches(noun, row, wanted));
    if (!order) return kept;
    const sign = order.isDown ? -1 : 1;
    return kept.sort((one, other) => sign * compare(one[order.column], other[order.column]));
  }, [noun, rows, wanted, state.column, state.value, order]);
  const sort = (column: string) =>
    setOrder((now) => (now?.column !== column ? { column, isDown: false } : now.isDown ? undefined : { column, isDown: true }));
  return { found, order, sort };
}

/** Every word has to be somewhere in the row. */
export function matches(noun: string, row: Row, wanted: string): boolean {
  if (wanted === "") return true;
  const text = textOf(noun, row);
  return wanted.split(/\s+/).every((word) => text.includes(word));
}
