/** Nobody passes who has not signed in. */
import { Bullseye, Spinner } from "@patternfly/react-core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, type ReactNode } from "react";

import { SessionContext, useFoundSession } from "@/api/session";
import { useT } from "@/i18n";
import { ProblemPage } from "@/problems/ProblemView";

import { forgetSeen } from "./client";

const SignInPage = lazy(() => import("./SignInPage"));

export function Gate({ children }: { children: ReactNode }) {
  const { t } = useT();
  const client = useQueryClient();
  const session = useFoundSession();
  const isSignedOut = session.data === null;
  useEffect(() => {
    if (isSignedOut) forgetSeen(client);
  }, [client, isSignedOut]);
  const waiting = (
    <Bullseye className="q-full">
      <Spinner aria-label={t("app.loading")} />
    </Bullseye>
  );
  if (session.isPending) return waiting;
  if (session.isError) return <ProblemPage error={session.error} retry={() => void session.refetch()} />;
  if (!session.data) return <Suspense fallback={waiting}><SignInPage /></Suspense>;
  return <SessionContext value={session.data}>{children}</SessionContext>;
}
