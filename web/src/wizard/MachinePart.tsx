import { Form } from "@patternfly/react-core";

import { useCatalogue } from "@/api/catalogue";
import { useFoundList } from "@/api/lists";
import type { HostRow, Network, ResourceRow, Storage } from "@/api/types";
import { useT } from "@/i18n";
import { lies } from "@/nouns/subnet";

import { ChoiceTile } from "./ChoiceTile";
import { PHYSICAL, type Draft } from "./draft";
import { PickField } from "./PickField";
import type { PartProps } from "./WizardPage";

/** What it runs on, with which kernel, and where on the network. */
export function MachinePart({ draft, set }: PartProps) {
  const { t } = useT();
  const catalogue = useCatalogue();
  const resources = useFoundList<ResourceRow>("resource") ?? [];
  const hosts = useFoundList<HostRow>("host") ?? [];
  const creating = catalogue.find("vm", "create");
  const network = useFoundList<Network>("network")?.find(({ name }) => name === draft.network);
  const types = [...new Set([PHYSICAL, ...hosts.map(({ carries }) => carries)])];
  const storages = new Set(useFoundList<Storage>("storage")?.map(({ resource }) => resource));
  const fitting = resources.filter((row) => fits(row, draft, network) && !storages.has(row.name)).length;
  const tile = (id: Draft["machine"], choose: Partial<Draft>) => ({
    group: "machine", id, title: t(`wizard.machine_${id}`), told: t(`wizard.machine_${id}Hint`), isChosen: draft.machine === id,
    choose: () => set({ machine: id, ...choose }),
  });
  const number = (name: "cpu_count" | "memory_mib") => (
    <PickField name={name} told={{ type: "integer", minimum: 0 }} value={draft[name]} change={(value) => set({ [name]: Number(value) })} />
  );
  const carried = (host: string) => hosts.find(({ name }) => name === host)?.carries ?? hosts[0]?.carries ?? "";
  const typeOf = (resource: string) => resources.find(({ name }) => name === resource)?.type ?? PHYSICAL;
  return (
    <Form onSubmit={(event) => event.preventDefault()} className="q-part">
      <ChoiceTile {...tile("any", { machine_type: PHYSICAL })}>
        {types.length > 1 ? (
          <PickField name="machine_type" isRequired told={{ type: "string", enum: types }} value={draft.machine_type} change={(value) => set({ machine_type: String(value) })} />
        ) : null}
        {number("cpu_count")}
        {number("memory_mib")}
        <p className={fitting === 0 ? "q-step-hint" : "q-quiet"}>{t("wizard.fitting", { count: fitting })}</p>
      </ChoiceTile>
      <ChoiceTile {...tile("this", { machine_type: typeOf(draft.resource) })}>
        <PickField
          name="resource" isRequired told={{ type: "string", "x-noun": "resource" }} value={draft.resource}
          change={(value) => set({ resource: String(value), machine_type: typeOf(String(value)) })}
        />
      </ChoiceTile>
      {creating?.allowed && hosts.length > 0 ? (
        <ChoiceTile {...tile("vm", { machine_type: carried(draft.host) })}>
          <PickField
            name="host" told={{ type: "string", "x-noun": "host", description: t("wizard.hostHint") }} value={draft.host}
            change={(value) => set({ host: String(value), machine_type: carried(String(value)) })}
          />
          {number("cpu_count")}
          {number("memory_mib")}
          <PickField name="bridge" told={creating.schema.properties?.["bridge"] ?? { type: "string" }} value={draft.bridge} change={(value) => set({ bridge: String(value) })} />
          <p className="q-quiet">{t("wizard.vmDefaults")}</p>
        </ChoiceTile>
      ) : null}
      <PickField
        name="kernel" told={{ type: "string", "x-noun": "kernel", description: t("wizard.kernelHint") }} value={draft.kernel}
        change={(value) => set({ kernel: String(value) })}
      />
      <PickField
        name="network" told={catalogue.find("appliance", "create")?.schema.properties?.["network"] ?? { type: "string" }}
        value={draft.network} change={(value) => set({ network: String(value) })}
      />
    </Form>
  );
}

function fits(row: ResourceRow, draft: Draft, network: Network | undefined): boolean {
  const { condition, claimed_by, type, cpu_count, memory_mib, address } = row;
  return condition === "idle" && claimed_by === "" && type === draft.machine_type && cpu_count >= draft.cpu_count
    && memory_mib >= draft.memory_mib && (!network || lies(address, network.cidr) !== false);
}
