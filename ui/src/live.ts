// Enters: server-sent events. Leaves: a counter that grows with every tick and whether the stream stands, for pages to
// follow. Where the stream is refused the counter grows every 20 seconds instead. Never touches what is on the page.

import { useEffect, useState } from "preact/hooks";
import { api } from "./api.ts";

export type Stream = "connecting" | "live" | "polling" | "lost";
const POLL_MS = 20_000;
const GATHER_MS = 400; // a burst of ticks makes one refresh

let beat = 0;
let stream: Stream = "connecting";
let started = false;
let pending = 0;
const followers = new Set<() => void>();

function tell(): void {
  followers.forEach((follow) => follow());
}

function tick(): void {
  if (pending) return;
  pending = window.setTimeout(() => {
    pending = 0;
    beat += 1;
    tell();
  }, GATHER_MS);
}

function become(next: Stream): void {
  if (stream === next) return;
  stream = next;
  tell();
}

function start(): void {
  if (started) return;
  started = true;
  const source = api.live();
  let opened = false;
  source.onopen = () => {
    if (opened) tick(); // what happened while the stream was away
    opened = true;
    become("live");
  };
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED) return become(opened ? "lost" : "connecting");
    become("polling");
    setInterval(tick, POLL_MS);
  };
  for (const name of ["incident", "overview", "message"]) source.addEventListener(name, tick);
}

/** The state of the stream and the number of ticks so far. */
export function useLive(): { stream: Stream; beat: number } {
  const [state, setState] = useState({ stream, beat });
  useEffect(() => {
    const follow = () => setState({ stream, beat });
    followers.add(follow);
    start();
    follow();
    return () => void followers.delete(follow);
  }, []);
  return state;
}

/** Let every page ask again, after a deed of our own. */
export function refresh(): void {
  beat += 1;
  tell();
}
