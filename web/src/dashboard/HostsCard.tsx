import { Card, CardBody, CardHeader, CardTitle, Progress } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";

import type { Summary } from "@/api/types";
import { useT, useWords } from "@/i18n";
import { renderLoad, renderPercent } from "@/i18n/format";
import { ObjectLink } from "@/nouns/Cell";

import { percent } from "./totals";

/** The hosts with the most to do. */
export function HostsCard({ hosts }: Pick<Summary, "hosts">) {
  const { t } = useT();
  const words = useWords();
  if (hosts.length === 0) return null;
  return (
    <Card className="q-tile">
      <CardHeader><CardTitle component="h2"><Link to="/$noun" params={{ noun: "host" }}>{t("dashboard.hosts")}</Link></CardTitle></CardHeader>
      <CardBody>
        <ul className="q-rows q-hosts">
          <li className="q-quiet">
            <span>{words.noun("host")}</span>
            <span className="q-wide">{words.column("booked_mib")}</span>
            <span className="q-number">{words.column("load")}</span>
          </li>
          {hosts.slice(0, 8).map(({ name, memory_mib, given_mib, load_1 }) => (
            <li key={name}>
              <ObjectLink noun="host" name={name} />
              <Progress value={percent(given_mib, memory_mib)} size="sm" measureLocation="none" aria-label={`${t("dashboard.memory")}: ${name}`} />
              <span className="q-number">{renderPercent(percent(given_mib, memory_mib))}</span>
              <span className="q-number">{load_1 === null ? "–" : renderLoad(load_1)}</span>
            </li>
          ))}
        </ul>
      </CardBody>
    </Card>
  );
}
