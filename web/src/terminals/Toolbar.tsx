import { Button, Switch } from "@patternfly/react-core";
import type { RefObject } from "react";

import { useT } from "@/i18n";

import type { Handle } from "./view";

type Props = {
  isScreen: boolean;
  isOpen: boolean;
  isReadAloud: boolean;
  readAloud: (wanted: boolean) => void;
  terminal: RefObject<Handle | null>;
  /** What takes the whole screen. */
  frame: RefObject<HTMLElement | null>;
  /** Where the keyboard goes when it has left the terminal. */
  first: RefObject<HTMLButtonElement | null>;
};

export function Toolbar({ isScreen, isOpen, isReadAloud, readAloud, terminal, frame, first }: Props) {
  const { t } = useT();
  const done = async (work: (handle: Handle) => unknown) => {
    if (terminal.current) await work(terminal.current);
    terminal.current?.focus(); // what is typed now comes behind what was pasted
  };
  const after = (work: (handle: Handle) => unknown) => () => void done(work);
  return (
    <div className="q-toolbar" role="toolbar" aria-label={t("terminal.toolbar")}>
      <Button variant="secondary" ref={first} onClick={() => void toggleFullScreen(frame.current).then(after(() => undefined))}>
        {t("terminal.fullScreen")}
      </Button>
      {isSecureContext && !isScreen ? (
        <Button variant="secondary" onClick={after((handle) => navigator.clipboard.writeText(handle.selection?.() ?? ""))}>
          {t("app.copy")}
        </Button>
      ) : null}
      {isSecureContext ? (
        <Button variant="secondary" isDisabled={!isOpen} onClick={after(async (handle) => handle.paste(await navigator.clipboard.readText()))}>
          {t("terminal.paste")}
        </Button>
      ) : null}
      {isScreen ? (
        <Button variant="secondary" isDisabled={!isOpen} onClick={after((handle) => handle.ctrlAltDel?.())}>{t("terminal.ctrlAltDel")}</Button>
      ) : (
        <Switch label={t("terminal.readAloud")} isChecked={isReadAloud} onChange={(_, wanted) => readAloud(wanted)} />
      )}
    </div>
  );
}

/** In full screen the machine gets Escape too, where the browser lets it: held for a moment it still leaves. */
async function toggleFullScreen(frame: HTMLElement | null): Promise<void> {
  if (document.fullscreenElement) return document.exitFullscreen();
  await frame?.requestFullscreen();
  const { keyboard } = navigator as { keyboard?: { lock?: (keys: string[]) => Promise<void> } };
  await keyboard?.lock?.(["Escape"]);
}
