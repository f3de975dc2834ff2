// The people who write to us, as far as they are known here. A change shows at once, and is taken back if the server refuses.

import { get, patch, post, remove } from "../core/api.js";
import { signal } from "../core/signal.js";
import { onEvent } from "../core/stream.js";
import { toast } from "../core/toasts.js";
import { say } from "../core/words.js";
import { offerUndo } from "./undo.js";

/** Contacts that are remembered; those that were looked at longest ago go first. */
const REMEMBERED = 3000;
/** Ids that one request takes. */
const AT_ONCE = 1000;

const known = new Map();

function cell(id) {
  const found = known.get(id) ?? signal(null);
  known.delete(id);
  known.set(id, found);
  if (known.size > REMEMBERED) known.delete(known.keys().next().value);
  return found;
}

/** What is known of a contact; null if nothing is yet. */
export const contactOf = (id) => (id ? cell(id).value : null);

/** Takes note of a contact that the server has given, unless a newer one is known. */
export function learn(contact) {
  const place = cell(contact.id);
  const before = place.peek();
  if (!before || before.updated_at <= contact.updated_at) place.value = contact;
  return contact;
}

/** Reads a contact anew: another one answers for a contact that was merged into it. */
export async function read(id) {
  const { data } = await get(`/contacts/${id}`);
  return learn(data);
}

/** Up to `count` contacts that a text finds. */
export async function findContacts(q, count = 20) {
  const { data } = await get("/contacts", { q: q.trim(), per_page: count });
  return data.map(learn);
}

export async function create(values) {
  const { data } = await post("/contacts", values);
  return learn(data);
}

/** How a contact looks after a change. */
function changed(contact, { custom_fields: fields, ...change }) {
  const all = Object.entries({ ...contact.custom_fields, ...fields });
  return { ...contact, ...change, custom_fields: Object.fromEntries(all.filter(([, value]) => value !== null)) };
}

/** The change that takes `change` back from what `contact` was. */
function inverse(contact, change) {
  const back = (before, values) => Object.fromEntries(Object.keys(values).map((name) => [name, before[name] ?? null]));
  const { custom_fields: fields, ...rest } = change;
  return { ...back(contact, rest), ...(fields && { custom_fields: back(contact.custom_fields, fields) }) };
}

/** Changes a contact. With `told`, says so, and offers the way back. Throws what the server refuses. */
export async function change(id, update, { told } = {}) {
  const place = cell(id);
  const back = inverse(place.peek(), update);
  place.value = changed(place.peek(), update);
  try {
    place.value = (await patch(`/contacts/${id}`, update)).data;
  } catch (error) {
    place.value = changed(place.peek(), back);
    throw error;
  }
  if (told) offerUndo(told, () => change(id, back).catch((error) => toast(error.message, { tone: "bad" })));
}

/** Merges a contact into another one, which is given back. */
export async function merge(id, into) {
  const { data } = await post(`/contacts/${id}/merge`, { into });
  known.delete(id);
  return learn(data);
}

/** Erases a contact; with `messages`, what they wrote too. */
export async function erase(id, { messages }) {
  await remove(`/contacts/${id}`, { query: { erase: messages ? "messages" : null } });
  known.delete(id);
}

/** Everything that is held on a contact, as a file of this browser. */
export async function download(contact) {
  const told = await get(`/contacts/${contact.id}/export`);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(told.data, null, 2)], { type: "application/json" }));
  link.download = `${contact.id}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

async function many(ids, update, query) {
  const told = { changes: {}, failed: [] };
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const { data } = await post("/contacts/bulk", { ids: ids.slice(at, at + AT_ONCE), update }, { query });
    Object.assign(told.changes, data.changes);
    told.failed.push(...data.failed);
  }
  return told;
}

/** What a change to many contacts would do: `{ ids, same, failed, changes }`. */
export async function rehearse(ids, update) {
  const { changes, failed } = await many(ids, update, { dry_run: true });
  const differ = Object.keys(changes).filter((id) => Object.keys(changes[id]).length > 0);
  return { ids: differ, same: Object.keys(changes).length - differ.length, failed, changes };
}

/** Sets, or with null takes away, a custom field of the contacts of a rehearsal; that is said, with the way back. */
export async function setField({ ids, changes }, name, value) {
  await many(ids, { custom_fields: { [name]: value } });
  const groups = Map.groupBy(ids, (id) => JSON.stringify(changes[id].custom_fields[0][name] ?? null));
  const back = async () => {
    for (const [before, group] of groups) await many(group, { custom_fields: { [name]: JSON.parse(before) } });
  };
  offerUndo(say("contacts.field_set", name, ids.length), () => back().catch((error) => toast(error.message, { tone: "bad" })));
}

onEvent((event) => {
  if (event.type === "contact.created" || event.type === "contact.updated") learn(event.data);
});
