// One contact: what is known of them, and what they wrote.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { perform } from "../core/actions.js";
import { address, go, place } from "../core/place.js";
import { signal } from "../core/signal.js";
import { onEvent } from "../core/stream.js";
import { ago, count, inFull } from "../core/time.js";
import { attempt, complain } from "../core/toasts.js";
import { say } from "../core/words.js";
import { contactOf, download } from "../data/contacts.js";
import { Rows } from "../data/rows.js";
import { learn, read } from "../data/objects.js";
import { threadOf } from "../data/threads.js";
import { avatar } from "./avatar.js";
import { eraseContact } from "./contact-dialogs.js";
import { icon } from "./icons.js";
import { mergeWith } from "./merge-contacts.js";
import { nameOf, statusDot, tagMark } from "./thread-row.js";
import "./contact-fields.js";

/** Threads that are shown at first, and that many more each time. */
const SHOWN = 25;

/** `open`: the id of the contact. `back`: where the list is, for narrow screens. */
class ContactView extends Element {
  static takes = ["open", "back"];
  missing = signal(false);
  until = signal(SHOWN);

  arrived() {
    this.stop = onEvent((event) => this.hear(event));
  }

  left() {
    this.stop();
    this.threads?.end();
    this.who = undefined;
  }

  hear({ type, data, changes }) {
    if (!this.who) return;
    if (type === "gap" || data?.contact?.id === this.who || this.threads.indexOf(data?.conversation_id) >= 0) this.threads.refresh();
    if (type === "gap" || (type === "contact.deleted" && data.id === this.who)) this.read(changes?.merged_into?.[1] ?? this.who);
  }

  turnTo(id) {
    if (this.who === id) return;
    this.who = id;
    this.missing.value = false;
    this.until.value = SHOWN;
    this.threads?.end();
    if (!id) return;
    this.threads = new Rows("/conversations", { contact: id, sort: "-last_message_at" }, learn);
    this.threads.look(0, SHOWN - 1);
    this.read(id);
  }

  async read(id) {
    try {
      const contact = await read(id);
      // One that was merged: the other one stands for both.
      if (this.open === this.who && contact.id !== this.who) go(address("contacts", contact.id, place.peek().query), { replace: true });
    } catch (error) {
      if (this.who !== id) return;
      if (error.status === 404) this.missing.value = true;
      else complain(error);
    }
  }

  show() {
    this.turnTo(this.open);
    const contact = contactOf(this.open);
    if (!this.open) return html`<div class="nothing"><p>${say("contacts.choose")}</p></div>`;
    if (this.missing.value) return html`<div class="nothing"><p>${say("contacts.missing")}</p><a class="button" href=${this.back}>${say("thread.back")}</a></div>`;
    if (!contact) return html`<div class="nothing" aria-busy="true"></div>`;
    return html`
      <header class="thread-head">
        <a class="back plain button" href=${this.back} aria-label=${say("thread.back")}>${icon("back")}</a>
        ${avatar(contact)}
        <div class="title">
          <h1 dir="auto" data-test="contact-name">${nameOf(contact)}</h1>
          <p>${contact.company ? html`<span dir="auto">${contact.company}</span>` : ""}<span class="id">${contact.id}</span></p>
        </div>
        <button type="button" aria-label=${say("actions.new")} @click=${() => perform("new")} data-test="contact-new">${icon("pen")}<span>${say("actions.new")}</span></button>
      </header>
      <div class="contact-body">
        <contact-fields .contact=${contact}></contact-fields>
        ${this.story()}
        <section class="card ways">
          <h2>${say("contacts.ways")}</h2>
          ${this.way("merge", "merge", () => mergeWith(contact))}
          ${this.way("export", "download", () => attempt(() => download(contact)))}
          ${this.way("erase", "trash", () => eraseContact(contact))}
        </section>
      </div>`;
  }

  way(name, picture, act) {
    return html`<button type="button" class="plain ${name}" @click=${act} data-test="contact-${name}">${icon(picture)}${say(`contacts.${name}`)}</button>`;
  }

  story() {
    const { threads } = this;
    const total = threads.total.value;
    void threads.version.value;
    const shown = this.until.value;
    const ids = threads.ids().slice(0, shown);
    return html`
      <section class="card threads" aria-label=${say("contacts.threads")} aria-busy=${total === null ? "true" : null}>
        <h2>${say("contacts.threads")}<span class="total">${total === null ? "" : count(total)}</span></h2>
        ${total === 0 ? html`<p class="quiet">${say("contacts.no_threads")}</p>` : ""}
        <ul>${each(ids, (id) => id, (id) => this.thread(threadOf(id)))}</ul>
        ${total > shown ? html`<button type="button" @click=${() => this.more()}>${say("contacts.more", count(total - shown))}</button>` : ""}
      </section>`;
  }

  thread(one) {
    if (!one) return "";
    const at = one.last_message_at ?? one.updated_at;
    return html`
      <li><a href=${address("conversations", one.id)} data-test="contact-thread">${statusDot(one.status)}<span class="subject" dir="auto">${one.subject}</span>
        <span class="tags">${each(one.tags.slice(0, 2), (tag) => tag, tagMark)}</span>${one.ticket_id ? html`<span class="quiet">${one.ticket_id}</span>` : ""}<time datetime=${at} title=${inFull(at)}>${ago(at)}</time></a></li>`;
  }

  more() {
    this.until.value += SHOWN;
    this.threads.look(0, this.until.peek() - 1);
  }
}

define("contact-view", ContactView);
