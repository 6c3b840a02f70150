import { Card, CardBody, CardHeader, CardTitle } from "@patternfly/react-core";
import { CheckCircleIcon, OutlinedCircleIcon } from "@patternfly/react-icons";
import { Link } from "@tanstack/react-router";

import { useFoundList } from "@/api/lists";
import { useMay } from "@/api/session";
import type { Kernel, Network, PluginRow, Summary } from "@/api/types";
import { LinkButton } from "@/frame/LinkButton";
import { useT } from "@/i18n";

import { firstSteps } from "./steps";

/** The way from an empty installation to the first appliance; gone once it has been walked. */
export function FirstSteps({ summary }: { summary: Summary }) {
  const { t } = useT();
  const may = useMay();
  const networks = useFoundList<Network>("network", { limit: 1 });
  const kernels = useFoundList<Kernel>("kernel", { limit: 1 });
  const plugins = useFoundList<PluginRow>("plugin");
  if (!networks || !kernels || !plugins) return null;
  const steps = firstSteps({ networks: networks.length, kernels: kernels.length, plugins, summary });
  const next = steps.find(({ isDone }) => !isDone);
  if (!next) return null;
  return (
    <Card className="q-first">
      <CardHeader actions={{ actions: may("site", "check") ? <Link to="/set-up">{t("setup.open")}</Link> : null, hasNoOffset: true }}>
        <CardTitle component="h2">{t("dashboard.firstSteps")}</CardTitle>
      </CardHeader>
      <CardBody>
        <p className="q-quiet">{t("dashboard.firstStepsLead")}</p>
        <ol className="q-first-steps">
          {steps.map(({ name, isDone, to }) => (
            <li key={name} className={isDone ? "q-passed" : undefined}>
              {isDone ? <CheckCircleIcon className="q-good" /> : <OutlinedCircleIcon className="q-calm" />}
              <span>{t(`dashboard.step_${name}`)}</span>
              {isDone ? null : (
                <LinkButton size="sm" variant={name === next.name ? "primary" : "link"} to={to}>
                  {t("dashboard.goOn")}
                </LinkButton>
              )}
            </li>
          ))}
        </ol>
      </CardBody>
    </Card>
  );
}
