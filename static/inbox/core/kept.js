// What this browser keeps for the next visit; where it keeps nothing, all works, and is forgotten at the end.

import { signal } from "./signal.js";

const PREFIX = "commflow.";

/** What is kept under this name; `otherwise` if nothing is. */
export function recall(name, otherwise = null) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Keeps a value; null: keeps none. */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // It is full, or shut off.
  }
}

/** The names under which something is kept that begin with this. */
export function names(beginning) {
  try {
    const all = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX + beginning));
    return all.map((name) => name.slice(PREFIX.length));
  } catch {
    return [];
  }
}

/** A signal whose value is kept, the same in all tabs. */
export function keptSignal(name, otherwise) {
  const inner = signal(recall(name, otherwise));
  addEventListener("storage", (event) => {
    if (event.key === PREFIX + name) inner.value = recall(name, otherwise);
  });
  return {
    get value() {
      return inner.value;
    },
    set value(next) {
      inner.value = next;
      keep(name, next);
    },
    peek: inner.peek,
  };
}
