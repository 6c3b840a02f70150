import { Alert, Form, HelperText, HelperTextItem } from "@patternfly/react-core";

import { useCatalogue } from "@/api/catalogue";
import { useFoundList } from "@/api/lists";
import type { Image, Storage, Volume } from "@/api/types";
import { useT } from "@/i18n";

import { ChoiceTile } from "./ChoiceTile";
import { MakeFirst } from "./MakeFirst";
import { PickField } from "./PickField";
import { ShelfFields } from "./ShelfFields";
import type { PartProps } from "./WizardPage";

const KEYS = { type: "string", maxLength: 16_000, description: "public SSH keys, one a line" };

/** Where its root file system comes from. */
export function RootPart({ draft, set }: PartProps) {
  const { t } = useT();
  const canUnpack = useCatalogue().find("shelf", "unpack")?.allowed ?? false;
  const images = useFoundList<Image>("image");
  const volumes = useFoundList<Volume>("volume", { limit: 1 });
  const storages = useFoundList<Storage>("storage");
  const tile = (id: typeof draft.rootFrom) => ({
    group: "root", id, title: t(`wizard.root_${id}`), told: t(`wizard.root_${id}Hint`), isChosen: draft.rootFrom === id,
    choose: () => set({ rootFrom: id }),
  });
  const keys = (
    <PickField name="authorized_keys" told={KEYS} value={draft.authorized_keys} change={(value) => set({ authorized_keys: String(value) })} />
  );
  return (
    <Form onSubmit={(event) => event.preventDefault()} className="q-part">
      {storages?.length === 0 && images?.length === 0 ? (
        <Alert isInline variant="info" title={t("wizard.notReady")} actionLinks={<MakeFirst draft={draft} to="/set-up">{t("setup.title")}</MakeFirst>} />
      ) : null}
      <ChoiceTile {...tile("image")}>
        <PickField name="image" isRequired told={{ type: "string", "x-noun": "image" }} value={draft.image} change={(value) => set({ image: String(value) })} />
        {images?.length === 0 ? <HelperText><HelperTextItem variant="warning">{t("wizard.noImage")}</HelperTextItem></HelperText> : null}
        {images?.length === 0 && !canUnpack ? <MakeFirst draft={draft} to="/plugin">{t("wizard.noShelf")}</MakeFirst> : null}
      </ChoiceTile>
      {canUnpack ? (
        <ChoiceTile {...tile("shelf")}>
          <ShelfFields draft={draft} set={set} />
          <StorageFields draft={draft} set={set} />
          {keys}
        </ChoiceTile>
      ) : null}
      <ChoiceTile {...tile("clone")}>
        <PickField name="source" isRequired told={{ type: "string", "x-noun": "volume" }} value={draft.source} change={(value) => set({ source: String(value) })} />
        {volumes?.length === 0 ? <HelperText><HelperTextItem variant="warning">{t("wizard.noVolume")}</HelperTextItem></HelperText> : null}
        {keys}
      </ChoiceTile>
      <ChoiceTile {...tile("empty")}>
        <StorageFields draft={draft} set={set} />
        {keys}
      </ChoiceTile>
    </Form>
  );
}

/** Where the new volume lies, and how large it is. */
function StorageFields({ draft, set }: PartProps) {
  const { t } = useT();
  const storages = useFoundList<Storage>("storage");
  return (
    <>
      <PickField name="storage" isRequired told={{ type: "string", "x-noun": "storage" }} value={draft.storage} change={(value) => set({ storage: String(value) })} />
      <PickField
        name="size_mib" told={{ type: "integer", minimum: 0, description: t("wizard.sizeHint") }} value={draft.size_mib}
        change={(value) => set({ size_mib: Number(value) })}
      />
      {storages?.length === 0 ? (
        <MakeFirst draft={draft} to="/do/storage/create">{t("wizard.noStorage")}</MakeFirst>
      ) : null}
    </>
  );
}
