import { CheckIcon, MinusIcon } from "@patternfly/react-icons";
import { Link } from "@tanstack/react-router";

import { isRow } from "@/api/lists";
import { renderAgo, renderLength, renderLoad, renderMib, renderNumber, renderTime } from "@/i18n/format";
import { useT, useWords } from "@/i18n";
import { Told } from "@/i18n/Told";

import type { CellKind } from "./columns";
import { PlanLabel, StateLabel } from "./StateLabel";
import { isSilent, textOfValue } from "./text";
import { useTick } from "./useTick";

type Props = { kind: CellKind; value: unknown; noun: string; column?: string };

/** Columns whose values are words of ours rather than names that somebody gave. */
const WORDS = new Set(["milestone", "type", "machine_type", "category", "power", "boot", "boot_once", "role", "os", "dhcp"]);
/** Columns in which nought means that nobody has said anything. */
const UNSAID = new Set(["cpu_count", "cpu_mhz", "nic_count", "vm_limit", "port"]);
/** Columns that tell one of our own sentences. */
const TOLD = new Set(["may", "summary", "title", "note"]);

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
      return isSilent(value) ? <span className="q-none">–</span> : <span className="q-code">{pairsText(value)}</span>;
    case "text":
      if (WORDS.has(column)) return <>{words.value(textOfValue(value))}</>;
      return TOLD.has(column) ? <Told text={textOfValue(value)} /> : <>{textOfValue(value)}</>;
  }
}

export function numberText(column: string, value: number): string {
  if (value === 0 && UNSAID.has(column)) return "–";
  if (column.endsWith("_s")) return renderLength(value);
  if (column.endsWith("_bytes")) return renderMib(value / 2 ** 20);
  return column.startsWith("load") ? renderLoad(value) : renderNumber(value);
}

function pairsText(value: unknown): string {
  if (Array.isArray(value)) return value.map(pairsText).join(", ");
  if (!isRow(value)) return textOfValue(value);
  return Object.entries(value).filter(([, each]) => !isSilent(each)).map(([key, each]) => `${key}=${pairsText(each)}`).join(" ");
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
  const words = useWords();
  return <Link to="/$noun/$name" params={{ noun, name }}>{noun === "role" ? words.value(name) : name}</Link>;
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
