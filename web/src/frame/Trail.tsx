import { Breadcrumb, BreadcrumbItem } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";

import { useT, useWords } from "@/i18n";

/** Where a page is: list, object. */
export function Trail({ noun, name = "" }: { noun: string; name?: string }) {
  const { t } = useT();
  const words = useWords();
  return (
    <Breadcrumb ouiaId="trail" aria-label={t("app.trail")}>
      <BreadcrumbItem>
        <Link to="/$noun" params={{ noun }}>{words.nouns(noun)}</Link>
      </BreadcrumbItem>
      {name ? (
        <BreadcrumbItem>
          <Link to="/$noun/$name" params={{ noun, name }}>{name}</Link>
        </BreadcrumbItem>
      ) : null}
    </Breadcrumb>
  );
}
