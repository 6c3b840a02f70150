import { Card, CardBody, CardHeader, CardTitle } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";

import type { Summary } from "@/api/types";
import { useT, useWords } from "@/i18n";
import { renderMib } from "@/i18n/format";
import { ObjectLink } from "@/nouns/Cell";

export function StoragesCard({ storages }: Pick<Summary, "storages">) {
  const { t } = useT();
  const words = useWords();
  return (
    <Card className="q-tile">
      <CardHeader><CardTitle component="h2"><Link to="/$noun" params={{ noun: "storage" }}>{words.nouns("storage")}</Link></CardTitle></CardHeader>
      <CardBody>
        {storages.length === 0 ? <p className="q-quiet">{t("list.none", { nouns: words.nounsWithin("storage") })}</p> : null}
        <ul className="q-rows">
          {storages.slice(0, 8).map(({ name, type, volumes, size_mib }) => (
            <li key={name}>
              <span title={name}><ObjectLink noun="storage" name={name} /></span>
              <small>{type}</small>
              <span className="q-number">{t("dashboard.volumes", { count: volumes })}{size_mib > 0 ? ` · ${renderMib(size_mib)}` : ""}</span>
            </li>
          ))}
        </ul>
      </CardBody>
    </Card>
  );
}
