import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core";
import { useQueries, useQueryClient } from "@tanstack/react-query";

import { useCatalogue, type Declaration } from "@/api/catalogue";
import { listing } from "@/api/lists";
import { LinkButton } from "@/frame/LinkButton";
import { useT, useWords } from "@/i18n";
import { Told } from "@/i18n/Told";

import { needsOf } from "./needs";

/** An empty list: what it is for, and the way to the first one, or to what that needs before. */
export function Nothing({ noun }: { noun: string }) {
  const { t } = useT();
  const words = useWords();
  const first = useCatalogue().actionsWithout(noun)[0];
  return (
    <EmptyState titleText={t("list.none", { nouns: words.nounsWithin(noun) })} headingLevel="h2">
      {first ? <WayToFirst intent={first} /> : <EmptyStateBody>{t("list.noneHint")}</EmptyStateBody>}
    </EmptyState>
  );
}

function WayToFirst({ intent }: { intent: Declaration }) {
  const { t } = useT();
  const words = useWords();
  const client = useQueryClient();
  const nouns = needsOf(intent);
  const missing = useQueries({
    queries: nouns.map((each) => listing(client, each)),
    combine: (lists) => nouns.filter((_, index) => lists[index]?.data?.length === 0),
  });
  const { noun, verb } = intent;
  const needed = missing[0];
  return (
    <>
      <EmptyStateBody>
        <Told text={intent.title} />
        {needed ? <span className="q-needed">{t("list.needsFirst", { nouns: words.nounsWithin(needed) })}</span> : null}
      </EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          {needed ? (
            <LinkButton to="/$noun" params={{ noun: needed }}>{words.nouns(needed)}</LinkButton>
          ) : noun === "appliance" ? (
            <LinkButton to="/new-appliance">{t("wizard.title")}</LinkButton>
          ) : (
            <LinkButton to="/do/$noun/$verb" params={{ noun, verb }}>{words.verb(verb)}</LinkButton>
          )}
        </EmptyStateActions>
      </EmptyStateFooter>
    </>
  );
}
