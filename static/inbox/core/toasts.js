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

/** Says what went wrong. */
export function complain(error) {
  if (error.name === "AbortError") return;
  if (error instanceof Unreachable) toast(say("errors.unreachable"), { tone: "bad" });
  else if (error instanceof Refusal && error.status === 401) return;
  else if (error instanceof Refusal) toast(error.details[0]?.message ? `${error.details[0].field}: ${error.details[0].message}` : error.message, { tone: "bad", stays: 8000 });
  else {
    console.error(error);
    toast(say("errors.unknown"), { tone: "bad" });
  }
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
