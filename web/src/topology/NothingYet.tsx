import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core";
import { TopologyIcon } from "@patternfly/react-icons";

import { useMay } from "@/api/session";
import { LinkButton } from "@/frame/LinkButton";
import { useT } from "@/i18n";

/** Before the first storage: what will be here, and the way to it. */
export function NothingYet() {
  const { t } = useT();
  const may = useMay();
  return (
    <EmptyState icon={TopologyIcon} titleText={t("topology.none")} headingLevel="h2">
      <EmptyStateBody>{t("topology.noneHint")}</EmptyStateBody>
      {may("site", "check") ? (
        <EmptyStateFooter>
          <EmptyStateActions><LinkButton to="/set-up">{t("setup.title")}</LinkButton></EmptyStateActions>
        </EmptyStateFooter>
      ) : null}
    </EmptyState>
  );
}
