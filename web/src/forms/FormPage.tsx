import { PageSection, Title } from "@patternfly/react-core";
import { useParams, useSearch } from "@tanstack/react-router";

import { useCatalogue, type Declaration } from "@/api/catalogue";
import { OpenqrmError } from "@/api/problem";
import { useShown } from "@/api/lists";
import type { Row } from "@/api/types";
import { Trail } from "@/frame/Trail";
import { useWords } from "@/i18n";
import { Told } from "@/i18n/Told";
import { flat } from "@/nouns/columns";
import { usePlan } from "@/plans/usePlan";

import { IntentForm } from "./IntentForm";

/** The form of any intent: /do/NOUN/VERB?field=value, or ?again=PLAN, filled in as it was for that plan. */
export function FormPage() {
  const given: Row = useSearch({ strict: false });
  const { again } = given;
  return typeof again === "string" || typeof again === "number" ? <Again plan={String(again)} /> : <Page given={given} />;
}

function Again({ plan }: { plan: string }) {
  return <Page given={usePlan(plan).wish ?? {}} />;
}

function Page({ given }: { given: Row }) {
  const { noun = "", verb = "" } = useParams({ strict: false });
  const catalogue = useCatalogue();
  const intent = catalogue.find(noun, verb);
  if (!intent?.is_intent) throw new OpenqrmError("not_found", `${noun} ${verb}`);
  const object = intent.subject ? given[intent.subject] : undefined;
  const isEdit = typeof object === "string" && catalogue.find(noun, "show") !== undefined;
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Trail noun={noun} name={typeof object === "string" ? object : ""} />
          <Heading intent={intent} object={object} />
        </div>
      </PageSection>
      <PageSection>
        {isEdit && asksForMore(intent) ? (
          <FilledForm intent={intent} name={object} given={given} />
        ) : (
          <IntentForm key={`${noun}.${verb}`} intent={intent} now={{}} given={given} />
        )}
      </PageSection>
    </>
  );
}

function FilledForm({ intent, name, given }: { intent: Declaration; name: string; given: Row }) {
  const now = flat(intent.noun, useShown(intent.noun, name));
  return <IntentForm key={`${intent.noun}.${intent.verb}.${name}`} intent={intent} now={withInner(now)} given={given} />;
}

/** Fields of what lies one level deeper are named after it: `bmc.address` is edited as `bmc_address`. */
function withInner(now: Row): Row {
  const inner = Object.entries(now).flatMap(([key, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([part, each]): [string, unknown] => [`${key}_${part}`, each])
      : [],
  );
  return { ...Object.fromEntries(inner), ...now };
}

function asksForMore({ schema, subject }: Declaration): boolean {
  return Object.keys(schema.properties ?? {}).some((name) => name !== subject);
}

function Heading({ intent, object }: { intent: Declaration; object: unknown }) {
  const words = useWords();
  const name = typeof object === "string" ? ` ${object}` : "";
  return (
    <>
      <Title headingLevel="h1">{`${words.noun(intent.noun)}${name}: ${words.verb(intent.verb)}`}</Title>
      <p className="q-lead"><Told text={intent.title} /></p>
    </>
  );
}
