import { Card, CardBody, CardHeader, CardTitle } from "@patternfly/react-core";

import type { Summary } from "@/api/types";
import { useT } from "@/i18n";
import { renderLoad, renderMib, renderNumber, renderPercent } from "@/i18n/format";

import { percent } from "./totals";

/** Stand-by capacity, and how busy what runs is. */
export function PoolCard({ summary: { idle, load } }: { summary: Summary }) {
  const { t } = useT();
  return (
    <Card isFullHeight className="q-tile">
      <CardHeader><CardTitle component="h2">{t("dashboard.pool")}</CardTitle></CardHeader>
      <CardBody>
        <p className="q-figure">{renderNumber(idle.count)}</p>
        <p className="q-quiet">{t("dashboard.poolHint")}</p>
        <dl className="q-pairs-of">
          <div><dt>{t("dashboard.poolCpus")}</dt><dd>{renderNumber(idle.cpus)}</dd></div>
          <div><dt>{t("dashboard.poolMemory")}</dt><dd>{renderMib(idle.memory_mib)}</dd></div>
          <div><dt>{t("dashboard.load")}</dt><dd>{renderLoad(load.load_1)}</dd></div>
          <div><dt>{t("dashboard.memory")}</dt><dd>{renderPercent(percent(load.memory_used_mib, load.memory_total_mib))}</dd></div>
        </dl>
      </CardBody>
    </Card>
  );
}
