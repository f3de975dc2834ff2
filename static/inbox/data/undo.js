// What was done last, and how it is taken back: `u`, or the button of the notice.

import { attempt, toast } from "../core/toasts.js";
import { say } from "../core/words.js";

/** Steps that can be taken back. */
const STEPS = 20;
const STAYS = 8000;

const steps = [];

/** Says what was done, and keeps the way back; what goes wrong on that is said as well. */
export function offerUndo(text, back) {
  const step = { back };
  steps.push(step);
  if (steps.length > STEPS) steps.shift();
  step.take = toast(text, { action: { name: say("actions.undo"), run: () => undo(step) }, stays: STAYS });
  return () => drop(step);
}

function drop(step) {
  const at = steps.indexOf(step);
  if (at >= 0) steps.splice(at, 1);
  step.take();
}

export const canUndo = () => steps.length > 0;

/** Takes a step back, the last one if none is named. */
export function undo(step = steps.at(-1)) {
  if (!step || !steps.includes(step)) return;
  drop(step);
  attempt(step.back);
}
