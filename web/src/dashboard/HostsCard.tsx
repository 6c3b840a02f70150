import { Card, CardBody, CardHeader, CardTitle, Progress } from "@patternfly/react-core";

import type { Summary } from "@/api/types";
import { useT } from "@/i18n";
import { ObjectLink } from "@/nouns/Cell";

import { percent } from "./totals";

/** The hosts with the most to do. */
export function HostsCard({ hosts }: Pick<Summary, "hosts">) {
  const { t } = useT();
  if (hosts.length === 0) return null;
  return (
    <Card>
      <CardHeader><CardTitle component="h2">{t("dashboard.hosts")}</CardTitle></CardHeader>
      <CardBody>
        <ul className="q-rows q-hosts">
          {hosts.slice(0, 8).map(({ name, memory_mib, given_mib, load_1 }) => (
            <li key={name}>
              <ObjectLink noun="host" name={name} />
              <Progress value={percent(given_mib, memory_mib)} size="sm" aria-label={`${t("dashboard.memory")}: ${name}`} />
              <span className="q-number">{load_1?.toFixed(2) ?? "–"}</span>
            </li>
          ))}
        </ul>
      </CardBody>
    </Card>
  );
}
