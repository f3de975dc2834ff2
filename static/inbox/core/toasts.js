// Short notices at the edge of the page, with a way back where there is one.

import { signal } from "./signal.js";
import { say } from "./words.js";
import { Refusal, Unreachable } from "./api.js";

const STAYS = 5000;

/** What is shown at the moment: `{ id, text, tone, action: { name, run }, until }`. */
export const toasts = signal([]);
let count = 0;

/** Shows a notice. `stays`: for how long, in milliseconds. Gives what takes it away. */
export function toast(text, { tone = "plain", action, stays = STAYS, ended } = {}) {
  count += 1;
  const id = count;
  const take = () => {
    clearTimeout(timer);
    toasts.value = toasts.peek().filter((one) => one.id !== id);
  };
  const timer = setTimeout(() => {
    take();
    ended?.();
  }, stays);
  const shown = { id, text, tone, take, action: action && { name: action.name, run: () => (take(), action.run()) }, stays };
  toasts.value = [...toasts.peek().slice(-3), shown];
  return take;
}

/** What went wrong, for a person. */
export function fault(error) {
  if (error instanceof Unreachable) return say("errors.unreachable");
  if (error instanceof Refusal) return error.message;
  console.error(error);
  return say("errors.unknown");
}

/** Says what went wrong. */
export function complain(error) {
  if (error.name === "AbortError" || error.status === 401) return;
  const [detail] = error.details ?? [];
  toast(detail?.message ? `${detail.field}: ${detail.message}` : fault(error), { tone: "bad", stays: 8000 });
}

/** Runs what may fail, and says so if it does. */
export async function attempt(act) {
  try {
    return await act();
  } catch (error) {
    complain(error);
    return undefined;
  }
}
