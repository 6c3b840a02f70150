import { LinkButton } from "@/frame/LinkButton";

import type { Draft } from "./draft";
import { leave } from "./left";

/** The way to what is missing here; what was said so far is not asked again. */
export function MakeFirst({ draft, to, children }: { draft: Draft; to: string; children: string }) {
  return (
    <LinkButton
      variant="link" isInline
      to={to} search={{ then: "new-appliance" }} onClick={() => leave(draft)}
    >
      {children}
    </LinkButton>
  );
}
