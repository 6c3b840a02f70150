import { FormGroup, FormHelperText, HelperText, HelperTextItem } from "@patternfly/react-core";

import { useT, useWords } from "@/i18n";

import { FieldInput } from "./FieldInput";
import type { Field } from "./schema";
import { Told } from "@/i18n/Told";
import type { Fault } from "./values";

type Props = { field: Field; value: unknown; fault: Fault | undefined; change: (value: unknown) => void };

/** A field with its name, its help, and what is wrong with what was given. */
export function FieldGroup({ field, value, fault, change }: Props) {
  const { t } = useT();
  const words = useWords();
  const id = `field-${field.name}`;
  const unit = field.unit ? ` (${field.unit})` : "";
  return (
    <FormGroup label={`${words.column(field.name)}${unit}`} fieldId={id} isRequired={field.isRequired}>
      <FieldInput id={id} field={field} value={value} isFaulty={fault !== undefined} change={change} />
      <FormHelperText>
        <HelperText id={`${id}-help`}>
          {fault ? (
            <HelperTextItem variant="error">{t(`fault.${fault}`, limitsOf(field))}</HelperTextItem>
          ) : (
            <HelperTextItem><Told text={field.description} /></HelperTextItem>
          )}
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}

function limitsOf({ schema }: Field) {
  return {
    least: schema.minimum ?? schema.minLength ?? 0,
    most: schema.maximum ?? schema.maxLength ?? 0,
  };
}
