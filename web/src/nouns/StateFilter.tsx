import { ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import { useMemo } from "react";

import type { Row } from "@/api/types";
import { useT, useWords } from "@/i18n";

type Props = { rows: readonly Row[]; column: string; chosen: string; choose: (state: string) => void };

/** One button a state, with how many are in it. */
export function StateFilter({ rows, column, chosen, choose }: Props) {
  const { t } = useT();
  const words = useWords();
  const counts = useMemo(() => countsOf(rows, column), [rows, column]);
  if (column === "" || counts.length < 2) return null;
  return (
    <ToggleGroup aria-label={words.column(column)} isCompact>
      <ToggleGroupItem text={t("list.all")} buttonId="state-all" isSelected={chosen === ""} onChange={() => choose("")} />
      {counts.map(([state, count]) => (
        <ToggleGroupItem
          key={state} buttonId={`state-${state}`} isSelected={chosen === state} onChange={() => choose(state)}
          text={`${words.state(state)} ${count}`}
        />
      ))}
    </ToggleGroup>
  );
}

function countsOf(rows: readonly Row[], column: string): [string, number][] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const state = row[column];
    if (typeof state === "string") counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one).slice(0, 6);
}
