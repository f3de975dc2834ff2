// Conversations and tickets, as far as they are known here. A change shows at once, and is taken back if the server refuses.

import { get, patch } from "../core/api.js";
import { signal } from "../core/signal.js";
import { onEvent } from "../core/stream.js";
import { attempt, complain } from "../core/toasts.js";
import { offerUndo } from "./undo.js";
import { teamOf, userOf } from "./people.js";

/** Objects that are remembered; those that were looked at longest ago go first. */
const REMEMBERED = 5000;

const known = new Map();
const isTicket = (id) => id.startsWith("ticket_");
const route = (id) => `/${isTicket(id) ? "tickets" : "conversations"}/${id}`;

function cell(id) {
  const found = known.get(id) ?? signal(null);
  known.delete(id);
  known.set(id, found);
  if (known.size > REMEMBERED) known.delete(known.keys().next().value);
  return found;
}

/** What is known of a conversation or ticket; null if nothing is yet. */
export const threadOf = (id) => (id ? cell(id).value : null);

/** Takes note of an object that the server has given, unless a newer one is known. */
export function learn(object) {
  const place = cell(object.id);
  const before = place.peek();
  if (!before || before.updated_at <= object.updated_at) place.value = object;
  return object;
}

/** Reads an object anew. */
export async function read(id) {
  const { data } = await get(route(id));
  return learn(data);
}

/** How an object looks after a change: what the server will say, as far as it can be known before. */
export function changed(object, change) {
  const next = { ...object };
  for (const [field, value] of Object.entries(change)) {
    if (field === "assignee_id") next.assignee = value && { id: value, name: userOf(value)?.name ?? "" };
    else if (field === "team_id") next.team = value && { id: value, name: teamOf(value)?.name ?? "" };
    else if (field === "add_tags") next.tags = [...new Set([...object.tags, ...value])];
    else if (field === "remove_tags") next.tags = object.tags.filter((tag) => !value.includes(tag));
    else if (field === "custom_fields") next.custom_fields = merged(object.custom_fields, value);
    else next[field] = value;
  }
  return next;
}

function merged(fields, change) {
  return Object.fromEntries(Object.entries({ ...fields, ...change }).filter(([, value]) => value !== null));
}

/** The change that takes `change` back from what `object` was. */
export function inverse(object, change) {
  const back = {};
  for (const [field, value] of Object.entries(change)) {
    if (field === "assignee_id") back.assignee_id = object.assignee?.id ?? null;
    else if (field === "team_id") back.team_id = object.team?.id ?? null;
    else if (field === "add_tags" || field === "remove_tags") back.tags = object.tags;
    else if (field === "custom_fields") back.custom_fields = Object.fromEntries(Object.keys(value).map((key) => [key, object.custom_fields[key] ?? null]));
    else back[field] = object[field];
  }
  return back;
}

/**
 * Changes a conversation or ticket. With `told`, says so, and offers the way back. Gives whether it was done; what went wrong is
 * said, unless whoever asks does that (`complains: false`).
 */
export async function change(id, patched, { told, complains = true } = {}) {
  const place = cell(id);
  const before = place.peek();
  if (!before) return false;
  const back = inverse(before, patched);
  place.value = changed(before, patched);
  try {
    const { data } = await patch(route(id), patched);
    place.value = data;
  } catch (error) {
    place.value = before;
    if (!complains) throw error;
    complain(error);
    return false;
  }
  if (told) offerUndo(told, () => attempt(() => change(id, back)));
  return true;
}

/** A conversation and its ticket, read together. */
export async function readThread(id) {
  const object = await read(id);
  const other = isTicket(id) ? object.conversation_id : object.ticket_id;
  if (other) await read(other);
}

/** The ids of both views: `{ conversation, ticket }`. */
export function viewsOf(object) {
  if (!object) return { conversation: null, ticket: null };
  return isTicket(object.id) ? { conversation: object.conversation_id, ticket: object.id } : { conversation: object.id, ticket: object.ticket_id };
}

onEvent((event) => {
  // Of one that is gone, the id alone is told.
  if (/^(conversation|ticket)\.(?!deleted)/.test(event.type)) learn(event.data);
});

