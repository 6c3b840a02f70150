/** From an empty installation to one that appliances can run on: what was looked at, and what mends it. */
import { Button, PageSection, Title } from "@patternfly/react-core";
import { SyncAltIcon } from "@patternfly/react-icons";
import { useIsFetching, useQueryClient } from "@tanstack/react-query";

import { useT } from "@/i18n";

import { CHECKS, PartCard } from "./PartCard";

const PARTS = ["network", "dhcp", "programs", "kernel", "storage", "machines", "hosts"] as const;

export function SetupPage() {
  const { t } = useT();
  const client = useQueryClient();
  const isLooking = useIsFetching({ queryKey: CHECKS }) > 0;
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Title headingLevel="h1">{t("setup.title")}</Title>
          <p className="q-lead">{t("setup.lead")}</p>
        </div>
        <Button
          variant="secondary" icon={<SyncAltIcon />} isLoading={isLooking} isDisabled={isLooking}
          onClick={() => void client.invalidateQueries({ queryKey: CHECKS })}
        >
          {t("setup.again")}
        </Button>
      </PageSection>
      <PageSection>
        <ol className="q-setup">
          {PARTS.map((part) => <PartCard key={part} part={part} />)}
        </ol>
      </PageSection>
    </>
  );
}
