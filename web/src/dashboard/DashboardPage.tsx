import { PageSection, Title } from "@patternfly/react-core";

import { useT } from "@/i18n";

export function DashboardPage() {
  const { t } = useT();
  return (
    <PageSection className="q-head">
      <Title headingLevel="h1">{t("dashboard.title")}</Title>
    </PageSection>
  );
}
