/** Nobody passes who has not signed in. */
import { Bullseye, Spinner } from "@patternfly/react-core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, type ReactNode } from "react";

import { SESSION, SessionContext, useFoundSession } from "@/api/session";
import { useT } from "@/i18n";
import { ProblemPage } from "@/problems/ProblemView";

const SignInPage = lazy(() => import("./SignInPage"));

export function Gate({ children }: { children: ReactNode }) {
  const { t } = useT();
  const client = useQueryClient();
  const session = useFoundSession();
  const isSignedOut = session.data === null;
  useEffect(() => {
    // what one user has seen is nobody else's business
    if (isSignedOut) client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
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
