import { Card, CardBody, CardHeader, CardTitle } from "@patternfly/react-core";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { useCatalogue } from "@/api/catalogue";
import { listing, nameOf } from "@/api/lists";
import type { Row } from "@/api/types";
import { useT, useWords } from "@/i18n";
import { renderNumber } from "@/i18n/format";

import { ObjectLink } from "./Cell";
import { flat } from "./columns";
import { refersTo, referencesOf, type Reference } from "./references";

const MOST = 24;
type Props = { noun: string; name: string; row: Row };

/** What this object hangs on, and what hangs on it. */
export function RelatedCard({ noun, name, row }: Props) {
  const { t } = useT();
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
  const groups = Map.groupBy([...away, ...hither], ({ noun: kind }) => kind);
  return (
    <Card>
      <CardHeader><CardTitle component="h2">{t("detail.related")}</CardTitle></CardHeader>
      <CardBody className="q-related">
        {[...groups].map(([kind, references]) => <Group key={kind} noun={kind} about={name} references={references} />)}
      </CardBody>
    </Card>
  );
}

/** All of one noun, each once; beyond what can be taken in at a glance its list has them. */
function Group({ noun, about, references }: { noun: string; about: string; references: readonly Reference[] }) {
  const { t } = useT();
  const words = useWords();
  const names = [...new Set(references.map(({ name }) => name))];
  const more = names.length - MOST;
  return (
    <div>
      <h3>{names.length === 1 ? words.noun(noun) : `${words.nouns(noun)} (${renderNumber(names.length)})`}</h3>
      <ul>
        {names.slice(0, MOST).map((name) => <li key={name}><ObjectLink noun={noun} name={name} /></li>)}
        {more > 0 ? <li><Link to="/$noun" params={{ noun }} search={{ q: about }}>{t("detail.allOf", { count: more })}</Link></li> : null}
      </ul>
    </div>
  );
}
