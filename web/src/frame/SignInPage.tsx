import {
  ActionGroup, Button, Form, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput,
} from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type SyntheticEvent } from "react";

import { CODE_NEEDED, errorOf } from "@/api/problem";
import { SESSION, signIn, takeLink, type Credentials } from "@/api/session";
import { useT } from "@/i18n";
import { ProblemView } from "@/problems/ProblemView";

import { Emblem } from "./Emblem";
import { LanguageSwitch } from "./LanguageSwitch";

let link = takeLink(); // before any render: React may mount twice, the link is good for once

export default function SignInPage() {
  const { t } = useT();
  const client = useQueryClient();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [needsCode, askForCode] = useState(false);
  const enter = useMutation({
    mutationFn: signIn,
    onSuccess: (session) => {
      link = "";
      client.setQueryData(SESSION, session);
    },
    onError: (error) => { if (errorOf(error).type === CODE_NEEDED) askForCode(true); },
  });
  const error = enter.error ? errorOf(enter.error) : undefined;

  const { mutate } = enter;
  useEffect(() => {
    if (link) mutate({ link });
  }, [mutate]);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const known: Credentials = link && !password ? { link } : { user, password };
    enter.mutate(code ? { ...known, code } : known);
  };
  return (
    <main className="q-sign-in">
      <section className="q-sign-in-box">
        <header className="q-sign-in-head">
          <Emblem />
          <h1>{t("app.name")}</h1>
          <p>{t("app.promise")}</p>
        </header>
        {error && error.type !== CODE_NEEDED ? <ProblemView error={error} /> : null}
        <Form onSubmit={submit}>
          {needsCode && link ? null : (
            <>
              <FormGroup label={t("signIn.user")} fieldId="user" isRequired>
                <TextInput id="user" isRequired autoComplete="username" value={user} onChange={(_, value) => setUser(value)} />
              </FormGroup>
              <FormGroup label={t("signIn.password")} fieldId="password" isRequired>
                <TextInput
                  id="password" type="password" isRequired autoComplete="current-password" value={password}
                  onChange={(_, value) => setPassword(value)}
                />
              </FormGroup>
            </>
          )}
          {needsCode ? <CodeField code={code} setCode={setCode} /> : null}
          <ActionGroup>
            <Button type="submit" isBlock isLoading={enter.isPending} isDisabled={enter.isPending}>
              {t("signIn.submit")}
            </Button>
          </ActionGroup>
        </Form>
        <footer className="q-sign-in-foot">
          <LanguageSwitch />
        </footer>
      </section>
    </main>
  );
}

function CodeField({ code, setCode }: { code: string; setCode: (code: string) => void }) {
  const { t } = useT();
  return (
    <FormGroup label={t("signIn.code")} fieldId="code" isRequired>
      <TextInput
        id="code" isRequired autoComplete="one-time-code" inputMode="numeric" value={code}
        onChange={(_, value) => setCode(value)}
      />
      <FormHelperText>
        <HelperText>
          <HelperTextItem>{t("signIn.codeHint")}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}
