// A conversation that we begin: with whom, about what, and what is said first. What is typed is kept until it is sent.

import { each, html } from "../core/html.js";
import { define } from "../core/element.js";
import { action } from "../core/actions.js";
import { get, post } from "../core/api.js";
import { keep, recall } from "../core/kept.js";
import { address, go, place } from "../core/place.js";
import { signal } from "../core/signal.js";
import { attempt } from "../core/toasts.js";
import { say } from "../core/words.js";
import { inboxOf, inboxes, userOf } from "../data/people.js";
import { learn } from "../data/objects.js";
import { offerUndo } from "../data/undo.js";
import { avatar } from "./avatar.js";
import { Dialog, ask } from "./dialog.js";
import { icon } from "./icons.js";
import { choose, matching } from "./palette.js";
import { assigneeItems, inboxItems, isAmong, priorityItems, tagItems } from "./pickers.js";
import { nameOf, tagMark } from "./thread-row.js";

/** The name under which the draft is kept. */
const DRAFT = "new-conversation";
/** Contacts are looked for when nobody has typed for this long, in milliseconds. */
const PAUSE = 120;
const FOUND_MAX = 6;

const EMPTY = { to: "", contact: null, name: "", subject: "", body: "", priority: "normal", assignee: null, tags: [], ticket: false, inbox: null };
const firstInbox = () => inboxes.value.map((one) => one.id).sort()[0];
const isAddress = (text) => /^\S+@\S+$/.test(text.trim());

/** `contact`: with whom, if that is known. */
class NewConversation extends Dialog {
  static takes = ["contact"];
  found = signal([]);
  at = signal(0);

