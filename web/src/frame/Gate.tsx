/** Nobody passes who has not signed in. */
import { Bullseye, Spinner } from "@patternfly/react-core";
import type { ReactNode } from "react";

import { useFoundSession } from "@/api/session";
import { useT } from "@/i18n";
import { ProblemPage } from "@/problems/ProblemView";

import { SignInPage } from "./SignInPage";

export function Gate({ children }: { children: ReactNode }) {
  const { t } = useT();
  const session = useFoundSession();
  if (session.isPending) {
    return (
      <Bullseye className="q-full">
        <Spinner aria-label={t("app.loading")} />
      </Bullseye>
    );
  }
  if (session.isError) return <ProblemPage error={session.error} retry={() => void session.refetch()} />;
  return session.data ? children : <SignInPage />;
}
