import { Button, Card, CardBody, CardHeader, CardTitle, Form } from "@patternfly/react-core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";

import { useCatalogue } from "@/api/catalogue";
import { ask } from "@/api/client";
import { useMay } from "@/api/session";
import type { Row } from "@/api/types";
import { FieldGroup } from "@/forms/FieldGroup";
import { fieldsOf, type Schema } from "@/forms/schema";
import { useGive } from "@/forms/useGive";
import { usePreview } from "@/forms/usePreview";
import { faultOf, initialValues, isSame, type Values } from "@/forms/values";
import { OpenqrmError } from "@/api/problem";
import { useT } from "@/i18n";
import { ProblemView } from "@/problems/ProblemView";

type SettingsForm = { schema: Schema; values: Row };

/** A plugin's settings, as it declares them. */
export function SettingsCard({ name }: { name: string }) {
  const { t } = useT();
  const form = useSuspenseQuery({
    queryKey: ["show", "plugin", name, "form"],
    queryFn: () => ask<SettingsForm>("plugin/form", { name }),
  }).data;
  const isBare = Object.keys(form.schema.properties ?? {}).length === 0;
  return (
    <Card>
      <CardHeader><CardTitle component="h2">{t("plugins.settings")}</CardTitle></CardHeader>
      <CardBody>
        {isBare ? <p className="q-quiet">{t("plugins.noSettings")}</p> : <Settings key={JSON.stringify(form.values)} name={name} form={form} />}
      </CardBody>
    </Card>
  );
}

function Settings({ name, form }: { name: string; form: SettingsForm }) {
  const { t } = useT();
  const may = useMay();
  const intent = useCatalogue().find("plugin", "set");
  if (!intent) throw new OpenqrmError("unsupported", "plugin set");
  const [fields] = useState(() => fieldsOf(form.schema));
  const [start] = useState(() => initialValues(fields, form.values, {}));
  const [values, setValues] = useState<Values>(start);
  const changed = fields.filter((field) => !isSame(values[field.name], start[field.name]));
  const faulty = fields.filter((field) => faultOf(field, values[field.name]));
  const body = { name, settings: Object.fromEntries(changed.map((field) => [field.name, JSON.stringify(values[field.name])])) };
  const isReady = changed.length > 0 && faulty.length === 0;
  const { shown } = usePreview(intent, body, isReady);
  const giving = useGive(intent);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isReady) giving.mutate({ body, wishes: {} });
  };
  return (
    <Form onSubmit={submit} noValidate aria-label={t("plugins.settings")}>
      {fields.map((field) => (
        <FieldGroup
          key={field.name} field={field} value={values[field.name]} fault={faultOf(field, values[field.name])}
          change={(value) => setValues((old) => ({ ...old, [field.name]: value }))}
        />
      ))}
      {shown.error && isReady ? <ProblemView error={shown.error} /> : null}
      {giving.error ? <ProblemView error={giving.error} /> : null}
      {may("plugin", "set") ? (
        <div className="q-buttons">
          <Button type="submit" isDisabled={!isReady || shown.isError || giving.isPending} isLoading={giving.isPending}>{t("plugins.save")}</Button>
          <Button variant="link" isDisabled={changed.length === 0} onClick={() => setValues(start)}>{t("plugins.revert")}</Button>
        </div>
      ) : null}
    </Form>
  );
}
