/** One box over all nouns. "/" leads into it, arrows through what is found. */
import { Menu, MenuContent, MenuItem, MenuList, Popper, SearchInput } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useRef, useState, type KeyboardEvent } from "react";

import { ask } from "@/api/client";
import type { Found } from "@/api/types";
import { useT, useWords } from "@/i18n";
import { Told } from "@/i18n/Told";

import { placeOf } from "./place";

export function SearchBox() {
  const { t } = useT();
  const words = useWords();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const wanted = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["search", wanted],
    queryFn: ({ signal }) => ask<Found[]>("site/search", { q: wanted, limit: 12 }, signal),
    enabled: wanted.length > 0,
    gcTime: 0,
  }).data;
  useSlash(() => input.current?.focus());

  const go = (each: Found) => {
    setOpen(false);
    setText("");
    void navigate(placeOf(each));
  };
  const keys = (event: KeyboardEvent) => {
    const first = found?.[0];
    if (event.key === "Enter" && first) go(first);
    if (event.key === "Escape") setOpen(false);
    if (event.key === "ArrowDown") {
      event.preventDefault();
      menu.current?.querySelector("button")?.focus();
    }
  };
  const leave = ({ key }: KeyboardEvent) => {
    if (key !== "Escape") return;
    setOpen(false);
    input.current?.focus();
  };
  const list = (
    <Menu ref={menu} onSelect={(_, index) => { const each = found?.[Number(index)]; if (each) go(each); }} isScrollable className="q-found" onKeyDown={leave}>
      <MenuContent>
        <MenuList aria-label={t("search.results")}>
          {(found ?? []).map((each, index) => (
            <MenuItem key={`${each.kind}/${each.name}`} itemId={index} description={each.field === "name" ? undefined : <>{words.column(each.field)}: <Told text={each.text} /></>}>
              <span className="q-kind">{words.noun(each.kind)}</span> {each.name}
            </MenuItem>
          ))}
          {found?.length === 0 ? <MenuItem isDisabled itemId={-1}>{t("search.none", { text: wanted })}</MenuItem> : null}
        </MenuList>
      </MenuContent>
    </Menu>
  );
  return (
    <Popper
      trigger={
        <SearchInput
          ref={input} value={text} placeholder={t("search.placeholder")} aria-label={t("search.label")} onKeyDown={keys}
          onChange={(_, value) => { setText(value); setOpen(value.trim() !== ""); }} onClear={() => { setText(""); setOpen(false); }}
        />
      }
      popper={list} isVisible={isOpen && found !== undefined} appendTo="inline" position="left" minWidth="revert" zIndex={500}
    />
  );
}

function useSlash(focus: () => void): void {
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key !== "/" || target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      event.preventDefault();
      focus();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  });
}
