/** A shell or serial line, drawn by xterm. What a machine shows is text: it opens no window and gets no clipboard. */
import "@xterm/xterm/css/xterm.css";
import "./AdoptedStyle";

import { FitAddon } from "@xterm/addon-fit";
import { Terminal, type ITerminalOptions } from "@xterm/xterm";
import { useEffect, useImperativeHandle, useRef } from "react";

import { errorOf } from "@/api/problem";
import { useT } from "@/i18n";

import { attach, endOf, type as typeInto, type Line, type Size } from "./attach";
import type { Standing, ViewProps } from "./view";

const MOST = 1000; // columns or rows: what the door takes
const LOOKS: ITerminalOptions = {
  fontFamily: '"Red Hat Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
  fontSize: 14,
  scrollback: 5000,
  minimumContrastRatio: 4.5,
  theme: { background: "#10171a", foreground: "#dfe7e5", cursor: "#4fc3ae", selectionBackground: "#2f5f58" },
  linkHandler: { activate: () => undefined },
};

export function ShellView({ resource, line, isReadAloud, label, report, ref }: ViewProps) {
  const { t } = useT();
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<Terminal>(null);
  const hint = line === "serial" ? t("terminal.pressEnter") : "";
  useImperativeHandle(ref, () => ({
    focus: () => shown.current?.focus(),
    paste: (text) => shown.current?.paste(text),
    selection: () => shown.current?.getSelection() ?? "",
  }), []);
  useEffect(() => {
    const terminal = open(place.current, label);
    shown.current = terminal;
    const hangUp = join(terminal, resource, line, (standing) => {
      if (standing.is === "open" && hint) terminal.write(`\x1b[36m${hint}\x1b[0m\r\n`);
      report(standing);
    });
    return () => {
      hangUp();
      terminal.dispose();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a change of language must not end a session
  }, [resource, line, report]);
  useEffect(() => {
    if (shown.current) shown.current.options.screenReaderMode = isReadAloud;
  }, [isReadAloud]);
  return <div ref={place} className="q-shell" />;
}

function open(place: HTMLElement | null, label: string): Terminal {
  const terminal = new Terminal({ ...LOOKS, cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  if (!place) return terminal;
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(place);
  terminal.textarea?.setAttribute("aria-label", label);
  fit.fit();
  const watch = new ResizeObserver(() => fit.fit());
  watch.observe(place);
  terminal.loadAddon({ activate: () => undefined, dispose: () => watch.disconnect() });
  terminal.attachCustomKeyEventHandler((event) => !isOfClipboard(terminal, event));
  return terminal;
}

/** Ctrl+Shift+C copies; Ctrl+Shift+V is left to the browser, which pastes by itself. */
function isOfClipboard(terminal: Terminal, event: KeyboardEvent): boolean {
  if (!event.ctrlKey || !event.shiftKey || event.altKey) return false;
  if (event.code === "KeyC") {
    event.preventDefault();
    if (event.type === "keydown" && terminal.hasSelection()) void navigator.clipboard.writeText(terminal.getSelection());
  }
  return event.code === "KeyC" || event.code === "KeyV";
}

/** Gives what hangs up. */
function join(terminal: Terminal, resource: string, line: Line, report: (standing: Standing) => void): () => void {
  let isLeft = false;
  let joined: WebSocket | undefined;
  const size = (): Size => ({ columns: Math.min(terminal.cols, MOST), rows: Math.min(terminal.rows, MOST) });
  attach(resource, line, size()).then(
    (socket) => {
      joined = socket;
      if (isLeft) {
        socket.close();
        return;
      }
      // until the door says something it may still refuse
      socket.addEventListener("message", () => { terminal.focus(); report({ is: "open" }); }, { once: true });
      socket.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) => terminal.write(new Uint8Array(data)));
      socket.onclose = (event) => {
        terminal.options.disableStdin = true;
        if (!isLeft) report({ is: "over", end: endOf(event) });
      };
      terminal.onData((text) => typeInto(socket, new TextEncoder().encode(text)));
      terminal.onBinary((text) => typeInto(socket, Uint8Array.from(text, (each) => each.charCodeAt(0))));
      terminal.onResize(() => { if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(size())); });
    },
    (error: unknown) => { if (!isLeft) report({ is: "failed", problem: errorOf(error) }); },
  );
  return () => {
    isLeft = true;
    joined?.close();
  };
}
