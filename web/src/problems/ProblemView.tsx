/** An error as a person can use it: what it means, what happened, what to do now. */
import { Alert, Button, PageSection, type AlertProps } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";

import { errorOf, type OpenqrmError } from "@/api/problem";
import type { Category } from "@/api/types";
import { useT } from "@/i18n";

/** What stands in the way for the moment warns; what was asked wrongly or is broken is red. */
const VARIANT: Record<Category, NonNullable<AlertProps["variant"]>> = {
  bad_input: "danger",
  not_found: "info",
  conflict: "warning",
  busy: "info",
  unavailable: "warning",
  refused: "danger",
  unsupported: "info",
  stale: "warning",
  bug: "danger",
};

type Props = { error: unknown; retry?: (() => void) | undefined };

export function ProblemView({ error, retry, isWhole = false }: Props & { isWhole?: boolean }) {
  const { t } = useT();
  const told = errorOf(error);
  return (
    <Alert
      isInline
      component={isWhole ? "h1" : "h4"}
      variant={VARIANT[told.category]}
      title={t(`error.${told.category}`)}
      data-category={told.category}
      className="q-problem"
      actionLinks={retry ? <Button variant="link" isInline onClick={retry}>{t("problem.retry")}</Button> : undefined}
    >
      <Words told={told} />
    </Alert>
  );
}

function Words({ told }: { told: OpenqrmError }) {
  const { t } = useT();
  const isSilent = told.category === "unavailable" && told.message === "";
  return (
    <>
      <p className="q-problem-what">{isSilent ? t("problem.noAnswer") : told.message}</p>
      <p>{isSilent ? t("problem.noAnswerHint") : <Linked text={told.hint || t(`advice.${told.category}`)} />}</p>
    </>
  );
}

/** A hint that names a plan leads there. */
function Linked({ text }: { text: string }) {
  const [before, number, after] = text.split(/\bplan (\d+)\b/, 3);
  if (number === undefined) return <>{text}</>;
  return (
    <>
      {before}
      <Link to="/plan/$name" params={{ name: number }}>plan {number}</Link>
      {after}
    </>
  );
}

/** In the place of a page. What is not there does not come by asking again. */
export function ProblemPage({ error, retry }: Props) {
  const { t } = useT();
  const { category } = errorOf(error);
  return (
    <PageSection className="q-problem-page">
      <ProblemView error={error} retry={category === "not_found" ? undefined : retry} isWhole />
      <p><Link to="/">{t("problem.home")}</Link></p>
    </PageSection>
  );
}

export function NotFound() {
  const { t } = useT();
  return <ProblemPage error={errorOf(new Error(t("problem.page")))} />;
}
