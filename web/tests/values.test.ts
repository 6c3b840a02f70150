import { describe, expect, it } from "vitest";

import { fieldsOf, type Schema } from "@/forms/schema";
import { bodyOf, faultOf, initialValues } from "@/forms/values";

const SCHEMA: Schema = {
  type: "object",
  required: ["name", "storage"],
  properties: {
    name: { type: "string", pattern: "^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$", maxLength: 63 },
    storage: { type: "string", "x-noun": "storage" },
    size_mib: { type: "integer", minimum: 0, maximum: 10, default: 0, "x-unit": "MiB" },
    role: { $ref: "#/$defs/Role", default: "READ_ONLY" },
    comment: { anyOf: [{ type: "string", maxLength: 4000 }, { type: "null" }], default: null, description: "free text" },
    secret: { anyOf: [{ type: "string", "x-secret": "secret" }, { type: "null" }], default: null },
    settings: { type: "object", additionalProperties: { type: "string" }, default: {} },
    force: { type: "boolean", default: false },
    user_data: { type: "string", "x-secret": "secret", writeOnly: true, "x-lines": true },
  },
  $defs: { Role: { enum: ["ADMINISTRATOR", "READ_ONLY"] } },
};
const FIELDS = fieldsOf(SCHEMA);
const field = (name: string) => {
  const found = FIELDS.find((each) => each.name === name);
  if (!found) throw new Error(name);
  return found;
};

describe("fields of a declaration", () => {
  it("have the kind that their schema says", () => {
    expect(FIELDS.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      "name: text", "storage: reference", "size_mib: number", "role: choice", "comment: lines", "secret: secret",
      "settings: pairs", "force: switch", "user_data: file",
    ]);
  });

  it("know what is required, what may stay, and what can be chosen", () => {
    expect(field("name").isRequired).toBe(true);
    expect(field("comment").isOptional).toBe(true);
    expect(field("comment").description).toBe("free text");
    expect(field("role").choices).toEqual(["ADMINISTRATOR", "READ_ONLY"]);
    expect(field("size_mib").unit).toBe("MiB");
  });
});

describe("what is given", () => {
  it.each([
    ["name", "", "required"],
    ["name", "Web", "name"],
    ["name", "web-1", undefined],
    ["name", "a".repeat(64), "too_long"],
    ["size_mib", "x", "number"],
    ["size_mib", 1.5, "number"],
    ["size_mib", -1, "too_small"],
    ["size_mib", 11, "too_large"],
    ["size_mib", "", undefined],
    ["comment", "", undefined],
  ])("%s %j: %s", (name, value, fault) => {
    expect(faultOf(field(name), value)).toBe(fault);
  });
});

describe("what is sent", () => {
  it("is what is required and what differs from the default", () => {
    const start = initialValues(FIELDS, {}, {});
    const body = bodyOf(FIELDS, { ...start, name: "web", storage: "shelf", force: true }, start, "");
    expect(body).toEqual({ name: "web", storage: "shelf", force: true });
  });

  it("leaves alone what an edited object has", () => {
    const now = { name: "web", storage: "shelf", comment: "old", secret: "vault:3" };
    const start = initialValues(FIELDS, now, {});
    expect(start["comment"]).toBe("old");
    expect(start["secret"]).toBe("");
    expect(bodyOf(FIELDS, { ...start, comment: "" }, start, "name")).toEqual({ name: "web", storage: "shelf", comment: "" });
  });

  it("holds what the address gave, although nobody typed it", () => {
    const values = initialValues(FIELDS, {}, { name: "web", storage: "shelf", force: "true" });
    expect(bodyOf(FIELDS, values, values, "name")).toEqual({ name: "web", storage: "shelf", force: true });
  });
});
