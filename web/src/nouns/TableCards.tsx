/** Tables of what hangs on one object alone, each with what may be done to its rows: all of it as declared. */
import { Card, CardBody, CardHeader, CardTitle, Skeleton } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";

import { useCatalogue, type Declaration } from "@/api/catalogue";
import { ask } from "@/api/client";
import { nameOf } from "@/api/lists";
import { errorOf } from "@/api/problem";
import type { Row } from "@/api/types";
import { LinkButton } from "@/frame/LinkButton";
import { useT, useWords } from "@/i18n";
import { ProblemView } from "@/problems/ProblemView";

import { Cell } from "./Cell";
import { columnOf } from "./columns";

export function TableCards({ noun, name }: { noun: string; name: string }) {
  return useCatalogue().tablesOf(noun).map((table) => <TableCard key={table.verb} table={table} name={name} />);
}

type Props = { table: Declaration; name: string };

/** Nothing where this object has no such thing. */
function TableCard({ table, name }: Props) {
  const { t } = useT();
  const words = useWords();
  const { noun, verb, subject } = table;
  const found = useQuery({
    queryKey: ["show", noun, name, verb], queryFn: () => ask<Row[]>(`${noun}/${verb}`, { [subject]: name }), retry: false,
  });
  if (found.error && errorOf(found.error).category === "unsupported") return null;
  return (
    <Card>
      <CardHeader actions={{ actions: <Makers table={table} name={name} />, hasNoOffset: true }}>
        <CardTitle component="h2">{words.column(verb)}</CardTitle>
      </CardHeader>
      <CardBody>
        {found.error ? <ProblemView error={found.error} retry={() => void found.refetch()} /> : null}
        {found.isPending ? <Skeleton height="1.5rem" screenreaderText={t("app.loading")} /> : null}
        {found.data?.length === 0 ? <p className="q-quiet">{t("list.none", { nouns: words.column(verb) })}</p> : null}
        {found.data?.length ? <Table table={table} name={name} rows={found.data} /> : null}
      </CardBody>
    </Card>
  );
}

function Makers({ table, name }: Props) {
  const words = useWords();
  return useCatalogue().withRows(table, "x-new-row").map(({ intent: { noun, verb, subject } }) => (
    <LinkButton
      key={verb} variant="secondary" size="sm"
      to="/do/$noun/$verb" params={{ noun, verb }} search={{ [subject]: name }}
    >
      {words.verb(verb)}
    </LinkButton>
  ));
}

function Table({ table, name, rows }: Props & { rows: readonly Row[] }) {
  const { t } = useT();
  const words = useWords();
  const catalogue = useCatalogue();
  const columns = Object.keys(rows[0] ?? {}).map((column) => columnOf("", column, rows, catalogue));
  const actions = catalogue.withRows(table, "x-row");
  return (
    <table className="q-table" aria-label={words.column(table.verb)}>
      <thead>
        <tr>
          {columns.map((column) => <th key={column.name} scope="col">{words.column(column.name)}</th>)}
          {actions.length > 0 ? <th scope="col"><span className="q-hidden">{t("list.actions")}</span></th> : null}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={nameOf("", row)}>
            {columns.map(({ name: column, kind, noun }) => (
              <td key={column} className={`q-cell-${kind}`}><Cell kind={kind} noun={noun} column={column} value={row[column]} /></td>
            ))}
            {actions.length > 0 ? (
              <td className="q-row-buttons">
                {actions.map(({ intent: { noun, verb, subject }, field }) => (
                  <LinkButton
                    key={verb} variant="link" size="sm" isInline aria-label={`${words.verb(verb)}: ${nameOf("", row)}`}
                    to="/do/$noun/$verb" params={{ noun, verb }} search={{ [subject]: name, [field]: nameOf("", row) }}
                  >
                    {words.verb(verb)}
                  </LinkButton>
                ))}
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
