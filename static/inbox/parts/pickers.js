// What can be done to threads, one or many: each asks what is to be chosen in the palette, and does it.

import { html } from "../core/html.js";
import { count } from "../core/time.js";
import { attempt, toast } from "../core/toasts.js";
import { say } from "../core/words.js";
import { activeUsers, colorOf, inboxOf, inboxes, me, tags, teamOf, teams, userOf } from "../data/people.js";
import { change, tryChange } from "../data/objects.js";
import { threadOf } from "../data/threads.js";
import { changeMany, rehearse } from "../data/bulk.js";
import { avatar } from "./avatar.js";
import { ask } from "./form.js";
import { icon } from "./icons.js";
import { choose, matching } from "./palette.js";
import { nameOf, statusDot } from "./thread-row.js";

const STATUSES = { conversation: ["open", "pending", "closed"], ticket: ["open", "pending", "resolved", "closed"] };
const PRIORITIES = ["urgent", "high", "normal", "low"];

/** Threads of a rehearsal that are shown. */
const SHOWN = 6;

/** Changes these threads: one at once, many after it was said what will happen. */
async function apply(ids, patch, told) {
  if (ids.length === 1) return tryChange(ids[0], patch, { told });
  const found = await attempt(() => rehearse(ids, patch));
  if (!found) return undefined;
  const { updated, failed } = found;
  const body = html`
    <ul class="points">${updated.slice(0, SHOWN).map((id) => html`<li><b>${nameOf(threadOf(id)?.contact)}</b> <span dir="auto">${threadOf(id)?.subject ?? id}</span></li>`)}</ul>
    ${updated.length > SHOWN ? html`<p class="quiet">${say("bulk.more", count(updated.length - SHOWN))}</p>` : ""}
    ${failed.length > 0 ? html`<p class="bad">${say("bulk.cannot", failed.length)}</p>` : ""}`;
  return ask({ title: say("bulk.sure", updated.length), text: inWords(patch), body, go: say("bulk.go"), send: () => changeMany(found, patch, told) });
}

/** What a change says. */
const inWords = (patch) => Object.entries(patch).map(([field, value]) => {
  if (field === "status" || field === "priority") return `${say(`fields.${field}`)}: ${say(`${field}.${value}`)}`;
  if (field === "add_tags") return `${say("fields.tags")}: + ${value.join(", ")}`;
  return `${say(`fields.${field.replace("_id", "")}`)}: ${valueName(field, value)}`;
}).join(" · ");

const first = (ids) => threadOf(ids[0]);
const kindOf = (ids) => (ids[0]?.startsWith("ticket_") ? "ticket" : "conversation");
const title = (ids) => (ids.length > 1 ? say("pick.many", ids.length) : first(ids)?.subject);

async function pick(ids, label, items) {
  return choose({ label, title: title(ids), find: (query) => matching(items, query) });
}

/** Who a thread can be assigned to, as items; oneself first, nobody last. */
export function assigneeItems(now) {
  const people = activeUsers().map((user) => ({ id: user.id, name: user.name, also: user.email, hint: user.id === me.value.id ? say("pick.you") : "", picture: avatar(user, "small"), checked: user.id === now }));
  people.sort((a, b) => Number(b.id === me.value.id) - Number(a.id === me.value.id));
  return [...people, { id: "none", name: say("thread.unassigned"), picture: icon("close"), checked: !now }];
}

export async function pickAssignee(ids) {
  const chosen = await pick(ids, say("pick.assignee"), assigneeItems(first(ids)?.assignee?.id));
  if (!chosen) return;
  const id = chosen.id === "none" ? null : chosen.id;
  await apply(ids, { assignee_id: id }, id ? say("did.assigned", chosen.name) : say("did.unassigned"));
}

export const assignToMe = (ids) => apply(ids, { assignee_id: me.value.id }, say("did.assigned", me.value.name));

