import { Card, CardBody, CardHeader, CardTitle } from "@patternfly/react-core";
import { useQueries, useQueryClient } from "@tanstack/react-query";

import { useCatalogue } from "@/api/catalogue";
import { listing, nameOf } from "@/api/lists";
import type { Row } from "@/api/types";
import { useT, useWords } from "@/i18n";

import { ObjectLink } from "./Cell";
import { flat } from "./columns";
import { refersTo, referencesOf, type Reference } from "./references";

type Props = { noun: string; name: string; row: Row };

/** What this object hangs on, and what hangs on it. */
export function RelatedCard({ noun, name, row }: Props) {
  const { t } = useT();
  const words = useWords();
  const client = useQueryClient();
  const catalogue = useCatalogue();
  const nouns = refersTo(noun, catalogue);
  const lists = useQueries({
    queries: nouns.map((each) => listing(client, each)),
  });
  const away = referencesOf(noun, row, catalogue);
  const hither: Reference[] = lists.flatMap(({ data }, index) => {
    const other = nouns[index] ?? "";
    return (data ?? [])
      .map((each) => flat(other, each))
      .flatMap((each) =>
        referencesOf(other, each, catalogue)
          .filter((reference) => reference.noun === noun && reference.name === name)
          .map(({ column }) => ({ column, noun: other, name: nameOf(other, each) })),
      );
  });
  if (away.length + hither.length === 0) return null;
  return (
    <Card>
      <CardHeader><CardTitle component="h2">{t("detail.related")}</CardTitle></CardHeader>
      <CardBody>
        <ul className="q-related">
          {away.map((each) => <Line key={`${each.column}-${each.name}`} reference={each} told={words.column(each.column)} />)}
          {hither.slice(0, 50).map((each) => (
            <Line key={`${each.noun}-${each.name}-${each.column}`} reference={each} told={t("detail.usedAs", { column: words.column(each.column) })} />
          ))}
        </ul>
      </CardBody>
    </Card>
  );
}

function Line({ reference, told }: { reference: Reference; told: string }) {
  const words = useWords();
  return (
    <li>
      <span className="q-kind">{words.noun(reference.noun)}</span> <ObjectLink noun={reference.noun} name={reference.name} />{" "}
      <small>{told}</small>
    </li>
  );
}
