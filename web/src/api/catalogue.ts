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

  /** What makes a new one, or is about none. */
  actionsWithout(noun: string): Declaration[] {
    return this.intents(noun).filter((each) => each.subject === "");
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
