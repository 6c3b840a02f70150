import { useMutation, useQueryClient } from "@tanstack/react-query";

import { give } from "@/api/client";
import { errorOf } from "@/api/problem";
import { toast } from "@/frame/toasts";

export function useAcknowledge() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (names: readonly string[]) => {
      for (const name of names) await give("event", "acknowledge", { name });
    },
    onError: (error) => toast("danger", errorOf(error).message, errorOf(error).hint),
    onSettled: () => client.invalidateQueries({ queryKey: ["list", "event"] }),
  });
}
