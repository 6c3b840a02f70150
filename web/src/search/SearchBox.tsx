/** One box over all nouns. "/" leads into it, arrows through what is found. */
import { Menu, MenuContent, MenuItem, MenuList, Popper, SearchInput } from "@patternfly/react-core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useDeferredValue, useEffect, useRef, useState, type KeyboardEvent } from "react";

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
  const client = useQueryClient();
  const [isLed, setLed] = useState(false); // by an arrow to the first that is found, once it is
  const typed = text.trim();
  const wanted = useDeferredValue(typed);
  const { data } = useQuery({ ...searching(wanted), enabled: wanted.length > 0 });
  const found = wanted === typed ? data : undefined; // not of what was typed before
  const lead = useCallback((first: HTMLElement | null) => {
    if (!first) return;
    first.focus();
    setLed(false);
  }, []);
  useSlash(() => input.current?.focus());

  const go = (each: Found) => {
    setOpen(false);
    setText("");
    void navigate(placeOf(each));
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter" && typed) void client.query(searching(typed)).then(([first]) => { if (first) go(first); }, () => undefined);
    if (event.key === "Escape") setOpen(false);
    if (event.key === "ArrowDown") {
      event.preventDefault();
      setLed(true);
    }
  };
  const leave = ({ key }: KeyboardEvent) => {
    if (key !== "Escape") return;
    setOpen(false);
    input.current?.focus();
  };
  const list = (
    <Menu onSelect={(_, index) => { const each = found?.[Number(index)]; if (each) go(each); }} isScrollable className="q-found" onKeyDown={leave}>
      <MenuContent>
        <MenuList aria-label={t("search.results")}>
          {(found ?? []).map((each, index) => (
            <MenuItem
              key={`${each.kind}/${each.name}`} ref={isLed && index === 0 ? lead : undefined} itemId={index}
              description={each.field === "name" ? undefined : <>{words.column(each.field)}: <Told text={each.text} /></>}
            >
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
          onChange={(_, value) => { setText(value); setOpen(value.trim() !== ""); setLed(false); }} onClear={() => { setText(""); setOpen(false); }}
        />
      }
      popper={list} isVisible={isOpen && found !== undefined} appendTo="inline" position="left" minWidth="revert" zIndex={500}
    />
  );
}

function searching(q: string) {
  return {
    queryKey: ["search", q], gcTime: 0,
    queryFn: ({ signal }: { signal: AbortSignal }) => ask<Found[]>("site/search", { q, limit: 12 }, signal),
  };
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
