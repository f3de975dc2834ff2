// What narrows a search: each filter as a button, whose value is chosen, and written into the text.

import { each, html } from "../core/html.js";
import { say } from "../core/words.js";
import { activeUsers, inboxes, tags } from "../data/people.js";
import { findContacts } from "../data/contacts.js";
import { avatar } from "./avatar.js";
import { choose, matching } from "./palette.js";
import { nameOf, statusDot } from "./thread-row.js";

const words = (part, ids) => ids.map((id) => ({ id, name: say(`${part}.${id}`), picture: part === "status" ? statusDot(id) : "" }));
const named = (list) => list.map(({ id, name }) => ({ id, name }));

/** What each filter can be. */
const FILTERS = {
  status: () => words("status", ["open", "pending", "resolved", "closed"]),
  priority: () => words("priority", ["urgent", "high", "normal", "low"]),
  channel: () => words("channel", ["email", "chat", "form", "api"]),
  tag: () => tags.value.map(({ name }) => ({ id: name, name })),
  assignee: () => [{ id: "me", name: say("filters.me") }, { id: "none", name: say("thread.unassigned") }, ...named(activeUsers())],
  inbox: () => named(inboxes.value),
};

async function find(filter, query) {
  if (filter !== "from") return matching(FILTERS[filter](), query);
  const found = await findContacts(query).catch(() => []);
  return found.map((one) => ({ id: one.email ?? one.id, name: nameOf(one), hint: one.email, picture: avatar(one, "small") }));
}

async function pick(filter, insert) {
  const chosen = await choose({ label: say(`search.by_${filter}`), find: (query) => find(filter, query) });
  if (chosen) insert(`${filter}:${/[\s"]/.test(chosen.id) ? `"${chosen.id.replaceAll('"', "")}"` : chosen.id}`);
}

/** The buttons; `insert(text)` writes a filter into the field. */
export const searchFilters = (insert) => html`
  <div class="helps" role="group" aria-label=${say("search.filters")}>
    ${each([...Object.keys(FILTERS), "from"], (name) => name, (name) => html`<button type="button" class="help" title=${say(`search.by_${name}`)} @click=${() => pick(name, insert)} data-test="help-${name}">${name}:</button>`)}
  </div>`;