export async function pickTeam(ids) {
  const now = first(ids)?.team?.id;
  const items = teams.value.map((team) => ({ id: team.id, name: team.name, picture: icon("team"), checked: team.id === now }));
  const chosen = await pick(ids, say("pick.team"), [...items, { id: "none", name: say("thread.no_team"), picture: icon("close"), checked: !now }]);
  if (chosen) await apply(ids, { team_id: chosen.id === "none" ? null : chosen.id }, say("did.team", chosen.name));
}

export const priorityItems = (now) => PRIORITIES.map((one) => ({ id: one, name: say(`priority.${one}`), picture: html`<span class="priority ${one}">${icon("flag")}</span>`, checked: one === now }));

export async function pickPriority(ids) {
  const chosen = await pick(ids, say("pick.priority"), priorityItems(first(ids)?.priority));
  if (chosen) await apply(ids, { priority: chosen.id }, say("did.priority", chosen.name));
}

export async function pickStatus(ids) {
  const now = first(ids)?.status;
  const items = STATUSES[kindOf(ids)].map((one) => ({ id: one, name: say(`status.${one}`), picture: statusDot(one), checked: one === now }));
  const chosen = await pick(ids, say("pick.status"), items);
  if (chosen) await apply(ids, { status: chosen.id }, say("did.status", chosen.name));
}

export const inboxItems = (now) => inboxes.value.map((one) => ({ id: one.id, name: one.name, picture: icon("inbox"), checked: one.id === now }));

export async function pickInbox(ids) {
  const chosen = await pick(ids, say("pick.inbox"), inboxItems(first(ids)?.inbox_id));
  if (chosen) await apply(ids, { inbox_id: chosen.id }, say("did.inbox", chosen.name));
}

const dot = (name) => html`<span class="dot" .style=${`background:${colorOf(name)}`}></span>`;

/** Whether a tag is among others, whatever its case. */
export const isAmong = (names, name) => names.some((one) => one.toLowerCase() === name.toLowerCase());

/** The tags that a query finds, as items, and last the new one that it names. */
export function tagItems(query, has) {
  const known = tags.value.map((tag) => ({ id: tag.name, name: tag.name, picture: dot(tag.name), checked: has(tag.name) }));
  const found = matching(known, query);
  const text = query.trim();
  const isNew = text && !isAmong(tags.value.map((tag) => tag.name), text);
  return isNew ? [...found, { id: text, name: say("pick.new_tag", text), picture: icon("plus"), checked: has(text) }] : found;
}

/** Tags of one thread go on and off as they are chosen; many threads get one more. */
export async function pickTags(ids) {
  const many = ids.length > 1;
  const has = (name) => !many && isAmong(first(ids)?.tags ?? [], name);
  const find = (query) => tagItems(query, has);
  const toggle = async ({ id }) => {
    const patch = has(id) ? { remove_tags: [id] } : { add_tags: [id] };
    await attempt(() => change(ids[0], patch));
  };
  const chosen = await choose({ label: say("pick.tags"), title: title(ids), find, multiple: !many, toggle });
  if (chosen && many) await apply(ids, { add_tags: [chosen.id] }, say("did.tagged", chosen.id));
}

/** Closed threads are opened, others closed. */
export async function toggleClosed(ids) {
  const { status } = first(ids) ?? {};
  const closed = status === "closed" || status === "resolved";
  const to = closed ? "open" : kindOf(ids) === "ticket" ? "resolved" : "closed";
  return apply(ids, { status: to }, ids.length > 1 ? say("did.status", say(`status.${to}`)) : say(closed ? "did.reopened" : "did.closed"));
}

/** A link to the thread, in the clipboard. */
export async function copyLink(id) {
  const url = `${location.origin}/${id.startsWith("ticket_") ? "tickets" : "conversations"}/${id}`;
  await navigator.clipboard?.writeText(url).then(() => toast(say("did.copied")), () => toast(url));
}

/** What an id in a change is called. */
function valueName(field, value) {
  if (value === null) return say(field === "team_id" ? "thread.no_team" : "thread.unassigned");
  const of = { assignee_id: userOf, team_id: teamOf, inbox_id: inboxOf }[field];
  return of?.(value)?.name ?? String(value);
}
