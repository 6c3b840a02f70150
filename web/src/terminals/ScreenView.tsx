/** A screen, drawn by noVNC. */
import { ActionGroup, Button, Form, FormGroup, Modal, ModalBody, ModalHeader, TextInput } from "@patternfly/react-core";
import RFB from "@novnc/novnc";
import { useEffect, useImperativeHandle, useRef, useState } from "react";

import { errorOf } from "@/api/problem";
import { useT } from "@/i18n";

import { attach, endOf } from "./attach";
import { keysOf, SHIFT } from "./keys";
import type { ViewProps } from "./view";

export function ScreenView({ resource, line, label, report, ref }: ViewProps) {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<RFB>(null);
  const [isAsked, setAsked] = useState(false);
  useImperativeHandle(ref, () => ({
    focus: () => shown.current?.focus(),
    paste: (text) => { if (shown.current) typeInto(shown.current, text); },
    ctrlAltDel: () => shown.current?.sendCtrlAltDel(),
  }), []);
  useEffect(() => {
    let isLeft = false;
    let joined: WebSocket | undefined;
    let refusal = ""; // of the VNC service
    const draw = (socket: WebSocket) => {
      joined = socket;
      if (isLeft || !place.current) {
        socket.close();
        return;
      }
      socket.addEventListener("close", (event) => {
        if (!isLeft) report({ is: "over", end: refusal ? { how: "refused", why: refusal } : endOf(event) });
      });
      socket.addEventListener("message", ({ data }) => begin(socket, data), { once: true });
    };
    // noVNC is there from the first greeting on: what was refused before is not its to tell
    const begin = (socket: WebSocket, greeting: unknown) => {
      if (isLeft || !place.current) return;
      const screen = new RFB(place.current, socket, { shared: true });
      shown.current = screen;
      screen.scaleViewport = true;
      screen.showDotCursor = true;
      screen.background = "transparent";
      name(place.current, label);
      screen.addEventListener("credentialsrequired", () => setAsked(true));
      screen.addEventListener("securityfailure", ({ detail }) => { refusal = detail.reason ?? ""; });
      screen.addEventListener("connect", () => {
        report({ is: "open" });
        screen.focus();
      });
      socket.dispatchEvent(new MessageEvent("message", { data: greeting }));
    };
    attach(resource, line, { columns: 80, rows: 24 }).then(draw, (error: unknown) => {
      if (!isLeft) report({ is: "failed", problem: errorOf(error) });
    });
    return () => {
      isLeft = true;
      shown.current?.disconnect();
      joined?.close();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a change of language must not end a session
  }, [resource, line, report]);
  const answer = (password: string) => {
    setAsked(false);
    shown.current?.sendCredentials({ password });
  };
  return (
    <>
      <div ref={place} className="q-screen" />
      {isAsked ? <PasswordOfScreen answer={answer} /> : null}
    </>
  );
}

function typeInto(screen: RFB, text: string): void {
  for (const { keysym, isShifted } of keysOf(text)) {
    if (isShifted) screen.sendKey(SHIFT, "ShiftLeft", true);
    screen.sendKey(keysym, null);
    if (isShifted) screen.sendKey(SHIFT, "ShiftLeft", false);
  }
}

/** A screen reader learns what it is, and Tab leads into it. */
function name(place: HTMLElement, label: string): void {
  const canvas = place.querySelector("canvas");
  canvas?.setAttribute("role", "application");
  canvas?.setAttribute("aria-label", label);
  if (canvas) canvas.tabIndex = 0;
}

/** Of the VNC service itself; it is kept nowhere. */
function PasswordOfScreen({ answer }: { answer: (password: string) => void }) {
  const { t } = useT();
  const [password, setPassword] = useState("");
  return (
    <Modal isOpen variant="small" aria-label={t("terminal.passwordTitle")} onClose={() => answer("")}>
      <ModalHeader title={t("terminal.passwordTitle")} description={t("terminal.passwordHint")} />
      <ModalBody>
        <Form onSubmit={(event) => { event.preventDefault(); answer(password); }}>
          <FormGroup label={t("signIn.password")} fieldId="screen-password">
            <TextInput
              id="screen-password" type="password" autoComplete="off" autoFocus value={password}
              onChange={(_, text) => setPassword(text)}
            />
          </FormGroup>
          <ActionGroup><Button type="submit">{t("terminal.connect")}</Button></ActionGroup>
        </Form>
      </ModalBody>
    </Modal>
  );
}
