import { FormSelect, FormSelectOption, Switch, TextArea, TextInput } from "@patternfly/react-core";

import { useT, useWords } from "@/i18n";

import { NamesInput } from "./NamesInput";
import { PairsInput } from "./PairsInput";
import { ReferenceInput } from "./ReferenceInput";
import type { Field } from "./schema";

export type InputProps = {
  id: string;
  field: Field;
  value: unknown;
  isFaulty: boolean;
  change: (value: unknown) => void;
};

/** The control that fits the kind of a field. */
export function FieldInput(props: InputProps) {
  const { id, field, value, isFaulty, change } = props;
  const words = useWords();
  const shared = {
    id, isRequired: field.isRequired, "aria-describedby": `${id}-help`,
    validated: isFaulty ? ("error" as const) : ("default" as const),
  };
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  switch (field.kind) {
    case "switch":
      return <Switch id={id} isChecked={value === true} onChange={(_, on) => change(on)} aria-label={words.column(field.name)} />;
    case "choice":
      return <ChoiceInput {...props} />;
    case "reference":
      return <ReferenceInput {...props} />;
    case "pairs":
      return <PairsInput {...props} />;
    case "names":
      return <NamesInput {...props} />;
    case "lines":
      return <TextArea {...shared} rows={field.name === "comment" ? 2 : 4} resizeOrientation="vertical" value={text} onChange={(_, now) => change(now)} />;
    case "file":
      return (
        <TextArea
          {...shared} rows={12} className="q-file" spellCheck={false} autoComplete="off" resizeOrientation="vertical"
          value={text} onChange={(_, now) => change(now)}
        />
      );
    case "number":
      return <TextInput {...shared} type="number" value={text} onChange={(_, now) => change(now === "" ? "" : Number(now))} />;
    case "secret":
      return <TextInput {...shared} type="password" autoComplete="new-password" value={text} onChange={(_, now) => change(now)} />;
    case "text":
      return <TextInput {...shared} autoComplete="off" value={text} onChange={(_, now) => change(now)} />;
  }
}

function ChoiceInput({ id, field, value, change, isFaulty }: InputProps) {
  const { t } = useT();
  const words = useWords();
  const isEmpty = value === "" || value === undefined;
  return (
    <FormSelect
      id={id} value={typeof value === "string" ? value : ""} onChange={(_, now) => change(now)}
      validated={isFaulty ? "error" : "default"} aria-describedby={`${id}-help`}
    >
      {isEmpty || !field.isRequired ? <FormSelectOption value="" label={t("form.choose")} isPlaceholder /> : null}
      {field.choices.filter((each) => each !== "").map((each) => (
        <FormSelectOption key={each} value={each} label={words.value(each)} />
      ))}
    </FormSelect>
  );
}
