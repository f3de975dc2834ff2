// What can be done, in one list: the keys, the command palette and the sheet of keys are made of it.
//
//   action({ id: "close", key: "e", name: "actions.close", group: "thread", when: () => …, run: () => … })

import { keptSignal } from "./kept.js";
import { signal } from "./signal.js";
import { say } from "./words.js";

/** How long the second key of a pair (`g i`) is waited for, in milliseconds. */
const PAIR = 1200;

const actions = new Map();

/** Whether single keys do anything: who dictates, or types blindly, may turn them off. */
export const singleKeys = keptSignal("single-keys", true);

/** The first key of a pair, while the second one is waited for. */
export const begun = signal(null);

/** Adds an action; one of the same id is replaced. */
export const action = (one) => actions.set(one.id, { when: () => true, ...one });

/** The actions that can be done now. */
export const available = () => [...actions.values()].filter((one) => one.when());

/** All that have a key. */
export const withKeys = () => [...actions.values()].filter((one) => one.key);

/** What an action is called. */
export const nameOf = (one) => (typeof one.name === "function" ? one.name() : say(one.name));

/** Does what the id says, if it can be done. */
export function perform(id) {
  const one = actions.get(id);
  if (one?.when()) one.run();
}

const isTyping = (target) => Boolean(target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [role=menu], [role=listbox]"));

let waits;

/** Listens to the keyboard. */
export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const typing = isTyping(event.target);
    const inDialog = Boolean(document.querySelector("dialog[open]"));
    const key = spelled(event);
    const single = !/^(Mod|Alt)\+/.test(key);
    if (single && (typing || inDialog || !singleKeys.peek())) return;
    if (inDialog && !event.target.closest?.("dialog")) return;
    const pair = begun.peek() ? `${begun.peek()} ${key}` : null;
    clearTimeout(waits);
    begun.value = null;
    const now = available();
    const found = now.find((one) => keys(one).includes(pair)) ?? now.find((one) => keys(one).includes(key));
    if (found) {
      event.preventDefault();
      found.run(event);
    } else if (single && now.some((one) => keys(one).some((each) => each.startsWith(`${key} `)))) {
      begun.value = key;
      waits = setTimeout(() => {
        begun.value = null;
      }, PAIR);
    }
  });
}

const keys = (one) => (one.key ? [one.key].flat() : []);

/** A key press as actions name it: `j`, `?`, `Escape`, `Mod+k`, `Mod+Shift+Enter`. */
function spelled(event) {
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const modified = event.ctrlKey || event.metaKey;
  const shift = event.shiftKey && (modified || event.altKey || name.length > 1) ? "Shift+" : "";
  if (modified) return `Mod+${shift}${name}`;
  return event.altKey ? `Alt+${shift}${name}` : `${shift}${event.key === "?" ? "?" : name}`;
}

const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** A key for people. */
export const shownKey = (key) => [key].flat()[0].replace("Mod", apple ? "⌘" : "Ctrl").replace("Escape", "Esc").replace("Enter", "↵");
