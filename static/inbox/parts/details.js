// What is known of a thread beside what was said: where it stands, whom it is with, and what they wrote before.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { get } from "../core/api.js";
import { address } from "../core/place.js";
import { signal } from "../core/signal.js";
import { ago, inFull, length, now } from "../core/time.js";
import { say } from "../core/words.js";
import { inboxOf } from "../data/people.js";
import { avatar } from "./avatar.js";
import "./custom-fields.js";
import { icon } from "./icons.js";
import { pickAssignee, pickInbox, pickPriority, pickStatus, pickTags, pickTeam } from "./pickers.js";
import { nameOf, statusDot, tagMark } from "./thread-row.js";

const EARLIER = 5;
/** Threads that are only passed by ask for nothing, in milliseconds. */
const LINGERS = 150;

/** `thread`: the conversation. `ticket`: its ticket, if it has one. */
class Details extends Element {
  static takes = ["thread", "ticket"];
  contact = signal(null);
  earlier = signal([]);

  /** Reads the contact, and what they wrote before, when the thread is with somebody else. */
  turnTo(contact, thread) {
    const key = `${contact?.id} ${thread}`;
    if (this.key === key) return;
    this.key = key;
    this.contact.value = null;
    this.earlier.value = [];
    if (!contact?.email && contact?.name === "Deleted contact") return;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.read(key, contact, thread), LINGERS);
  }

  read(key, contact, thread) {
    const still = (set) => (answer) => this.key === key && set(answer.data);
    get(`/contacts/${contact.id}`).then(still((data) => { this.contact.value = data; }), () => {});
    get("/conversations", { contact: contact.id, per_page: EARLIER + 1 })
      .then(still((data) => { this.earlier.value = data.filter((one) => one.id !== thread).slice(0, EARLIER); }), () => {});
  }

  left() {
    clearTimeout(this.pause);
  }

  show() {
    const { thread, ticket } = this;
    if (!thread) return html``;
    this.turnTo(thread.contact, thread.id);
    const ids = [ticket?.id ?? thread.id];
    const object = ticket ?? thread;
    return html`
      <aside aria-label=${say("thread.details")}>
        ${ticket ? this.sla(ticket) : ""}
        <dl class="facts">
          ${this.fact("status", html`${statusDot(object.status)}${say(`status.${object.status}`)}`, () => pickStatus(ids))}
          ${this.fact("assignee", thread.assignee ? html`${avatar(thread.assignee, "small")}${thread.assignee.name}` : html`<em>${say("thread.unassigned")}</em>`, () => pickAssignee(ids), "a")}
          ${this.fact("team", thread.team ? html`${icon("team")}${thread.team.name}` : html`<em>${say("thread.no_team")}</em>`, () => pickTeam(ids))}
          ${this.fact("priority", html`<span class="priority ${thread.priority}">${icon("flag")}</span>${say(`priority.${thread.priority}`)}`, () => pickPriority(ids), "p")}
          ${ticket ? this.fact("inbox", inboxOf(ticket.inbox_id)?.name ?? "", () => pickInbox(ids)) : ""}
          ${this.fact("tags", thread.tags.length > 0 ? each(thread.tags, (tag) => tag, tagMark) : html`<em>${say("thread.no_tags")}</em>`, () => pickTags(ids), "t")}
        </dl>
        ${this.person(thread)}
        <custom-fields .owner=${thread.id} .fields=${thread.custom_fields}></custom-fields>
        ${this.others()}
      </aside>`;
  }

  fact(name, value, act, key) {
    return html`<div><dt>${say(`fields.${name}`)}</dt><dd><button type="button" class="plain value" @click=${act} title=${key ? key.toUpperCase() : null} data-test="set-${name}">${value}</button></dd></div>`;
  }

  /** The two clocks of a ticket, as they tick. */
  sla(ticket) {
    const { sla } = ticket;
    const answered = sla.first_responded_at;
    return html`
      <section class="sla-box ${sla.status}" aria-label=${say("sla.title")} data-test="sla">
        <h2>${icon("clock")}${say("sla.title")}<span>${say(`sla.${sla.status}`)}</span></h2>
        ${answered
          ? html`<p><span>${say("sla.first_response")}</span><b title=${inFull(answered)}>${say("sla.met")}</b></p>`
          : sla.first_response_due ? this.clock("first_response", sla.first_response_due) : ""}
        ${sla.paused ? html`<p><span>${say("sla.resolution")}</span><b>${say("sla.paused")}</b></p>` : sla.resolution_due ? this.clock("resolution", sla.resolution_due) : ""}
      </section>`;
  }

  clock(name, due) {
    const left = (new Date(due) - now.value) / 1000;
    return html`<p class=${left < 0 ? "late" : ""}><span>${say(`sla.${name}`)}</span><b title=${inFull(due)}>${left < 0 ? say("sla.over", length(-left)) : say("sla.left", length(left))}</b></p>`;
  }

  person(thread) {
    const contact = this.contact.value;
    const line = (value, show = value) => (value ? html`<p dir="auto">${show}</p>` : "");
    return html`
      <section class="card">
        <h2>${say("fields.contact")}</h2>
        <a class="person" href=${address("contacts", thread.contact.id)} data-test="contact">${avatar(thread.contact)}<strong dir="auto">${nameOf(thread.contact)}</strong></a>
        ${line(contact?.email, html`<a href=${`mailto:${contact?.email}`}>${contact?.email}</a>`)}
        ${line(contact?.phone)}
        ${line(contact?.company)}
      </section>`;
  }

  others() {
    const earlier = this.earlier.value;
    if (earlier.length === 0) return "";
    return html`
      <section class="card">
        <h2>${say("thread.earlier")}</h2>
        <ul class="earlier">
          ${each(earlier, (one) => one.id, (one) => html`<li><a href=${address("conversations", one.id)}>${statusDot(one.status)}<span dir="auto">${one.subject}</span><time>${ago(one.last_message_at ?? one.updated_at)}</time></a></li>`)}
        </ul>
      </section>`;
  }
}

define("thread-details", Details);