  arrived() {
    this.typed.value = { ...EMPTY, ...recall(DRAFT, {}), ...(this.contact ? { contact: this.contact } : {}) };
    this.fields = ["contact", "contact.id", "contact.email", "contact.name", "subject", "message.body", "description", "assignee_id", "inbox_id", "tags"];
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.querySelector("form").requestSubmit();
    });
  }

  left() {
    clearTimeout(this.waits);
  }

  set(change) {
    this.typed.value = { ...this.typed.peek(), ...change };
    keep(DRAFT, this.typed.peek());
  }

  type(name, value) {
    this.set({ [name]: value });
  }

  title() {
    return say("new.title");
  }

  button() {
    return say(this.typed.value.ticket ? "new.make" : "new.send");
  }

  body() {
    const { body, ticket, contact, to, subject } = this.typed.value;
    return html`
      ${contact ? this.chosen(contact) : this.search()}
      ${!contact && isAddress(to) ? this.field("name", say("new.name"), { tall: true }) : ""}
      ${this.field("subject", say("new.subject"), { tall: true })}
      ${this.entry("text", say(ticket ? "new.description" : "new.message"), ["message.body", "description"], (wrong) => html`
        <textarea id="dialog-text" dir="auto" rows="6" .value=${body} aria-invalid=${wrong} aria-describedby=${wrong && "dialog-text-wrong"} @input=${(event) => this.set({ body: event.target.value })} data-test="new-body"></textarea>`)}
      ${this.choices()}
      <label class="switch"><input type="checkbox" .checked=${ticket} @change=${(event) => this.set({ ticket: event.target.checked })} data-test="new-ticket"> ${say("new.ticket")}</label>
      ${body || subject || to ? html`<p class="kept quiet">${say("new.kept")}<button type="button" class="plain" @click=${() => this.discard()} data-test="new-discard">${say("new.discard")}</button></p>` : ""}`;
  }

  /** A field that is no line of text, with what is wrong with any of `fields`. */
  entry(id, label, fields, content) {
    const wrong = fields.map((field) => this.refusal.value?.about?.(field)).find(Boolean);
    return html`
      <div class="entry tall">
        <label for="dialog-${id}">${label}</label>
        ${content(wrong ? "true" : null)}
        ${wrong ? html`<p class="bad" id="dialog-${id}-wrong" role="alert">${wrong}</p>` : ""}
      </div>`;
  }

  /** Who was chosen. */
  chosen(contact) {
    return this.entry("other", say("new.to"), ["contact", "contact.id"], () => html`
      <div class="chosen" data-test="new-chosen">${avatar(contact, "small")}<strong dir="auto">${nameOf(contact)}</strong><span class="quiet" dir="auto">${contact.name ? contact.email : ""}</span>
        <button type="button" class="plain" id="dialog-other" aria-label=${say("new.other")} @click=${() => this.take(null)}>${icon("close")}</button></div>`);
  }

  /** Where somebody is looked for, by name or address. */
  search() {
    const found = this.found.value;
    return this.entry("to", say("new.to"), ["contact.email", "contact"], (wrong) => html`
      <input id="dialog-to" dir="auto" role="combobox" aria-expanded=${String(found.length > 0)} aria-controls="dialog-found" aria-autocomplete="list" autocomplete="off" spellcheck="false" inputmode="email"
        aria-activedescendant=${found[this.at.value] ? `found-${this.at.value}` : null} aria-invalid=${wrong} aria-describedby=${wrong && "dialog-to-wrong"} placeholder=${say("new.contact_place")} .value=${this.typed.value.to}
        @input=${(event) => this.look(event.target.value)} @keydown=${(event) => this.press(event)} @blur=${() => this.stopLooking()} data-test="new-to">
      <ul id="dialog-found" class="found" role="listbox" aria-label=${say("new.found")} ?hidden=${found.length === 0}>
        ${each(found, (one) => one.id, (one, at) => html`
          <li id="found-${at}" role="option" aria-selected=${String(at === this.at.value)} @pointermove=${() => { this.at.value = at; }} @mousedown=${(event) => (event.preventDefault(), this.take(one))} data-test="new-found">
            ${avatar(one, "small")}<span dir="auto">${nameOf(one)}</span><span class="quiet" dir="auto">${one.name ? one.email : one.company}</span></li>`)}
      </ul>`);
  }

  look(to) {
    this.set({ to });
    clearTimeout(this.waits);
    const query = to.trim();
    if (!query) return this.stopLooking();
    this.waits = setTimeout(async () => {
      const answer = await get("/contacts", { q: query, per_page: FOUND_MAX }).catch(() => null);
      if (!answer || this.typed.peek().to !== to || document.activeElement?.id !== "dialog-to") return;
      this.found.value = answer.data;
      // Who types a whole address means it: Enter must not turn it into somebody else's.
      this.at.value = isAddress(query) ? answer.data.findIndex((one) => one.email?.toLowerCase() === query.toLowerCase()) : 0;
    }, PAUSE);
  }

  stopLooking() {
    clearTimeout(this.waits);
    this.found.value = [];
  }

  press(event) {
    const found = this.found.peek();
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (found.length === 0 || event.ctrlKey || event.metaKey) return;
    if (event.key in moves) this.at.value = (this.at.peek() + moves[event.key] + found.length) % found.length;
    else if (event.key === "Escape") this.stopLooking();
    else if (event.key === "Enter" && !event.isComposing && found[this.at.peek()]) this.take(found[this.at.peek()]);
    else return;
    event.preventDefault();
  }

  /** Takes somebody who was found, or lets go of them. */
  take(contact) {
    this.stopLooking();
    this.refusal.value = null;
    this.set({ contact: contact && { id: contact.id, name: contact.name, email: contact.email }, to: "", name: "" });
    queueMicrotask(() => this.querySelector(contact ? "#dialog-subject" : "#dialog-to")?.focus());
  }

  /** What else is said of the thread, each chosen in the palette. */
  choices() {
    const { priority, assignee, tags, ticket, inbox } = this.typed.value;
    const pick = async (name, items, id) => {
      const chosen = await choose({ label: say(`pick.${name}`), find: (query) => matching(items, query) });
      if (chosen) this.set({ [name]: id(chosen.id) });
    };
    const pill = (name, content, act) => html`<button type="button" class="pill" @click=${act} data-test="new-${name}"><span class="unseen">${say(`fields.${name}`)}: </span>${content}</button>`;
    const who = userOf(assignee);
    const shown = inbox ?? firstInbox();
    return html`
      <div class="pills">
        ${pill("priority", html`<span class="priority ${priority}">${icon("flag")}</span>${say(`priority.${priority}`)}`, () => pick("priority", priorityItems(priority), (id) => id))}
        ${pill("assignee", html`${who ? avatar(who, "small") : icon("people")}${who?.name ?? say("thread.unassigned")}`, () => pick("assignee", assigneeItems(assignee), (id) => (id === "none" ? null : id)))}
        ${pill("tags", tags.length > 0 ? each(tags, (tag) => tag, tagMark) : html`${icon("tag")}${say("fields.tags")}`, () => this.pickTags())}
        ${ticket ? pill("inbox", html`${icon("inbox")}${inboxOf(shown)?.name ?? ""}`, () => pick("inbox", inboxItems(shown), (id) => id)) : ""}
      </div>
      ${["assignee_id", "inbox_id", "tags"].map((field) => this.refusal.value?.about?.(field)).filter(Boolean).map((wrong) => html`<p class="bad" role="alert">${wrong}</p>`)}`;
  }

  async pickTags() {
    const has = (name) => isAmong(this.typed.peek().tags, name);
    const toggle = ({ id }) => {
      const { tags } = this.typed.peek();
      this.set({ tags: has(id) ? tags.filter((tag) => tag.toLowerCase() !== id.toLowerCase()) : [...tags, id] });
    };
    await choose({ label: say("pick.tags"), find: (query) => tagItems(query, has), multiple: true, toggle });
  }

  discard() {
    const before = this.typed.peek();
    keep(DRAFT, null);
    this.shut();
    offerUndo(say("new.discarded"), () => {
      keep(DRAFT, before);
      ask("new-conversation");
    });
  }

  async act() {
    const { to, contact, name, subject, body, priority, assignee, tags, ticket, inbox, sent } = this.typed.peek();
    const route = ticket ? "/tickets" : "/conversations";
    const what = {
      subject: subject.trim(), priority, tags, assignee_id: assignee,
      contact: contact ? { id: contact.id } : { email: to.trim(), name: name.trim() || undefined },
      ...(ticket ? { description: body, inbox_id: inbox ?? firstInbox() } : { message: { body, type: "reply" } }),
    };
    // What may have arrived is sent again under the key that it had; what is something else has its own.
    const text = JSON.stringify([route, what]);
    const key = sent?.text === text ? sent.key : crypto.getRandomValues(new Uint32Array(4)).join("-");
    this.set({ sent: { key, text } });
    const { data } = await post(route, what, { headers: { "Idempotency-Key": key } });
    keep(DRAFT, null);
    learn(data);
    go(address(route.slice(1), data.id));
  }
}

define("new-conversation", NewConversation);

/** On a contact's page it is with that contact. */
async function begin() {
  if (document.querySelector("new-conversation")) return;
  const { page, id } = place.peek();
  const known = page === "contacts" && id ? await attempt(() => get(`/contacts/${id}`)) : null;
  ask("new-conversation", known ? { contact: known.data } : {});
}

action({ id: "new", key: "c", name: "actions.new", group: "go", picture: "plus", run: begin });
