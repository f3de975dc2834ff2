// One change to many threads: rehearsed first, so that it is said what will happen, and taken back if it was not meant.

import { post } from "../core/api.js";
import { toast } from "../core/toasts.js";
import { say } from "../core/words.js";
import { offerUndo } from "./undo.js";
import { inverse, learn, objectOf } from "./objects.js";

/** Ids that one request takes. */
const AT_ONCE = 1000;

const route = (ids) => (ids[0].startsWith("ticket_") ? "/tickets/bulk" : "/conversations/bulk");
const once = (ids, update, query) => post(route(ids), { ids, update }, { query });

/** What a change to many threads would do: `{ ids, updated, failed }`. */
export async function rehearse(all, patch) {
  const ids = all.slice(0, AT_ONCE);
  const { data } = await once(ids, patch, { dry_run: true });
  return { ids, updated: data.updated, failed: data.failed };
}

/** Does what was rehearsed. */
export async function changeMany({ ids, updated }, patch, told) {
  const before = updated.map((id) => objectOf(id)).filter(Boolean);
  const { data } = await once(ids, patch);
  if (data.failed.length > 0) toast(say("bulk.failed", data.failed.length), { tone: "bad" });
  offerUndo(`${told} · ${say("bulk.done", data.updated.length)}`, () => takeBack(before, patch));
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
