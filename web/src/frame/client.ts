import { QueryCache, QueryClient } from "@tanstack/react-query";

import { errorOf, SIGNED_OUT } from "@/api/problem";
import { SESSION } from "@/api/session";

/** What one user has seen is nobody else's business. */
export function forgetSeen(client: QueryClient): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
}

/** The stream keeps what is shown fresh, so nothing is asked for again by the clock. */
export function makeClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (errorOf(error).type === SIGNED_OUT) client.setQueryData(SESSION, null);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (count, error) => count < 2 && errorOf(error).category === "unavailable",
        retryDelay: 1000,
      },
    },
  });
  return client;
}
