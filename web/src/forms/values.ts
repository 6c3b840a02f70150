/** What stands in a form: where it begins, whether it is right, and what of it is sent. */
import type { Row } from "@/api/types";
import type { Field } from "./schema";

export type Values = Readonly<Record<string, unknown>>;
export type Fault = "required" | "number" | "too_small" | "too_large" | "too_short" | "too_long" | "name" | "form";

/** A form opened on an object begins with what that object is now; fields given in the address come first. */
export function initialValues(fields: readonly Field[], now: Row, given: Row): Values {
  return Object.fromEntries(fields.map((field) => [field.name, startOf(field, now, given)]));
}

function startOf(field: Field, now: Row, given: Row): unknown {
  const said = given[field.name];
  if (said !== undefined) return field.kind === "switch" ? said === true || said === "true" : said;
  const current = field.kind === "secret" ? undefined : now[field.name];
  return current ?? field.initial ?? emptyOf(field);
}

function emptyOf(field: Field): unknown {
  if (field.kind === "switch") return false;
  if (field.kind === "pairs") return {};
  return field.kind === "names" ? [] : "";
}

export function faultOf(field: Field, value: unknown): Fault | undefined {
  if (isEmpty(value)) return field.isRequired ? "required" : undefined;
  if (field.kind === "number") return numberFault(field, Number(value));
  return typeof value === "string" ? textFault(field, value) : undefined;
}

function numberFault({ schema }: Field, value: number): Fault | undefined {
  if (!Number.isFinite(value) || (schema.type === "integer" && !Number.isInteger(value))) return "number";
  if (schema.minimum !== undefined && value < schema.minimum) return "too_small";
  return schema.maximum !== undefined && value > schema.maximum ? "too_large" : undefined;
}

function textFault({ schema }: Field, value: string): Fault | undefined {
  if (schema.maxLength !== undefined && value.length > schema.maxLength) return "too_long";
  if (schema.minLength !== undefined && value.length < schema.minLength) return "too_short";
  if (schema.pattern === undefined || isOfForm(schema.pattern, value)) return undefined;
  return schema.pattern.includes("^[a-z](") ? "name" : "form";
}

/** A pattern that only Python understands is left to the server, which looks at everything anyway. */
function isOfForm(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

/** Only what was said: a field left as it was is not sent, so that what is not given stays. */
export function bodyOf(fields: readonly Field[], values: Values, start: Values, subject: string): Row {
  const told = fields.filter(
    (field) => field.isRequired || field.name === subject || !isSame(values[field.name], start[field.name]) ||
      isUnusual(field, values[field.name]),
  );
  return Object.fromEntries(told.map((field) => [field.name, sentOf(field, values[field.name])]));
}

/** Filled in from the address or by another page: it was said, although nobody typed it here. */
function isUnusual(field: Field, value: unknown): boolean {
  return !field.isOptional && !isEmpty(value) && !isSame(value, field.initial ?? emptyOf(field));
}

function sentOf(field: Field, value: unknown): unknown {
  if (field.kind === "number") return value === "" ? (field.initial ?? null) : Number(value);
  return value;
}

export function isEmpty(value: unknown): boolean {
  return value === "" || value === undefined || value === null;
}

export function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
