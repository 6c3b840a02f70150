/** As much of noVNC as the page of a screen uses. */
declare module "@novnc/novnc" {
  type Told = { disconnect: { clean: boolean }; credentialsrequired: { types: string[] }; securityfailure: { reason?: string } };

  export default class RFB extends EventTarget {
    constructor(target: HTMLElement, channel: WebSocket, options?: { shared?: boolean });
    scaleViewport: boolean;
    showDotCursor: boolean;
    viewOnly: boolean;
    background: string;
    disconnect(): void;
    focus(options?: FocusOptions): void;
    sendCredentials(credentials: { password: string }): void;
    sendCtrlAltDel(): void;
    sendKey(keysym: number, code: string | null, down?: boolean): void;
    addEventListener<K extends keyof Told>(type: K, listener: (event: CustomEvent<Told[K]>) => void): void;
    addEventListener(type: "connect", listener: () => void): void;
  }
}
