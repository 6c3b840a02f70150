/** What has parts of its own: each part with its word, several of a kind as a line each. */
import { useCatalogue } from "@/api/catalogue";
import { isRow } from "@/api/lists";
import type { Row } from "@/api/types";
import { useWords } from "@/i18n";

import { Cell } from "./Cell";
import { columnOf } from "./columns";
import { isSilent, textOfValue } from "./text";

type Props = { name: string; value: unknown };

export function Nested({ name, value }: Props) {
  const words = useWords();
  if (Array.isArray(value)) {
    return (
      <ul className="q-lines">
        {(value as unknown[]).map((each, index) => <li key={index}>{isRow(each) ? <Line row={each} /> : <Part name={name} value={each} />}</li>)}
      </ul>
    );
  }
  if (!isRow(value)) return <Part name={name} value={value} />;
  return (
    <dl className="q-inner">
      {said(value).map(([key, each]) => (
        <div key={key}>
          <dt>{words.column(key)}</dt>
          <dd><Nested name={key} value={each} /></dd>
        </div>
      ))}
    </dl>
  );
}

/** One of several: its name first, then what else is known, each with its word. */
function Line({ row }: { row: Row }) {
  const words = useWords();
  return said(row).map(([key, each], index) => (
    <span key={key} className="q-of-line">
      {index > 0 || key !== "name" ? <span className="q-kind">{words.column(key)} </span> : null}
      <Part name={key} value={each} />
    </span>
  ));
}

function Part({ name, value }: Props) {
  const catalogue = useCatalogue();
  if (typeof value === "number" || typeof value === "boolean") {
    return <Cell kind={columnOf("", name, [{ [name]: value }], catalogue).kind} noun="" column={name} value={value} />;
  }
  const text = textOfValue(value);
  return <code className={text.length > 60 ? "q-long" : undefined}>{text}</code>;
}

function said(row: Row): [string, unknown][] {
  return Object.entries(row).filter(([, each]) => !isSilent(each));
}
