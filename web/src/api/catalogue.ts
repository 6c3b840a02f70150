/** What can be asked for: the declarations of the core and of enabled plugins. Pages and forms are made from them. */
import { useSuspenseQuery } from "@tanstack/react-query";

import { ask } from "./client";
import type { Schema } from "@/forms/schema";

export type Declaration = {
  noun: string;
  verb: string;
  is_intent: boolean;
  title: string;
  help: string;
  role: string;
  allowed: boolean;
  plugin: string;
  subject: string;
  rows: boolean;
  decides: boolean;
  schema: Schema;
};

export const CATALOGUE = ["catalogue"] as const;

export class Catalogue {
  readonly all: readonly Declaration[];

  constructor(all: readonly Declaration[]) {
    this.all = all;
  }

  find(noun: string, verb: string): Declaration | undefined {
    return this.all.find((each) => each.noun === noun && each.verb === verb);
  }

  /** What this role may have done to one object of the noun. */
  actionsOn(noun: string): Declaration[] {
    return this.intents(noun).filter((each) => each.subject !== "");
  }

  /** What may be done to many at once: it asks for nothing but the object. */
  actionsOnMany(noun: string): Declaration[] {
    return this.actionsOn(noun).filter(
      ({ schema, subject, verb }) => verb !== "edit" && (schema.required ?? []).every((name) => name === subject),
    );
  }

  /** What makes a new one, or is about none; the usual way to make one first. */
  actionsWithout(noun: string): Declaration[] {
    const intents = this.intents(noun).filter((each) => each.subject === "");
    return intents.sort((one, other) => Number(other.verb === "create") - Number(one.verb === "create"));
  }

  /** What answers with rows about one object of the noun. */
  tablesOf(noun: string): Declaration[] {
    return this.all.filter((each) => each.noun === noun && each.rows && each.allowed);
  }

  /** What may be done with rows of this table (`x-row`), or makes a new one (`x-new-row`), and the field that names the row. */
  withRows(table: Declaration, word: "x-row" | "x-new-row"): { intent: Declaration; field: string }[] {
    return this.actionsOn(table.noun).flatMap((intent) => {
      const field = Object.entries(intent.schema.properties ?? {}).find(([, told]) => told[word] === table.verb)?.[0];
      return field === undefined ? [] : [{ intent, field }];
    });
  }

  /** Nouns that can be listed. */
  get listed(): string[] {
    return this.all.filter((each) => !each.is_intent && each.verb === "list" && each.allowed).map((each) => each.noun);
  }

  /** Which noun a column of this noun's rows refers to, as its forms say it. */
  reference(noun: string, column: string): string | undefined {
    for (const each of this.all) {
      const said = each.noun === noun ? each.schema.properties?.[column]?.["x-noun"] : undefined;
      if (said !== undefined && column !== each.subject) return said;
    }
    return undefined;
  }

  /** What a column of this noun's rows is for, as its forms say it. */
  describe(noun: string, column: string): string {
    const told = this.all.filter((each) => each.noun === noun).map((each) => each.schema.properties?.[column]?.description);
    return told.find((each) => each !== undefined) ?? "";
  }

  private intents(noun: string): Declaration[] {
    return this.all.filter((each) => each.noun === noun && each.is_intent && each.allowed && !each.decides);
  }
}

export function useCatalogue(): Catalogue {
  const found = useSuspenseQuery({
    queryKey: CATALOGUE,
    queryFn: async () => new Catalogue(await ask<Declaration[]>("intents")),
    staleTime: Infinity,
    structuralSharing: false,
  });
  return found.data;
}
