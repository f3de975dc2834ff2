// One thread in a list: who, what, since when, and what hangs on it.

import { each, html } from "../core/html.js";
import { ago, inFull, length, now } from "../core/time.js";
import { say } from "../core/words.js";
import { colorOf } from "../data/people.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";

export const nameOf = (contact) => contact?.name || contact?.email || contact?.phone || say("thread.nobody");

/** A dot in the colour of the status, and what it means. */
export const statusDot = (status) => html`<span class="status ${status}" role="img" aria-label=${say(`status.${status}`)} title=${say(`status.${status}`)}></span>`;

/** Nothing for normal ones. */
const priorityMark = (priority) =>
  priority === "normal" ? "" : html`<span class="priority ${priority}" role="img" aria-label=${say(`priority.${priority}`)} title=${say(`priority.${priority}`)}>${icon("flag")}</span>`;

export const tagMark = (name) => html`<span class="tag"><span class="dot" .style=${`background:${colorOf(name)}`}></span>${name}</span>`;

/** The next instant at which an SLA is missed, or that it was. */
function slaMark(sla, closed) {
  if (!sla || (closed && sla.status !== "breached")) return "";
  const due = !sla.first_responded_at && sla.first_response_due ? sla.first_response_due : sla.resolution_due;
  if (!due) return sla.status === "breached" ? html`<span class="sla breached">${icon("bolt")}${say("sla.missed")}</span>` : "";
  const left = (new Date(due) - now.value) / 1000;
  const state = left < 0 || sla.status === "breached" ? "breached" : sla.status;
  const told = left < 0 ? say("sla.over", length(-left)) : length(left);
  return html`<span class="sla ${state}" title=${inFull(due)}>${icon("clock")}${told}</span>`;
}

/** The inside of a row. */
export function rowContent(thread) {
  const closed = thread.status === "closed" || thread.status === "resolved";
  return html`
    <span class="line">
      ${statusDot(thread.status)}
      <span class="who">${nameOf(thread.contact)}</span>
      ${priorityMark(thread.priority)}
      ${thread.sla ? slaMark(thread.sla, closed) : ""}
      <time datetime=${thread.last_message_at ?? thread.updated_at} title=${inFull(thread.last_message_at ?? thread.updated_at)}>${ago(thread.last_message_at ?? thread.updated_at)}</time>
    </span>
    <span class="line">
      <span class="subject">${thread.subject}</span>
      <span class="tags">${each(thread.tags.slice(0, 3), (tag) => tag, tagMark)}</span>
      ${thread.assignee ? avatar(thread.assignee, "small") : html`<span class="avatar small nobody" role="img" aria-label=${say("thread.unassigned")}></span>`}
    </span>`;
}
