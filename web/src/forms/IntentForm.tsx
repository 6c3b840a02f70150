/** A form made from a declaration, with what it would do beside it while it is filled in. */
import { Button, Card, CardBody, Form, FormGroup, Grid, GridItem, TextInput } from "@patternfly/react-core";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useState, type SyntheticEvent } from "react";

import type { Declaration } from "@/api/catalogue";
import type { Row } from "@/api/types";
import { useT, useWords } from "@/i18n";
import { PreviewPanel } from "@/plans/PreviewPanel";
import { ProblemView } from "@/problems/ProblemView";

import { ConfirmInput } from "./ConfirmInput";
import { FieldGroup } from "./FieldGroup";
import { fieldsOf, type Field } from "./schema";
import { TellOnce } from "./TellOnce";
import { Told } from "@/i18n/Told";
import { useGive } from "./useGive";
import { usePreview } from "./usePreview";
import { bodyOf, faultOf, initialValues, type Values } from "./values";

type Props = { intent: Declaration; now: Row; given: Row };

export function IntentForm({ intent, now, given }: Props) {
  const { t } = useT();
  const words = useWords();
  const [fields] = useState(() => fieldsOf(intent.schema));
  const [start] = useState(() => initialValues(fields, now, {}));
  const [values, setValues] = useState<Values>(() => initialValues(fields, now, given));
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [isTried, setTried] = useState(false);
  const faulty = fields.filter((field) => faultOf(field, values[field.name]));
  const body = bodyOf(fields, values, start, intent.subject);
  const { shown, digest } = usePreview(intent, body, faulty.length === 0);
  const phrase = shown.data?.plan.confirm ?? "";
  const isConfirmed = phrase === "" || typed === phrase;
  const giving = useGive(intent);
  const leave = useLeave(intent.noun);
  const subject = fields.find(({ name }) => name === intent.subject && given[name] !== undefined);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (faulty[0]) document.getElementById(`field-${faulty[0].name}`)?.focus();
    if (faulty.length > 0 || !isConfirmed) return;
    giving.mutate({ body, wishes: { confirm: typed, reason, ...(digest ? { expected: digest } : {}) } });
  };
  if (giving.told) return <TellOnce told={giving.told} noun={intent.noun} />;
  return (
    <Grid hasGutter>
      <GridItem xl={5} lg={6} md={12}>
        <Card>
          <CardBody>
            <Form onSubmit={submit} noValidate aria-label={`${words.noun(intent.noun)}: ${words.verb(intent.verb)}`}>
              {intent.help.split(/\n{2,}/).filter(Boolean).map((text) => <p key={text} className="q-help"><Told text={text} /></p>)}
              {fields.filter((field) => field !== subject).map((field) => (
                <FieldGroup
                  key={field.name} field={field} value={values[field.name]}
                  fault={isTried || isTouched(field, values, start) ? faultOf(field, values[field.name]) : undefined}
                  change={(value) => setValues((old) => ({ ...old, [field.name]: value }))}
                />
              ))}
              <FormGroup label={t("form.reason")} fieldId="wish-reason">
                <TextInput
                  id="wish-reason" value={reason} placeholder={t("form.reasonHint")}
                  onChange={(_, value) => setReason(value)}
                />
              </FormGroup>
              {phrase ? <ConfirmInput phrase={phrase} typed={typed} setTyped={setTyped} /> : null}
              {giving.error ? <ProblemView error={giving.error} retry={() => { giving.reset(); void shown.refetch(); }} /> : null}
              <div className="q-buttons">
                <Button
                  type="submit" variant={phrase ? "danger" : "primary"} isLoading={giving.isPending}
                  isDisabled={giving.isPending || !isConfirmed || shown.isError}
                >
                  {t("form.carryOut")}
                </Button>
                <Button variant="link" onClick={leave}>{t("app.cancel")}</Button>
              </div>
            </Form>
          </CardBody>
        </Card>
      </GridItem>
      <GridItem xl={7} lg={6} md={12}>
        <PreviewPanel shown={shown} isReady={faulty.length === 0} decides={intent.decides} />
      </GridItem>
    </Grid>
  );
}

/** Back to where the form was opened; to the list for who came by its address. */
function useLeave(noun: string): () => void {
  const { history } = useRouter();
  const navigate = useNavigate();
  return () => {
    if (history.canGoBack()) history.back();
    else void navigate({ to: "/$noun", params: { noun } });
  };
}

function isTouched(field: Field, values: Values, start: Values): boolean {
  return values[field.name] !== start[field.name];
}
