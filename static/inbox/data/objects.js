// Conversations, tickets and contacts, as far as they are known here. A change shows at once, and is taken back if the server
// refuses it.

import { get, patch } from "../core/api.js";
import { signal } from "../core/signal.js";
import { onEvent } from "../core/stream.js";
import { attempt } from "../core/toasts.js";
import { teamOf, userOf } from "./people.js";
import { offerUndo } from "./undo.js";

/** Objects that are remembered; those that were looked at longest ago go first. */
const REMEMBERED = 8000;
const ROUTES = { conv: "conversations", ticket: "tickets", contact: "contacts" };

const known = new Map();
const route = (id) => `/${ROUTES[id.split("_")[0]]}/${id}`;

function cell(id) {
  const found = known.get(id) ?? signal(null);
  known.delete(id);
  known.set(id, found);
  if (known.size > REMEMBERED) known.delete(known.keys().next().value);
  return found;
}

/** What is known of an object; null if nothing is yet. */
export const objectOf = (id) => (id ? cell(id).value : null);

/** Takes note of an object that the server has given, unless a newer one is known. */
export function learn(object) {
  const place = cell(object.id);
  const before = place.peek();
  if (!before || before.updated_at <= object.updated_at) place.value = object;
  return object;
}

/** There is no such object any more. */
export const forget = (id) => known.delete(id);

/** Reads an object anew. A contact that was merged is answered for by the one that it was merged into. */
export async function read(id) {
  const { data } = await get(route(id));
  return learn(data);
}

const merged = (fields, update) => Object.fromEntries(Object.entries({ ...fields, ...update }).filter(([, value]) => value !== null));
const named = (id, of) => id && { id, name: of(id)?.name ?? "" };

/** How an object looks after a change: what the server will say, as far as it can be known before. */
function changed(object, update) {
  const next = { ...object };
  for (const [field, value] of Object.entries(update)) {
    if (field === "assignee_id") next.assignee = named(value, userOf);
    else if (field === "team_id") next.team = named(value, teamOf);
    else if (field === "add_tags") next.tags = [...new Set([...object.tags, ...value])];
    else if (field === "remove_tags") next.tags = object.tags.filter((tag) => !value.includes(tag));
    else if (field === "custom_fields") next.custom_fields = merged(object.custom_fields, value);
    else next[field] = value;
  }
  return next;
}

/** The change that takes `update` back from what `object` was. */
export function inverse(object, update) {
  const back = {};
  for (const [field, value] of Object.entries(update)) {
    if (field === "assignee_id") back.assignee_id = object.assignee?.id ?? null;
    else if (field === "team_id") back.team_id = object.team?.id ?? null;
    else if (field === "add_tags" || field === "remove_tags") back.tags = object.tags;
    else if (field === "custom_fields") back.custom_fields = Object.fromEntries(Object.keys(value).map((key) => [key, object.custom_fields[key] ?? null]));
    else back[field] = object[field] ?? null;
  }
  return back;
}

/** Changes an object. With `told`, says so, and offers the way back. Throws what the server refuses. */
export async function change(id, update, { told } = {}) {
  const place = cell(id);
  const back = inverse(place.peek(), update);
  place.value = changed(place.peek(), update);
  const done = patch(route(id), update);
  // Offered at once, for whoever takes it back may be faster than the server.
  const withdraw = told && offerUndo(told, () => done.then(() => change(id, back), () => {}));
  try {
    place.value = (await done).data;
  } catch (error) {
    withdraw?.();
    place.value = changed(place.peek(), back);
    throw error;
  }
}

/** The same; what the server refuses is said. Gives whether it was done. */
export const tryChange = async (id, update, options) => Boolean(await attempt(() => change(id, update, options).then(() => true)));

onEvent((event) => {
  // Of one that is gone, the id alone is told.
  if (/^(conversation|ticket|contact)\.(?!deleted)/.test(event.type)) learn(event.data);
});
