import { FieldGroup } from "@/forms/FieldGroup";
import { fieldsOf, type Schema } from "@/forms/schema";

type Props = { name: string; told: Schema; value: unknown; change: (value: unknown) => void; isRequired?: boolean };

/** A field of the wizard, drawn as the generated forms draw theirs. */
export function PickField({ name, told, value, change, isRequired = false }: Props) {
  const unit = name.endsWith("_mib") ? { "x-unit": "MiB" } : {};
  const [field] = fieldsOf({ properties: { [name]: { ...unit, ...told } }, required: isRequired ? [name] : [] });
  return field ? <FieldGroup field={field} value={value} fault={undefined} change={change} /> : null;
}
