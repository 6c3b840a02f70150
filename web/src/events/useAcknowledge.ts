import { useMutation, useQueryClient } from "@tanstack/react-query";

import { give } from "@/api/client";
import { toastError } from "@/frame/toasts";

export function useAcknowledge() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (names: readonly string[]) => {
      for (const name of names) await give("event", "acknowledge", { name });
    },
    onError: toastError,
    onSettled: () => client.invalidateQueries({ queryKey: ["list", "event"] }),
  });
}
