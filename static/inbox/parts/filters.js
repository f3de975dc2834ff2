// What a list shows: its filters, which stand in the address, and its order.

import { each, html } from "../core/html.js";
import { address, go, place } from "../core/place.js";
import { say } from "../core/words.js";
import { activeUsers, inboxes, tags, teams } from "../data/people.js";
import { choose, matching } from "./palette.js";
import { iconButton } from "./icons.js";

const named = (list) => list.map((one) => ({ id: one.id, name: one.name }));
const words = (part, ids) => ids.map((id) => ({ id, name: say(`${part}.${id}`) }));

/** The filters of each list, with what each can be. */
const FILTERS = {
  conversations: {
    status: () => words("status", ["open", "pending", "closed"]),
    assignee: () => people(),
    team: () => [...named(teams.value), { id: "none", name: say("thread.no_team") }],
    priority: () => words("priority", ["urgent", "high", "normal", "low"]),
    channel: () => words("channel", ["email", "chat", "form", "api"]),
    tag: () => tags.value.map((tag) => ({ id: tag.name, name: tag.name })),
    waiting: () => words("waiting", ["true"]),
  },
  tickets: {
    status: () => words("status", ["open", "pending", "resolved", "closed"]),
    sla_status: () => words("sla", ["breached", "warning", "on_track"]),
    assignee: () => people(),
    team: () => [...named(teams.value), { id: "none", name: say("thread.no_team") }],
    priority: () => words("priority", ["urgent", "high", "normal", "low"]),
    inbox: () => named(inboxes.value),
    tag: () => tags.value.map((tag) => ({ id: tag.name, name: tag.name })),
  },
  reports: {
    channel: () => words("channel", ["email", "chat", "form", "api"]),
    inbox: () => named(inboxes.value),
    assignee: () => people(),
    team: () => named(teams.value),
  },
};

const people = () => [{ id: "me", name: say("filters.me") }, { id: "none", name: say("thread.unassigned") }, ...named(activeUsers())];

/** The orders of each list. */
const SORTS = {
  conversations: ["-last_message_at", "last_message_at", "-created_at", "created_at", "-priority", "waiting_since"],
  tickets: ["-created_at", "created_at", "-updated_at", "-priority"],
};

/** What a filter's value is called. */
export const valueName = (page, filter, value) => FILTERS[page][filter]?.().find((one) => one.id === value)?.name ?? value;

/** The filters of the place, as a list asks for them. */
export const filtersOf = ({ page, query }) => Object.fromEntries(Object.entries(query).filter(([name]) => name === "sort" || name in FILTERS[page]));

/** What they are set to, in words. */
export const valuesOf = ({ page, query }) => Object.entries(query).filter(([name]) => name in FILTERS[page]).map(([name, value]) => valueName(page, name, value)).join(", ");

const set = (change) => go(address(place.peek().page, null, { ...place.peek().query, ...change }));

async function add(page) {
  const filters = Object.keys(FILTERS[page]).map((id) => ({ id, name: say(`fields.${id}`) }));
  const filter = await choose({ label: say("filters.add"), find: (query) => matching(filters, query) });
  if (!filter) return;
  const value = await choose({ label: filter.name, find: (query) => matching(FILTERS[page][filter.id](), query) });
  if (value) set({ [filter.id]: value.id });
}

async function sort(page) {
  const now = place.peek().query.sort ?? SORTS[page][0];
  const items = SORTS[page].map((id) => ({ id, name: say("sorts." + id.replace("-", "down_")), checked: id === now }));
  const chosen = await choose({ label: say("filters.sort"), find: (query) => matching(items, query) });
  if (chosen) set({ sort: chosen.id === SORTS[page][0] ? null : chosen.id });
}

/** The buttons for both; not all that has filters has an order. */
export const filterButtons = (page) => html`
  ${iconButton("filter", say("filters.add"), () => add(page), "add-filter")}
  ${page in SORTS ? iconButton("sort", say("filters.sort"), () => sort(page), "sort") : ""}`;

/** The filters that are on, each with what takes it off. */
export function filterChips({ page, query }) {
  const on = Object.entries(query).filter(([name]) => name in FILTERS[page]);
  if (on.length === 0) return "";
  return html`
    <div class="chips">
      ${each(on, ([name]) => name, ([name, value]) => html`
        <span class="chip">${say(`fields.${name}`)}: <b>${valueName(page, name, value)}</b>
          ${iconButton("close", say("filters.remove", say(`fields.${name}`)), () => set({ [name]: null }))}</span>`)}
    </div>`;
}
