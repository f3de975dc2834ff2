// The people who write to us: found, made, merged, erased, and changed together.

import { get, post, remove } from "../core/api.js";
import { say } from "../core/words.js";
import { forget, learn, objectOf } from "./objects.js";
import { offerUndo } from "./undo.js";

/** Ids that one request takes. */
const AT_ONCE = 1000;

/** The fields that each contact has, with what helps to type them. */
export const FIELDS = [["name"], ["email", "email"], ["phone", "tel"], ["company"]];

/** What is known of a contact; null if nothing is yet. */
export const contactOf = objectOf;

/** Up to `count` contacts that a text finds. */
export async function findContacts(q, count = 20) {
  const { data } = await get("/contacts", { q: q.trim(), per_page: count });
  return data.map(learn);
}

export async function create(values) {
  const { data } = await post("/contacts", values);
  return learn(data);
}

/** Merges a contact into another one, which is given back. */
export async function merge(id, into) {
  const { data } = await post(`/contacts/${id}/merge`, { into });
  forget(id);
  return learn(data);
}

/** Erases a contact; with `messages`, what they wrote too. */
export async function erase(id, { messages }) {
  await remove(`/contacts/${id}`, { query: { erase: messages ? "messages" : null } });
  forget(id);
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
  offerUndo(say("contacts.field_set", name, ids.length), back);
}
