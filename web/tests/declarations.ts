import type { Declaration } from "@/api/catalogue";

export function declaration(noun: string, verb: string, properties: Record<string, object>, more: Partial<Declaration> = {}): Declaration {
  return {
    noun, verb, is_intent: true, title: "", help: "", role: "OPERATOR", allowed: true, plugin: "", subject: "", rows: false, decides: false,
    schema: { type: "object", properties }, ...more,
  };
}
