import type { Declaration } from "@/api/catalogue";

/** What there has to be before: what its form cannot do without. A VM need not name its host, and needs one; the wizard makes what it needs. */
export function needsOf({ noun, schema }: Pick<Declaration, "noun" | "schema">): string[] {
  if (noun === "appliance") return [];
  const required = (schema.required ?? []).map((field) => schema.properties?.[field]?.["x-noun"] ?? "");
  return [...new Set([...required, ...(noun === "vm" ? ["host"] : [])])].filter((each) => each !== "" && each !== noun);
}
