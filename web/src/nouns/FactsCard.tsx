import {
  Card, CardBody, CardHeader, CardTitle, DescriptionList, DescriptionListDescription, DescriptionListGroup,
  DescriptionListTerm, ExpandableSection,
} from "@patternfly/react-core";

import { useCatalogue } from "@/api/catalogue";
import { isRow } from "@/api/lists";
import type { Row } from "@/api/types";
import { useT, useWords } from "@/i18n";

import { Cell } from "./Cell";
import { columnOf } from "./columns";
import { Nested } from "./Nested";
import { isSilent } from "./text";

const INNER = new Set(["id", "version", "name", "comment"]);
type Props = { noun: string; title: string; facts: Row };

/** What is known of an object; what says nothing is folded away. */
export function FactsCard({ noun, title, facts }: Props) {
  const { t } = useT();
  const entries = Object.entries(facts).filter(([name]) => !INNER.has(name));
  const said = entries.filter(([, value]) => !isSilent(value));
  const silent = entries.filter(([, value]) => isSilent(value));
  return (
    <Card>
      <CardHeader><CardTitle component="h2">{title}</CardTitle></CardHeader>
      <CardBody>
        <Facts noun={noun} entries={said} />
        {silent.length > 0 ? (
          <ExpandableSection toggleText={t("detail.silent", { count: silent.length })} className="q-silent">
            <Facts noun={noun} entries={silent} />
          </ExpandableSection>
        ) : null}
      </CardBody>
    </Card>
  );
}

function Facts({ noun, entries }: { noun: string; entries: readonly [string, unknown][] }) {
  const words = useWords();
  const catalogue = useCatalogue();
  return (
    <DescriptionList isHorizontal isCompact columnModifier={{ default: "1Col" }}>
      {entries.map(([name, value]) => (
        <DescriptionListGroup key={name}>
          <DescriptionListTerm>
            <span title={words.told(catalogue.describe(noun, name))}>{words.column(name)}</span>
          </DescriptionListTerm>
          <DescriptionListDescription><Fact noun={noun} name={name} value={value} /></DescriptionListDescription>
        </DescriptionListGroup>
      ))}
    </DescriptionList>
  );
}

function Fact({ noun, name, value }: { noun: string; name: string; value: unknown }) {
  const catalogue = useCatalogue();
  if (isRow(value) || (Array.isArray(value) && value.some(isRow))) return <Nested name={name} value={value} />;
  if (typeof value === "string" && value.length > 120) return <code className="q-long">{value}</code>;
  const column = columnOf(noun, name, [{ [name]: value }], catalogue);
  return <Cell kind={column.kind} noun={column.noun} column={name} value={value} />;
}
