/** Whatever goes wrong, as one of our typed categories: a page never sees a raw error. */
import type { Category, Problem } from "./types";

export const CATEGORIES: readonly Category[] = [
  "bad_input", "not_found", "conflict", "busy", "unavailable", "refused", "unsupported", "stale", "bug",
];
export const SIGNED_OUT = "urn:openqrm:signed-out";
export const CODE_NEEDED = "urn:openqrm:code-needed";
export const CSRF = "urn:openqrm:csrf";

export class OpenqrmError extends Error {
  readonly category: Category;
  readonly hint: string;
  readonly type: string;

  constructor(category: Category, message: string, hint = "", type = "about:blank") {
    super(message);
    this.category = category;
    this.hint = hint;
    this.type = type;
  }
}

/** A response that is not ok. What is no problem document of ours came from something in between. */
export async function problemOf(response: Response): Promise<OpenqrmError> {
  const body: unknown = await response.json().catch(() => null);
  if (isProblem(body)) return new OpenqrmError(body.category, body.detail, body.hint, body.type);
  const category = response.status === 404 ? "not_found" : response.status >= 500 ? "unavailable" : "bug";
  return new OpenqrmError(category, `HTTP ${response.status}`);
}

/** Anything thrown. Of a failed fetch browsers say TypeError: openQRM did not answer. */
export function errorOf(thrown: unknown): OpenqrmError {
  if (thrown instanceof OpenqrmError) return thrown;
  if (thrown instanceof TypeError && /fetch|network/i.test(thrown.message)) return new OpenqrmError("unavailable", "");
  return new OpenqrmError("bug", thrown instanceof Error ? thrown.message : String(thrown));
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === "object" && body !== null &&
    "category" in body && "detail" in body && "hint" in body &&
    (CATEGORIES as readonly unknown[]).includes(body.category)
  );
}
