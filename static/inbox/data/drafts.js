// What is being written, kept for each thread until it is sent: a closed tab, a crash or a sign-out loses nothing.

import { keep, names, recall } from "../core/kept.js";

const PREFIX = "draft.";
/** Drafts that nobody has touched for this long are let go, in milliseconds: a quarter of a year. */
const KEPT_FOR = 90 * 24 * 3600 * 1000;

/** What was being written in a thread: `{ type, reply: { body, files }, note: { body, files } }`. */
export const draftOf = (conversation) => recall(PREFIX + conversation);

/** Keeps a draft; one without anything in it is let go. */
export function keepDraft(conversation, draft) {
  const empty = ["reply", "note"].every((type) => !draft?.[type]?.body?.trim() && !draft?.[type]?.files?.length);
  keep(PREFIX + conversation, empty ? null : { ...draft, at: Date.now() });
}

/** Lets go of those that are very old. */
export function sweepDrafts() {
  for (const name of names(PREFIX)) if ((recall(name)?.at ?? 0) < Date.now() - KEPT_FOR) keep(name, null);
}
