/** The same intent for many objects: shown for each before anything happens, then given one after the other. */
import { Button, Modal, ModalBody, ModalFooter, ModalHeader, Spinner } from "@patternfly/react-core";
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { Declaration } from "@/api/catalogue";
import { give, preview } from "@/api/client";
import { errorOf } from "@/api/problem";
import type { PlanView } from "@/api/types";
import { ConfirmInput } from "@/forms/ConfirmInput";
import { useT, useWords } from "@/i18n";
import { Told } from "@/i18n/Told";
import { ProblemView } from "@/problems/ProblemView";

import { PlanLabel } from "./StateLabel";

type Props = { intent: Declaration; names: readonly string[]; close: (isDone: boolean) => void };
type Result = PlanView | Error;
const WAIT_S = 60; // for the end of each; one that takes longer shows that it is at work

export default function GroupDialog({ intent, names, close }: Props) {
  const { t } = useT();
  const words = useWords();
  const [results, setResults] = useState<ReadonlyMap<string, Result>>(new Map());
  const [typed, setTyped] = useState("");
  const [isAtWork, setAtWork] = useState(false);
  const previews = useQueries({
    queries: names.map((name) => ({
      queryKey: ["preview", intent.noun, intent.verb, name],
      queryFn: () => preview(intent.noun, intent.verb, { [intent.subject]: name }, false),
      retry: false,
      gcTime: 0,
    })),
  });
  const needsConfirmation = previews.some(({ data }) => data?.plan.confirm);
  const phrase = String(names.length);
  const isShown = !previews.some(({ isPending }) => isPending) && previews.some(({ data }) => data);
  const canGo = isShown && (!needsConfirmation || typed === phrase);
  const isDone = results.size > 0 && !isAtWork;

  const carryOut = async () => {
    setAtWork(true);
    for (const [index, name] of names.entries()) {
      const shown = previews[index]?.data;
      if (!shown) continue;
      const wishes = { expected: shown.digest, confirm: shown.plan.confirm, wait: WAIT_S };
      const result = await give(intent.noun, intent.verb, { [intent.subject]: name }, wishes)
        .then(({ plan }): Result => plan)
        .catch((error: unknown): Result => errorOf(error));
      setResults((now) => new Map(now).set(name, result));
    }
    setAtWork(false);
  };
  return (
    <Modal isOpen variant="medium" onClose={() => close(isDone)} aria-labelledby="group-title">
      <ModalHeader labelId="group-title" title={`${words.verb(intent.verb)}: ${t("list.selected", { count: names.length })}`} description={<Told text={intent.title} />} />
      <ModalBody>
        <ul className="q-group-list">
          {names.map((name, index) => (
            <li key={name}>
              <Line name={name} query={previews[index]} result={results.get(name)} />
            </li>
          ))}
        </ul>
        {needsConfirmation && !isDone ? <ConfirmInput phrase={phrase} typed={typed} setTyped={setTyped} /> : null}
      </ModalBody>
      <ModalFooter>
        {isDone ? (
          <Button onClick={() => close(true)}>{t("app.close")}</Button>
        ) : (
          <Button isDisabled={!canGo || isAtWork} isLoading={isAtWork} onClick={() => void carryOut()}>
            {t("form.carryOut")}
          </Button>
        )}
        {isDone ? null : <Button variant="link" onClick={() => close(false)}>{t("app.cancel")}</Button>}
      </ModalFooter>
    </Modal>
  );
}

type LineProps = {
  name: string;
  query: { data?: { plan: PlanView } | undefined; error: unknown; isPending: boolean } | undefined;
  result: Result | undefined;
};

function Line({ name, query, result }: LineProps) {
  const { t } = useT();
  if (result instanceof Error) return <Trouble name={name} error={result} />;
  if (result) {
    return (
      <>
        <PlanLabel state={result.state} /> <Link to="/plan/$name" params={{ name: result.id }}><Told text={result.title} /></Link>
      </>
    );
  }
  if (query?.error) return <Trouble name={name} error={query.error} />;
  if (!query?.data) return <><Spinner size="sm" aria-label={t("app.loading")} /> {name}</>;
  const { title, steps } = query.data.plan;
  return <>{title} <span className="q-quiet">{t("plan.steps", { count: steps.length })}</span></>;
}

function Trouble({ name, error }: { name: string; error: unknown }) {
  return (
    <>
      <strong>{name}</strong>
      <ProblemView error={error} />
    </>
  );
}
