// One message, or one change, in a thread. A note can't be mistaken for a reply: it has its own colour, picture and words.

import { each, html } from "../core/html.js";
import { day, inFull, size, timeOfDay } from "../core/time.js";
import { say } from "../core/words.js";
import { inboxOf } from "../data/people.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";

const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

/** A text with its addresses as links; all else stays as it was written. */
function linked(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(end, found.index), html`<a href=${found[0]} target="_blank" rel="noopener noreferrer nofollow">${found[0]}</a>`);
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

const isPicture = (file) => /^image\/(png|jpeg|gif|webp|avif)$/.test(file.mime_type ?? "");

/** The link to a file, on the address at which the page was reached. */
export const fileLink = (file) => {
  const { pathname, search } = new URL(file.url, location.href);
  return pathname + search;
};

/** A file that goes with a message. */
function attachment(file) {
  if (file.deleted) return html`<span class="file gone">${icon("file")}<span>${file.name}</span><small>${say("thread.file_gone")}</small></span>`;
  return html`
    <a class="file ${isPicture(file) ? "picture" : ""}" href=${fileLink(file)} target="_blank" rel="noopener" data-test="attachment">
      ${isPicture(file) ? html`<img src=${fileLink(file)} alt=${file.name} loading="lazy">` : icon("file")}
      <span>${file.name}</span><small>${size(file.size)}</small>
    </a>`;
}

/** A message. */
export function messageItem(message) {
  const kind = message.type;
  return html`
    <article class="message ${kind}" data-id=${message.id} data-test="message">
      <header>
        ${avatar({ id: message.author?.id, name: message.author?.name })}
        <strong dir="auto">${message.author?.name ?? say("thread.system")}</strong>
        ${kind === "note" ? html`<span class="badge">${icon("note")}${say("thread.note_badge")}</span>` : ""}
        <time datetime=${message.created_at} title=${inFull(message.created_at)}>${timeOfDay(message.created_at)}</time>
      </header>
      ${message.body ? html`<div class="body" dir="auto">${linked(message.body)}</div>` : ""}
      ${message.attachments?.length ? html`<div class="files">${each(message.attachments, (file) => file.id, attachment)}</div>` : ""}
    </article>`;
}

/** A line between the messages of two days. */
export const dayLine = (time) => html`<div class="day"><span>${day(time)}</span></div>`;

const named = (value) => value?.name ?? value?.id ?? "";

/** What is said of each field that has changed. */
const SENTENCES = {
  assignee: ([, after]) => (after ? say("history.assigned", named(after)) : say("history.unassigned")),
  team: ([, after]) => (after ? say("history.team", named(after)) : say("history.no_team")),
  status: ([, after]) => say("history.status", say(`status.${after}`)),
  ticket_status: ([before, after]) => (before ? say("history.status", say(`status.${after}`)) : say("history.ticket")),
  priority: ([, after]) => say("history.priority", say(`priority.${after}`)),
  subject: ([, after]) => say("history.subject", after),
  inbox_id: ([before, after]) => before && say("history.inbox", inboxOf(after)?.name ?? after),
  custom_fields: () => say("history.custom_fields"),
  tags: ([before, after]) => {
    const less = (all, some) => (all ?? []).filter((tag) => !(some ?? []).includes(tag));
    const [added, removed] = [less(after, before), less(before, after)];
    return [added.length > 0 && say("history.tagged", added.join(", ")), removed.length > 0 && say("history.untagged", removed.join(", "))].filter(Boolean).join(", ");
  },
};

/** A thread's first change is its beginning, which its first message tells. */
const isBeginning = ({ changes }) => changes.subject?.[0] === null;

/** A change between the messages; nothing for one of which nothing is to be said. */
export function changeItem(change) {
  if (isBeginning(change)) return "";
  const { status, ...others } = change.changes;
  // What closes a conversation resolves its ticket: that is said once.
  const changes = others.ticket_status || !status ? others : { status, ...others };
  const sentences = Object.entries(changes).map(([field, pair]) => SENTENCES[field]?.(pair)).filter(Boolean);
  if (sentences.length === 0) return "";
  return html`
    <p class="change" data-test="change">
      <strong dir="auto">${change.actor?.name ?? say("thread.system")}</strong> ${sentences.join(", ")}
      <time datetime=${change.created_at} title=${inFull(change.created_at)}>${timeOfDay(change.created_at)}</time>
    </p>`;
}
