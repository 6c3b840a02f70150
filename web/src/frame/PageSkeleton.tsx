import { PageSection, Skeleton } from "@patternfly/react-core";

import { useT } from "@/i18n";

export function PageSkeleton() {
  const { t } = useT();
  return (
    <PageSection>
      <Skeleton fontSize="2xl" width="28%" screenreaderText={t("app.loading")} />
      <div className="q-gap" />
      <Skeleton height="14rem" />
    </PageSection>
  );
}
