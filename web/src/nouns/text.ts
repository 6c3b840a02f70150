import { isRow } from "@/api/lists";

/** Any value of the API as text. */
export function textOfValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : JSON.stringify(value);
}

/** Tells nothing, at whatever depth: nothing, nought, or only such. */
export function isSilent(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === 0) return true;
  if (Array.isArray(value)) return value.every(isSilent);
  return isRow(value) && Object.values(value).every(isSilent);
}
