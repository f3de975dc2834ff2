// A thread has two views, a conversation and, maybe, a ticket.

import { objectOf, read } from "./objects.js";

/** What is known of a conversation or ticket; null if nothing is yet. */
export const threadOf = objectOf;

const isTicket = (id) => id.startsWith("ticket_");

/** Reads a conversation and its ticket together. */
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
