/** The name of another object: offered from its list, found by typing, or made on the way. */
import { Button, MenuToggle, Select, SelectList, SelectOption, TextInputGroup, TextInputGroupMain, TextInputGroupUtilities } from "@patternfly/react-core";
import { TimesIcon } from "@patternfly/react-icons";
import { useIsFetching } from "@tanstack/react-query";
import { useCallback, useRef, useState, type KeyboardEvent } from "react";

import { listKey, nameOf, useFoundList } from "@/api/lists";
import type { Row } from "@/api/types";
import { useT, useWords } from "@/i18n";
import { flat, stateColumn } from "@/nouns/columns";

import type { InputProps } from "./FieldInput";

const MOST = 50;

export function ReferenceInput({ id, field, value, change, isFaulty }: InputProps) {
  const { t } = useT();
  const words = useWords();
  const [menu, setMenu] = useState<"shut" | "open" | "led">("shut"); // led: by an arrow to its first offer, once there is one
  const [typed, setTyped] = useState<string>();
  const found = useFoundList<Row>(field.noun);
  const rows = found ?? [];
  const isLoading = useIsFetching({ queryKey: listKey(field.noun), exact: true }) > 0 && !found;
  const name = typeof value === "string" ? value : "";
  const offered = offersOf(rows, field.noun, field.only, typed ?? "");
  const isOpen = menu !== "shut";
  const box = useRef<HTMLDivElement>(null);
  const lead = useCallback((first: HTMLElement | null) => {
    if (!first) return;
    first.focus({ preventScroll: true });
    setMenu("open");
  }, []);
  const back = () => document.getElementById(id)?.focus();
  const take = (chosen: string) => {
    change(chosen);
    setTyped(undefined);
    setMenu("shut");
    back();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    setMenu("led");
  };
  return (
    <Select
      isOpen={isOpen}
      onOpenChange={(open) => { setMenu(open ? "open" : "shut"); if (box.current?.contains(document.activeElement)) back(); }}
      innerRef={box}
      selected={name}
      onSelect={(_, chosen) => take(String(chosen))}
      variant="typeahead"
      maxMenuHeight="18rem"
      isScrollable
      toggle={(ref) => (
        <MenuToggle
          ref={ref} variant="typeahead" isFullWidth isExpanded={isOpen} onClick={() => setMenu(isOpen ? "shut" : "open")}
          aria-label={words.column(field.name)} status={isFaulty ? "danger" : undefined}
        >
          <TextInputGroup isPlain>
            <TextInputGroupMain
              inputId={id} value={typed ?? name} autoComplete="off" role="combobox" isExpanded={isOpen}
              aria-controls={`${id}-list`} placeholder={t("form.chooseNoun", { noun: words.noun(field.noun) })}
              onClick={() => setMenu("open")} onKeyDown={keys}
              onChange={(_, text) => { setTyped(text); change(text); setMenu("open"); }}
            />
            {name ? (
              <TextInputGroupUtilities>
                <Button variant="plain" icon={<TimesIcon />} aria-label={t("form.clear")} onClick={() => take("")} />
              </TextInputGroupUtilities>
            ) : null}
          </TextInputGroup>
        </MenuToggle>
      )}
    >
      <SelectList id={`${id}-list`}>
        {offered.map(({ offer, row }, index) => (
          <SelectOption key={offer} ref={menu === "led" && index === 0 ? lead : undefined} value={offer} description={describe(row, words)}>{offer}</SelectOption>
        ))}
        {offered.length === 0 ? <SelectOption isDisabled value="">{t(isLoading ? "app.loading" : "form.nothingToChoose")}</SelectOption> : null}
      </SelectList>
    </Select>
  );
}

function offersOf(rows: readonly Row[], noun: string, only: Row, typed: string) {
  const fitting = rows
    .map((row) => flat(noun, row))
    .filter((row) => Object.entries(only).every(([key, wanted]) => row[key] === wanted));
  const found = fitting.filter((row) => nameOf(noun, row).includes(typed.toLowerCase()));
  return (found.length > 0 ? found : fitting).slice(0, MOST).map((row) => ({ offer: nameOf(noun, row), row }));
}

function describe(row: Row, words: ReturnType<typeof useWords>): string {
  const state = row[stateColumn([row]) ?? ""];
  const more = row["summary"] ?? row["comment"] ?? row["address"];
  const said = [typeof state === "string" && state ? words.state(state) : "", typeof more === "string" ? words.told(more) : ""];
  return said.filter(Boolean).join(" · ");
}
