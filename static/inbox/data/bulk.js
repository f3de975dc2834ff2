// One change to many threads: rehearsed first, so that it is said what will happen, and taken back if it was not meant.

import { post } from "../core/api.js";
import { signal } from "../core/signal.js";
import { toast } from "../core/toasts.js";
import { say } from "../core/words.js";
import { offerUndo } from "./undo.js";
import { inverse, learn, objectOf } from "./objects.js";

/** Ids that one request takes. */
const AT_ONCE = 1000;

/** What is about to be done, while it is asked whether it is meant: `{ ids, patch, updated, failed, answer }`. */
export const rehearsed = signal(null);

const route = (ids) => (ids[0].startsWith("ticket_") ? "/tickets/bulk" : "/conversations/bulk");
const once = (ids, update, query) => post(route(ids), { ids, update }, { query });

/** Changes many threads, if the user agrees to what a rehearsal has shown. */
export async function changeMany(ids, patch, told) {
  const asked = ids.slice(0, AT_ONCE);
  const { data, meta } = await once(asked, patch, { dry_run: true });
  const agreed = await new Promise((resolve) => {
    rehearsed.value = { ids: asked, patch, changes: data.changes ?? {}, updated: data.updated, failed: data.failed, meta, answer: resolve };
  });
  rehearsed.value = null;
  if (!agreed) return false;
  const before = data.updated.map((id) => objectOf(id)).filter(Boolean);
  const done = await once(asked, patch);
  if (done.data.failed.length > 0) toast(say("bulk.failed", done.data.failed.length), { tone: "bad" });
  offerUndo(`${told} · ${say("bulk.done", done.data.updated.length)}`, () => takeBack(before, patch));
  return true;
}

/** Puts back what was: those that were alike in one request. */
async function takeBack(objects, patch) {
  const groups = new Map();
  for (const object of objects) {
    const back = inverse(object, patch);
    const key = JSON.stringify(back);
    groups.set(key, { back, ids: [...(groups.get(key)?.ids ?? []), object.id] });
  }
  for (const { back, ids } of groups.values()) await once(ids, back);
  objects.forEach(learn);
  toast(say("bulk.undone", objects.length));
}
