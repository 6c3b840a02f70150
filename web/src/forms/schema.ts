/** The words of the declarations' JSON Schema that forms understand, and the fields they come to. */

export type Schema = {
  type?: string;
  $ref?: string;
  anyOf?: Schema[];
  enum?: (string | number)[];
  const?: string;
  description?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  writeOnly?: boolean;
  $defs?: Record<string, Schema>;
  "x-lines"?: boolean;
  "x-noun"?: string;
  "x-only"?: Record<string, unknown>;
  "x-secret"?: "secret" | "password";
  "x-unit"?: string;
  "x-row"?: string;
  "x-new-row"?: string;
};

export type Kind = "text" | "lines" | "file" | "secret" | "number" | "switch" | "choice" | "reference" | "pairs" | "names";

export type Field = {
  name: string;
  kind: Kind;
  description: string;
  isRequired: boolean;
  /** What is not given stays as it is. */
  isOptional: boolean;
  initial: unknown;
  choices: string[];
  noun: string;
  only: Record<string, unknown>;
  unit: string;
  schema: Schema;
};

const LINES_FROM = 1000; // longer texts get more than one line

export function fieldsOf(schema: Schema): Field[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).map(([name, told]) => fieldOf(name, told, required.has(name), schema));
}

function fieldOf(name: string, told: Schema, isRequired: boolean, root: Schema): Field {
  const { inner, isNullable } = unwrapped(told, root);
  const both = { ...inner, ...without(told, "anyOf", "$ref") };
  return {
    name,
    kind: kindOf(both),
    description: both.description ?? "",
    isRequired,
    isOptional: isNullable,
    initial: told.default ?? undefined,
    choices: (inner.enum ?? []).map(String),
    noun: both["x-noun"] ?? "",
    only: both["x-only"] ?? {},
    unit: both["x-unit"] ?? "",
    schema: inner,
  };
}

/** A schema without its `null`, and with its reference followed. */
function unwrapped(told: Schema, root: Schema): { inner: Schema; isNullable: boolean } {
  if (told.$ref !== undefined) {
    const target = root.$defs?.[told.$ref.split("/").at(-1) ?? ""] ?? {};
    return unwrapped(target, root);
  }
  if (told.anyOf) {
    const some = told.anyOf.filter((each) => each.type !== "null");
    return { inner: some[0] ? unwrapped(some[0], root).inner : {}, isNullable: some.length < told.anyOf.length };
  }
  return { inner: told, isNullable: false };
}

function kindOf(schema: Schema): Kind {
  if (schema["x-lines"]) return "file"; // a secret, too: nobody writes a file blindly
  if (schema["x-secret"] !== undefined || schema.writeOnly) return "secret";
  if (schema["x-noun"] !== undefined && schema.type !== "array") return "reference";
  if (schema.enum) return "choice";
  if (schema.type === "boolean") return "switch";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "object") return "pairs";
  if (schema.type === "array") return "names";
  return (schema.maxLength ?? 0) > LINES_FROM ? "lines" : "text";
}

function without(schema: Schema, ...words: (keyof Schema)[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !words.includes(key as keyof Schema)));
}
