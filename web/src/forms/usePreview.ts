import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { Declaration } from "@/api/catalogue";
import { preview, type Body } from "@/api/client";
import type { OpenqrmError } from "@/api/problem";
import type { Preview } from "@/api/types";

const PAUSE_MS = 350;
export type Shown = UseQueryResult<Preview, OpenqrmError>;

/** What the form would do as it stands, with a look at the world: asked for when typing pauses. */
export function usePreview(intent: Declaration, body: Body, isReady: boolean): Shown {
  const settled = useSettled(JSON.stringify(body));
  return useQuery<Preview, OpenqrmError>({
    queryKey: ["preview", intent.noun, intent.verb, settled],
    queryFn: () => preview(intent.noun, intent.verb, JSON.parse(settled) as Body, true),
    enabled: isReady && !intent.decides && settled === JSON.stringify(body),
    placeholderData: isReady ? keepPreviousData : undefined,
    retry: false,
    gcTime: 0,
    staleTime: 10_000,
  });
}

function useSettled(text: string): string {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
