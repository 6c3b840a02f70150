/** Views of lists that somebody has given a title: kept by openQRM, each user's own and those that others share. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { ask, give, type Body } from "@/api/client";
import { listKey } from "@/api/lists";
import type { ViewRow } from "@/api/types";
import { toastError } from "@/frame/toasts";

import type { Order } from "./useRows";

export type View = { q: string; state: string; order: Order | undefined; hidden: string[] };

export function viewOf({ text, state, sort, hidden }: ViewRow): View {
  const column = sort.replace(/^-/, "");
  return { q: text, state, order: column ? { column, isDown: sort.startsWith("-") } : undefined, hidden };
}

/** As `view save` wants it. */
export function bodyOf({ q, state, order, hidden }: View): Body {
  return { text: q.trim(), state, sort: order ? `${order.isDown ? "-" : ""}${order.column}` : "", hidden };
}

/** Of this noun's list: the user's own, and what others share. */
export function useViews(of: string, user: string): ViewRow[] {
  const params = { of };
  return offered(useQuery({ queryKey: listKey("view", params), queryFn: () => ask<ViewRow[]>("view/list", params) }).data ?? [], user);
}

/** An administrator is told of everybody's, and offered no more than others are. */
export function offered(views: readonly ViewRow[], user: string): ViewRow[] {
  return views.filter((view) => view.shared || view.user === user);
}

/** `save` one, or `remove` it. */
export function useChangeViews() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ verb, body }: { verb: "save" | "remove"; body: Body }) => give("view", verb, body),
    onError: toastError,
    onSettled: () => client.invalidateQueries({ queryKey: ["list", "view"] }),
  });
}
