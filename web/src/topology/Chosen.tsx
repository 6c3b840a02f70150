import { Button } from "@patternfly/react-core";
import { TimesIcon } from "@patternfly/react-icons";
import { Panel } from "@xyflow/react";
import { useMemo } from "react";

import { useT, useWords } from "@/i18n";
import { renderNumber } from "@/i18n/format";
import { ObjectLink } from "@/nouns/Cell";
import { StateLabel } from "@/nouns/StateLabel";

import { chainOf } from "./lines";
import { COLUMNS, type Box, type Line } from "./picture";

const MOST = 6; // of each kind; the others are lit in the picture

type Props = { box: Box; lines: readonly Line[]; close: () => void };

/** What was chosen, and all that hangs together with it. */
export function Chosen({ box: { id, noun, name, state }, lines, close }: Props) {
  const { t } = useT();
  const words = useWords();
  const kinds = useMemo(() => kindsOf(id, lines), [id, lines]);
  return (
    <Panel position="top-right" className="q-chosen-card" role="region" aria-label={`${words.noun(noun)} ${name}`}>
      <header>
        <span><span className="q-kind">{words.noun(noun)}</span> <strong><ObjectLink noun={noun} name={name} /></strong></span>
        <Button variant="plain" size="sm" icon={<TimesIcon />} aria-label={t("topology.close")} onClick={close} />
      </header>
      <StateLabel state={state} />
      {kinds.length === 0 ? <p className="q-quiet">{t("topology.alone")}</p> : null}
      <dl>
        {kinds.map(([kind, names]) => (
          <div key={kind}>
            <dt className={`q-swatch q-box-${kind}`}>{words.nouns(kind)}{names.length > 1 ? ` (${renderNumber(names.length)})` : ""}</dt>
            {names.slice(0, MOST).map((each) => <dd key={each}><ObjectLink noun={kind} name={each} /></dd>)}
            {names.length > MOST ? <dd>…</dd> : null}
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function kindsOf(id: string, lines: readonly Line[]): [string, string[]][] {
  const { before, after } = chainOf([id], lines);
  const others = [...new Set([...before, ...after])].filter((each) => each !== id).map((each) => each.split("/", 2));
  const kinds = Map.groupBy(others, ([kind = ""]) => kind);
  return COLUMNS.flatMap((kind) => {
    const names = (kinds.get(kind) ?? []).map(([, name = ""]) => name).sort();
    return names.length === 0 ? [] : [[kind, names]];
  });
}
