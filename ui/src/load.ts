// Enters: a question to the server. Leaves: its newest answer, an error or neither. What is shown stays while a newer
// answer is on its way, so that a live update never loses the reader's place.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./api.ts";
import { useLive } from "./live.ts";

export interface Loaded<T> { data: T | undefined; error: ApiError | undefined; loading: boolean; again: () => void }

/** Ask when `key` changes (from nothing) and at every live tick (in place). */
export function useLoad<T>(ask: () => Promise<T>, key: string, follow = true): Loaded<T> {
  const { beat } = useLive();
  const [state, setState] = useState<{ key: string; data?: T; error?: ApiError; loading: boolean }>({ key, loading: true });
  const [turn, setTurn] = useState(0);
  const asked = useRef(ask);
  asked.current = ask;
  useEffect(() => {
    let current = true;
    setState((old) => (old.key === key ? { ...old, loading: true } : { key, loading: true }));
    asked.current().then(
      (data) => current && setState({ key, data, loading: false }),
      (error: unknown) => current && setState((old) => failed(old, key, error)),
    );
    return () => void (current = false);
  }, [key, turn, follow ? beat : 0]);
  const again = useCallback(() => setTurn((old) => old + 1), []);
  const fresh = state.key === key ? state : { key, loading: true };
  return { data: fresh.data as T | undefined, error: fresh.error, loading: fresh.loading, again };
}

function failed<T>(old: { key: string; data?: T }, key: string, error: unknown) {
  const reason = error instanceof ApiError ? error : new ApiError(0, "page", String(error), "Reload the page.");
  const kept = old.key === key && old.data !== undefined ? { data: old.data } : {};
  return { key, ...kept, error: reason, loading: false };
}
