import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { Declaration } from "@/api/catalogue";
import { preview, type Body } from "@/api/client";
import type { OpenqrmError } from "@/api/problem";
import type { Preview } from "@/api/types";

const PAUSE_MS = 350;
export type Shown = UseQueryResult<Preview, OpenqrmError>;

/**
 * What the form would do as it stands, with a look at the world: asked for when typing pauses.
 * `digest` is of what is shown, as long as that is what the form says: not while typing has just gone on.
 */
export function usePreview(intent: Declaration, body: Body, isReady: boolean): { shown: Shown; digest: string | undefined } {
  const settled = useSettled(JSON.stringify(body));
  const isNow = settled === JSON.stringify(body);
  const shown = useQuery<Preview, OpenqrmError>({
    queryKey: ["preview", intent.noun, intent.verb, settled],
    queryFn: () => preview(intent.noun, intent.verb, JSON.parse(settled) as Body, true),
    enabled: isReady && !intent.decides && isNow,
    placeholderData: isReady ? keepPreviousData : undefined,
    retry: false,
    gcTime: 0,
    staleTime: 10_000,
  });
  return { shown, digest: isNow && !shown.isPlaceholderData ? shown.data?.digest : undefined };
}

function useSettled(text: string): string {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
