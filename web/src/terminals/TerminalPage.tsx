/** A terminal of a machine on a page of its own. */
import { Alert, Button, PageSection, Title } from "@patternfly/react-core";
import { useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";

import { OpenqrmError } from "@/api/problem";
import { lettersOf } from "@/frame/fonts";
import { PageSkeleton } from "@/frame/PageSkeleton";
import { Trail } from "@/frame/Trail";
import { useT } from "@/i18n";
import { ProblemView } from "@/problems/ProblemView";

import { isLine, type Line } from "./attach";
import { watchChord } from "./chord";
import { Toolbar } from "./Toolbar";
import type { Handle, Standing } from "./view";

const ShellView = lazy(async () => {
  const [{ ShellView: View }] = await Promise.all([import("./ShellView"), lettersOf('14px "Red Hat Mono"')]);
  return { default: View };
});
const ScreenView = lazy(async () => ({ default: (await import("./ScreenView")).ScreenView }));
const READ_ALOUD = "openqrm.read-aloud";

export function TerminalPage() {
  const { name = "" } = useParams({ strict: false });
  const line: unknown = useSearch({ strict: false })["line"] ?? "ssh";
  if (!isLine(line)) throw new OpenqrmError("not_found", String(line));
  return <TerminalOf key={`${name} ${line}`} name={name} line={line} />;
}

function TerminalOf({ name, line }: { name: string; line: Line }) {
  const { t } = useT();
  const [standing, report] = useState<Standing>({ is: "opening" });
  const [attempt, setAttempt] = useState(1);
  const [isReadAloud, setReadAloud] = useState(localStorage.getItem(READ_ALOUD) === "yes");
  const terminal = useRef<Handle>(null);
  const frame = useRef<HTMLDivElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => (frame.current ? watchChord(frame.current, () => first.current?.focus()) : undefined), []);
  const View = line === "screen" ? ScreenView : ShellView;
  const again = () => {
    report({ is: "opening" });
    setAttempt(attempt + 1);
  };
  const readAloud = (wanted: boolean) => {
    localStorage.setItem(READ_ALOUD, wanted ? "yes" : "no");
    setReadAloud(wanted);
  };
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Trail noun="resource" name={name} />
          <Title headingLevel="h1"><span className="q-kind">{t(`terminal.line.${line}`)}</span> {name}</Title>
        </div>
      </PageSection>
      <PageSection isFilled className="q-terminal-page">
        <div ref={frame} className="q-terminal" data-standing={standing.is}>
          <Toolbar
            isScreen={line === "screen"} isOpen={standing.is === "open"} isReadAloud={isReadAloud} readAloud={readAloud}
            terminal={terminal} frame={frame} first={first}
          />
          <Message standing={standing} again={again} />
          <div className="q-terminal-ground">
            <Suspense fallback={<PageSkeleton />}>
              <View
                key={attempt} ref={terminal} resource={name} line={line} isReadAloud={isReadAloud} report={report}
                label={t("terminal.label", { line: t(`terminal.line.${line}`), name })}
              />
            </Suspense>
          </div>
          <p className="q-quiet q-terminal-way-out">{t("terminal.wayOut")}</p>
        </div>
      </PageSection>
    </>
  );
}

/** How it stands, also for who cannot see it. */
function Message({ standing, again }: { standing: Standing; again: () => void }) {
  const { t } = useT();
  if (standing.is === "failed") return <ProblemView error={standing.problem} retry={again} />;
  return (
    <div role="status" className="q-terminal-message">
      {standing.is === "opening" ? <p className="q-terminal-opening">{t("terminal.opening")}</p> : null}
      {standing.is === "open" ? <p className="q-hidden">{t("terminal.open")}</p> : null}
      {standing.is === "over" ? (
        <Alert
          isInline variant={standing.end.how === "ended" ? "info" : "warning"} title={t(`terminal.${standing.end.how}`)}
          actionLinks={<Button variant="secondary" onClick={again}>{t("terminal.again")}</Button>}
        >
          {standing.end.why}
        </Alert>
      ) : null}
    </div>
  );
}
