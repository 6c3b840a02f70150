/** A table that draws the rows in view only: 25,000 scroll like 25. */
import { Checkbox } from "@patternfly/react-core";
import { LongArrowAltDownIcon, LongArrowAltUpIcon } from "@patternfly/react-icons";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode, type RefObject } from "react";

import { useCatalogue } from "@/api/catalogue";
import type { Row } from "@/api/types";
import { useT, useWords } from "@/i18n";

import { Cell } from "./Cell";
import type { Column } from "./columns";
import { keepLook, lookAt } from "./kept";
import type { Order } from "./useRows";

const ROW_PX = 45;

type Props = {
  noun: string;
  label: string;
  rows: readonly Row[];
  columns: readonly Column[];
  nameOf: (row: Row) => string;
  order?: Order | undefined;
  sort?: (column: string) => void;
  selected?: ReadonlySet<string>;
  select?: (names: ReadonlySet<string>) => void;
  actions?: (row: Row) => ReactNode;
};

export function VirtualTable(props: Props) {
  const { noun, rows, columns, nameOf, selected, select, actions } = props;
  const place = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the compiler is not used
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => place.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    initialOffset: () => lookAt(noun).top,
  });
  const shown = virtual.getVirtualItems();
  useReturn(place, noun, shown.length > 0);
  const above = shown[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0);
  const span = columns.length + (select ? 1 : 0) + (actions ? 1 : 0);
  return (
    <div
      ref={place} className="q-table-scroll" tabIndex={0} role="region" aria-label={props.label}
      onScroll={(event) => keepLook(noun, { top: event.currentTarget.scrollTop })}
      onClick={({ target }) => {
        const opened = openedBy(target);
        if (opened) keepLook(noun, { opened });
      }}
    >
      <table className="q-table" aria-label={props.label} aria-rowcount={rows.length + 1}>
        <Head {...props} />
        <tbody>
          <Space px={above} span={span} />
          {shown.map(({ index }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const name = nameOf(row);
            return (
              <tr key={name} data-name={name} aria-rowindex={index + 2} className={selected?.has(name) ? "q-selected" : undefined}>
                {select ? <SelectCell name={name} selected={selected} select={select} /> : null}
                {columns.map((column) => (
                  <td key={column.name} className={`q-cell-${column.kind} q-column-${column.name}`}>
                    <Cell
                      kind={column.kind} noun={column.noun} column={column.name}
                      value={column.kind === "name" ? name : row[column.name]}
                    />
                  </td>
                ))}
                {actions ? <td className="q-cell-actions">{actions(row)}</td> : null}
              </tr>
            );
          })}
          <Space px={below} span={span} />
        </tbody>
      </table>
    </div>
  );
}

/** Whoever comes back to the list is where the row was opened. */
function useReturn(place: RefObject<HTMLDivElement | null>, noun: string, isDrawn: boolean) {
  useEffect(() => {
    if (!isDrawn) return;
    const { opened, top } = lookAt(noun);
    keepLook(noun, { opened: "" });
    if (top > 0) place.current?.scrollTo({ top });
    if (opened) place.current?.querySelector<HTMLElement>(`tr[data-name="${CSS.escape(opened)}"] a`)?.focus({ preventScroll: true });
  }, [place, noun, isDrawn]);
}

/** The row of the link that was followed. */
function openedBy(target: EventTarget): string {
  const link = target instanceof Element ? target.closest("a") : null;
  return link?.closest("tr")?.dataset["name"] ?? "";
}

function Head({ noun, rows, columns, nameOf, order, sort, selected, select, actions }: Props) {
  const { t } = useT();
  const words = useWords();
  const catalogue = useCatalogue();
  const isAll = rows.length > 0 && selected?.size === rows.length;
  return (
    <thead>
      <tr>
        {select ? (
          <th className="q-cell-select">
            <Checkbox
              id="select-all" aria-label={t("list.selectAll")}
              isChecked={isAll ? true : selected?.size ? null : false}
              onChange={() => select(isAll ? new Set() : new Set(rows.map(nameOf)))}
            />
          </th>
        ) : null}
        {columns.map(({ name, kind }) => {
          const isSorted = order?.column === name;
          const direction = isSorted ? (order.isDown ? "descending" : "ascending") : "none";
          return (
            <th key={name} scope="col" title={words.told(catalogue.describe(noun, name))} aria-sort={sort ? direction : undefined} className={`q-cell-${kind}`}>
              {sort ? (
                <button type="button" className="q-sort" onClick={() => sort(name)}>
                  {words.column(name)}
                  {isSorted ? order.isDown ? <LongArrowAltDownIcon /> : <LongArrowAltUpIcon /> : null}
                </button>
              ) : (
                words.column(name)
              )}
            </th>
          );
        })}
        {actions ? <th className="q-cell-actions"><span className="q-hidden">{t("list.actions")}</span></th> : null}
      </tr>
    </thead>
  );
}

type SelectProps = { name: string; selected: ReadonlySet<string> | undefined; select: (names: ReadonlySet<string>) => void };

function SelectCell({ name, selected = new Set(), select }: SelectProps) {
  const { t } = useT();
  const change = (isChecked: boolean) => {
    const names = new Set(selected);
    if (isChecked) names.add(name);
    else names.delete(name);
    select(names);
  };
  return (
    <td className="q-cell-select">
      <Checkbox
        id={`select-${name}`} aria-label={t("list.select", { name })} isChecked={selected.has(name)}
        onChange={(_, isChecked) => change(isChecked)}
      />
    </td>
  );
}

function Space({ px, span }: { px: number; span: number }) {
  if (px <= 0) return null;
  return (
    <tr aria-hidden="true">
      <td colSpan={span} className="q-space" style={{ height: px }} />
    </tr>
  );
}
