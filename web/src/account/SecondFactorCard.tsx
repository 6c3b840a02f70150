import { Button, Card, CardBody, CardHeader, CardTitle, ClipboardCopy, FormGroup, TextInput } from "@patternfly/react-core";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";

import { ask, send } from "@/api/client";
import { SESSION } from "@/api/session";
import { useT } from "@/i18n";
import { ProblemView } from "@/problems/ProblemView";

type Standing = { is_on: boolean; recovery_codes_left: number };
type Enrolment = { uri: string; secret: string; svg: string };
const KEY = ["second-factor"];
const PATH = "session/second-factor";

/** A code from a telephone beside the password. */
export function SecondFactorCard() {
  const { t } = useT();
  const client = useQueryClient();
  const { is_on: isOn, recovery_codes_left: left } = useSuspenseQuery({ queryKey: KEY, queryFn: () => ask<Standing>(PATH) }).data;
  const [typed, setTyped] = useState("");
  const refresh = async () => {
    setTyped("");
    await client.invalidateQueries({ queryKey: SESSION });
  };
  const enrol = useMutation({ mutationFn: () => send<Enrolment>("POST", `${PATH}/enrol`, { password: typed }), onSuccess: () => setTyped("") });
  const confirm = useMutation({ mutationFn: () => send<{ recovery_codes: string[] }>("POST", `${PATH}/confirm`, { code: typed }), onSuccess: refresh });
  const remove = useMutation({
    mutationFn: () => send("POST", `${PATH}/remove`, { code: typed }),
    onSuccess: async () => { await refresh(); await client.invalidateQueries({ queryKey: KEY }); },
  });
  const error = enrol.error ?? confirm.error ?? remove.error;
  if (confirm.data) return <RecoveryCodes codes={confirm.data.recovery_codes} done={() => { confirm.reset(); enrol.reset(); void client.invalidateQueries({ queryKey: KEY }); }} />;
  const step = isOn ? remove : enrol.data ? confirm : enrol;
  const isPassword = !isOn && !enrol.data;
  return (
    <Card>
      <CardHeader><CardTitle component="h2">{t("account.factor")}</CardTitle></CardHeader>
      <CardBody>
        <p>{isOn ? t("account.factorOn", { count: left }) : t("account.factorOff")}</p>
        {enrol.data && !isOn ? <Scan enrolment={enrol.data} /> : null}
        <form className="q-inline-form" onSubmit={(event) => { event.preventDefault(); step.mutate(); }}>
          <FormGroup label={isPassword ? t("signIn.password") : t("signIn.code")} fieldId="factor">
            <TextInput
              id="factor" type={isPassword ? "password" : "text"} value={typed} onChange={(_, value) => setTyped(value)}
              autoComplete={isPassword ? "current-password" : "one-time-code"}
            />
          </FormGroup>
          <Button type="submit" variant={isOn ? "secondary" : "primary"} isDisabled={typed === "" || step.isPending} isLoading={step.isPending}>
            {isOn ? t("account.factorRemove") : enrol.data ? t("account.factorConfirm") : t("account.factorEnrol")}
          </Button>
        </form>
        {error ? <ProblemView error={error} /> : null}
      </CardBody>
    </Card>
  );
}

function Scan({ enrolment }: { enrolment: Enrolment }) {
  const { t } = useT();
  return (
    <div className="q-scan">
      <img src={`data:image/svg+xml,${encodeURIComponent(enrolment.svg)}`} alt={t("account.scan")} width={180} height={180} />
      <div>
        <p>{t("account.scan")}</p>
        <ClipboardCopy isReadOnly hoverTip={t("app.copy")} clickTip={t("app.copied")}>{enrolment.secret}</ClipboardCopy>
      </div>
    </div>
  );
}

function RecoveryCodes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  const { t } = useT();
  return (
    <Card>
      <CardHeader><CardTitle component="h2">{t("account.recovery")}</CardTitle></CardHeader>
      <CardBody>
        <p>{t("account.recoveryHint")}</p>
        <pre className="q-codes">{codes.join("\n")}</pre>
        <Button onClick={done}>{t("form.kept")}</Button>
      </CardBody>
    </Card>
  );
}
