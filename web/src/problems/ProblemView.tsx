/** An error as a person can use it: what it means, what happened, what to do now. */
import { Alert, Button, PageSection, type AlertProps } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";

import { errorOf, OpenqrmError } from "@/api/problem";
import type { Category } from "@/api/types";
import { useT } from "@/i18n";
import { Told } from "@/i18n/Told";

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
  if (told.message === "") {
    const what = told.category === "unavailable" ? "noAnswer" : "page";
    return <><p className="q-problem-what">{t(`problem.${what}`)}</p><p>{t(`problem.${what}Hint`)}</p></>;
  }
  return (
    <>
      <p className="q-problem-what"><Told text={told.message} /></p>
      <p>{told.hint ? <Told text={told.hint} render={linked} /> : t(`advice.${told.category}`)}</p>
    </>
  );
}

/** A hint that names a plan leads there. */
function linked(text: string) {
  const [before, plan, number = "", after] = text.split(/\b([Pp]lan (\d+))\b/, 4);
  if (plan === undefined) return text;
  return <>{before}<Link to="/plan/$name" params={{ name: number }}>{plan}</Link>{after}</>;
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
  return <ProblemPage error={new OpenqrmError("bug", "")} />;
}
