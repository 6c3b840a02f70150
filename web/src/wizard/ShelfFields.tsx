import { useFoundList } from "@/api/lists";
import { useT } from "@/i18n";

import { MakeFirst } from "./MakeFirst";
import { PickField } from "./PickField";
import type { PartProps } from "./WizardPage";

type Entry = { name: string; shelf: string; kernel: string; kernel_here: string };

/** What is taken from a shelf; its shelf and kernel follow from it. */
export function ShelfFields({ draft, set }: PartProps) {
  const { t } = useT();
  const entries = useFoundList<Entry>("entry");
  const choose = (name: string) => {
    const found = entries?.find((entry) => entry.name === name);
    set({ entry: name, shelf: found?.shelf ?? "", entryKernel: found?.kernel ? found.kernel_here || name : "" }); // a new one is called as the entry
  };
  return (
    <>
      <PickField name="entry" isRequired told={{ type: "string", "x-noun": "entry" }} value={draft.entry} change={(value) => choose(String(value))} />
      {entries?.length === 0 ? <MakeFirst draft={draft} to="/do/shelf/add">{t("wizard.noEntry")}</MakeFirst> : null}
    </>
  );
}
