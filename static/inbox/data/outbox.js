// What is being sent. A reply waits eight seconds, in which it can be taken back; then it is sent, as often as it takes,
// under one Idempotency-Key: never twice, and never not at all, whatever happens to the page or the server meanwhile.

import { Refusal, post } from "../core/api.js";
import { keep, names, recall } from "../core/kept.js";
import { signal } from "../core/signal.js";

const PREFIX = "outbox.";
/** How long a reply can be taken back, in milliseconds. */
export const WAITS = 8000;
/** The pause before a message that could not be sent is tried again: first, and at most. */
const PAUSE = { first: 1000, most: 20000 };
/** A message that a tab left behind is sent by the next one when it is this much overdue. */
const LEFT_BEHIND = 4000;

/** What waits or is under way: `{ key, conversation, message, files, at, due, state, error }`. */
export const outgoing = signal([]);

const listeners = new Set();
/** Calls `act(entry, outcome)` when a message was sent, or was refused for good. */
export const onSent = (act) => (listeners.add(act), () => listeners.delete(act));

const set = (entry) => {
  keep(PREFIX + entry.key, entry);
  outgoing.value = [...outgoing.peek().filter((one) => one.key !== entry.key), entry].sort((a, b) => a.at - b.at);
};
const drop = (key) => {
  keep(PREFIX + key, null);
  outgoing.value = outgoing.peek().filter((one) => one.key !== key);
};
const find = (key) => outgoing.peek().find((one) => one.key === key);

/** Sends a message with these files into a conversation, after `waits` milliseconds. Gives its key. */
export function send(conversation, message, { waits = WAITS, files = [] } = {}) {
  const at = Date.now();
  const key = crypto.randomUUID?.() ?? `${at}-${Math.random().toString(36).slice(2)}`;
  set({ key, conversation, message, files, at, due: at + waits, state: "waiting" });
  setTimeout(() => go(key), waits);
  return key;
}

/** Takes a message back, if it still waits: gives it, else null. */
export function takeBack(key) {
  const entry = find(key);
  if (!entry || (entry.state !== "waiting" && entry.state !== "refused")) return null;
  drop(key);
  return entry;
}

/** Sends at once what waits, or what was held back, `anyway`. */
export function sendNow(key, { anyway = false } = {}) {
  const entry = find(key);
  if (!entry) return;
  if (anyway) delete entry.message.last_seen_message_id;
  set({ ...entry, state: "waiting", due: Date.now() });
  go(key);
}

async function go(key, pause = PAUSE.first) {
  const entry = find(key);
  if (entry?.state !== "waiting") return;
  set({ ...entry, state: "sending" });
  try {
    const { data } = await post(`/conversations/${entry.conversation}/messages`, entry.message, {
      headers: { "Idempotency-Key": key },
      keepalive: true,
    });
    drop(key);
    for (const act of listeners) act(entry, { message: data });
  } catch (error) {
    if (error instanceof Refusal && error.status < 500 && ![401, 408, 429].includes(error.status)) {
      set({ ...entry, state: "refused", error: { code: error.code, message: error.message, details: error.details } });
      for (const act of listeners) act(entry, { error });
      return;
    }
    // The server is away, or nobody is signed in: it is kept, and tried again.
    set({ ...entry, state: "waiting", late: true });
    setTimeout(() => go(key, Math.min(2 * pause, PAUSE.most)), pause);
  }
}

/** Takes up what was left behind by a page that was closed. */
export function startOutbox() {
  const takeUp = () => {
    for (const name of names(PREFIX)) {
      const entry = recall(name);
      if (!entry || find(entry.key) || entry.due + LEFT_BEHIND > Date.now()) continue;
      set({ ...entry, state: entry.state === "refused" ? "refused" : "waiting" });
      go(entry.key);
    }
  };
  takeUp();
  setInterval(takeUp, LEFT_BEHIND);
  // A page that is closed has no eight seconds more: what waits is sent now. Drafts of it are gone already.
  addEventListener("pagehide", () => {
    for (const entry of outgoing.peek()) if (entry.state === "waiting") go(entry.key);
  });
}
