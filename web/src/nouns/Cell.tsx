import { CheckIcon, MinusIcon } from "@patternfly/react-icons";
import { Link } from "@tanstack/react-router";

import { renderAgo, renderLength, renderMib, renderNumber, renderTime } from "@/i18n/format";
import { useT, useWords } from "@/i18n";

import type { CellKind } from "./columns";
import { PlanLabel, StateLabel } from "./StateLabel";
import { textOfValue } from "./text";
import { useTick } from "./useTick";

type Props = { kind: CellKind; value: unknown; noun: string; column?: string };

/** Columns whose values are words of ours rather than names that somebody gave. */
const WORDS = new Set(["milestone", "type", "machine_type", "category", "power", "boot", "role", "os"]);

/** One value, as its kind is best read. */
export function Cell({ kind, value, noun, column = "" }: Props) {
  const words = useWords();
  if (value === null || value === undefined || value === "") return <span className="q-none">–</span>;
  switch (kind) {
    case "name":
    case "reference":
      return <ObjectLink noun={noun} name={textOfValue(value)} />;
    case "state":
      return column === "state" ? <PlanLabel state={textOfValue(value)} /> : <StateLabel state={textOfValue(value)} />;
    case "about":
      return <AboutLink about={textOfValue(value)} />;
    case "time":
      return <Moment seconds={value as number} />;
    case "size":
      return <span className="q-number">{value === 0 ? "–" : renderMib(value as number)}</span>;
    case "flag":
      return <Flag on={value === true} />;
    case "number":
      return <span className="q-number">{numberText(column, value as number)}</span>;
    case "pairs":
      return <span className="q-code">{pairsText(value)}</span>;
    case "text":
      return <>{WORDS.has(column) ? words.value(textOfValue(value)) : textOfValue(value)}</>;
  }
}

function numberText(column: string, value: number): string {
  if (column.endsWith("_s")) return renderLength(value);
  return column.startsWith("load") ? value.toFixed(2) : renderNumber(value);
}

function pairsText(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOfValue).join(", ");
  return Object.entries(value as object).map(([key, each]) => `${key}=${textOfValue(each)}`).join(" ");
}

function Flag({ on }: { on: boolean }) {
  const { t } = useT();
  return on ? <CheckIcon role="img" aria-label={t("app.yes")} /> : <MinusIcon role="img" aria-label={t("app.no")} className="q-none" />;
}

export function Moment({ seconds }: { seconds: number }) {
  useTick();
  if (seconds === 0) return <span className="q-none">–</span>;
  return <time dateTime={new Date(seconds * 1000).toISOString()} title={renderTime(seconds)}>{renderAgo(seconds)}</time>;
}

export function ObjectLink({ noun, name }: { noun: string; name: string }) {
  return <Link to="/$noun/$name" params={{ noun, name }}>{name}</Link>;
}

/** A reference `kind/name`, with its kind in words. */
export function AboutLink({ about }: { about: string }) {
  const words = useWords();
  const [noun = "", name = ""] = about.split("/", 2);
  if (name === "") return <>{about}</>;
  return (
    <Link to="/$noun/$name" params={{ noun, name }}>
      <span className="q-kind">{words.noun(noun)}</span> {name}
    </Link>
  );
}
