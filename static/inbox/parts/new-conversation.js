// A conversation that we begin: with whom, about what, and what is said first. What is typed is kept until it is sent.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { action } from "../core/actions.js";
import { get, post } from "../core/api.js";
import { keep, recall } from "../core/kept.js";
import { address, go, place } from "../core/place.js";
import { signal } from "../core/signal.js";
import { attempt } from "../core/toasts.js";
import { say } from "../core/words.js";
import { findContacts } from "../data/contacts.js";
import { inboxOf, inboxes, userOf } from "../data/people.js";
import { learn } from "../data/objects.js";
import { offerUndo } from "../data/undo.js";
import { avatar } from "./avatar.js";
import { ask } from "./form.js";
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

/** Where somebody is looked for, by name or address, or who was chosen. `form`: the form that it is in. */
class Recipient extends Element {
  static takes = ["form", "marks"];
  found = signal([]);
  at = signal(0);

  left() {
    clearTimeout(this.waits);
  }

  show() {
    const { contact, to } = this.form.typed.value;
    const { id, about, bad } = this.marks;
    const found = this.found.value;
    if (contact) {
      return html`
        <div class="chosen" data-test="new-chosen">${avatar(contact, "small")}<strong dir="auto">${nameOf(contact)}</strong><span class="quiet" dir="auto">${contact.name ? contact.email : ""}</span>
          <button type="button" class="plain" id=${id} aria-label=${say("new.other")} aria-describedby=${about} @click=${() => this.take(null)}>${icon("close")}</button></div>`;
    }
    return html`
      <input id=${id} name="to" dir="auto" role="combobox" aria-expanded=${String(found.length > 0)} aria-controls="${id}-found" aria-autocomplete="list" autocomplete="off" spellcheck="false" inputmode="email"
        aria-activedescendant=${found[this.at.value] ? `found-${this.at.value}` : null} aria-invalid=${bad} aria-describedby=${about} placeholder=${say("new.contact_place")} .value=${to}
        @input=${(event) => this.look(event.target.value)} @keydown=${(event) => this.press(event)} @blur=${() => this.stopLooking()} data-test="new-to">
      <ul id="${id}-found" class="found" role="listbox" aria-label=${say("new.found")} ?hidden=${found.length === 0}>
        ${each(found, (one) => one.id, (one, at) => html`
          <li id="found-${at}" role="option" aria-selected=${String(at === this.at.value)} @pointermove=${() => { this.at.value = at; }} @mousedown=${(event) => (event.preventDefault(), this.take(one))} data-test="new-found">
            ${avatar(one, "small")}<span dir="auto">${nameOf(one)}</span><span class="quiet" dir="auto">${one.name ? one.email : one.company}</span></li>`)}
      </ul>`;
  }

  look(to) {
    this.form.set({ to });
    clearTimeout(this.waits);
    const query = to.trim();
    if (!query) return this.stopLooking();
    this.waits = setTimeout(async () => {
      const found = await findContacts(query, FOUND_MAX).catch(() => null);
      if (!found || this.form.typed.peek().to !== to || document.activeElement?.name !== "to") return;
      this.found.value = found;
      // Who types a whole address means it: Enter must not turn it into somebody else's.
      this.at.value = isAddress(query) ? found.findIndex((one) => one.email?.toLowerCase() === query.toLowerCase()) : 0;
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
    this.form.faults.value = {};
    this.form.set({ contact: contact && { id: contact.id, name: contact.name, email: contact.email }, to: "", name: "" });
    setTimeout(() => this.form.querySelector(contact ? "[name=subject]" : "[name=to]")?.focus());
  }
}

define("recipient-field", Recipient);

/** What else is said of the thread, each chosen in the palette. */
function choices({ priority, assignee, tags, ticket, inbox }, form) {
  const pick = async (name, items, id) => {
    const chosen = await choose({ label: say(`pick.${name}`), find: (query) => matching(items, query) });
    if (chosen) form.set({ [name]: id(chosen.id) });
  };
  const pill = (name, content, act) => html`<button type="button" class="pill" @click=${act} data-test="new-${name}"><span class="unseen">${say(`fields.${name}`)}: </span>${content}</button>`;
  const who = userOf(assignee);
  const shown = inbox ?? firstInbox();
  return html`
    <div class="pills">
      ${pill("priority", html`<span class="priority ${priority}">${icon("flag")}</span>${say(`priority.${priority}`)}`, () => pick("priority", priorityItems(priority), (id) => id))}
      ${pill("assignee", html`${who ? avatar(who, "small") : icon("people")}${who?.name ?? say("thread.unassigned")}`, () => pick("assignee", assigneeItems(assignee), (id) => (id === "none" ? null : id)))}
      ${pill("tags", tags.length > 0 ? each(tags, (tag) => tag, tagMark) : html`${icon("tag")}${say("fields.tags")}`, () => pickTags(form))}
      ${ticket ? pill("inbox", html`${icon("inbox")}${inboxOf(shown)?.name ?? ""}`, () => pick("inbox", inboxItems(shown), (id) => id)) : ""}
    </div>`;
}

async function pickTags(form) {
  const has = (name) => isAmong(form.typed.peek().tags, name);
  const toggle = ({ id }) => {
    const { tags } = form.typed.peek();
    form.set({ tags: has(id) ? tags.filter((tag) => tag.toLowerCase() !== id.toLowerCase()) : [...tags, id] });
  };
  await choose({ label: say("pick.tags"), find: (query) => tagItems(query, has), multiple: true, toggle });
}

function discard(before, form) {
  keep(DRAFT, null);
  form.asked.done(null);
  offerUndo(say("new.discarded"), () => {
    keep(DRAFT, before);
    begin();
  });
}

const fields = (values, form) => {
  const { to, contact, subject, body, ticket } = values;
  return [
    { name: "contact", label: say("new.to"), of: ["contact.id", "contact.email"], kind: (_, value, set, marks) => html`<recipient-field .form=${form} .marks=${marks}></recipient-field>` },
    ...(!contact && isAddress(to) ? [{ name: "name", label: say("new.name"), of: ["contact.name"] }] : []),
    { name: "subject", label: say("new.subject") },
    { name: "body", label: say(ticket ? "new.description" : "new.message"), of: ["message.body", "description"], kind: "textarea" },
    { name: "choices", of: ["assignee_id", "inbox_id", "tags"], kind: () => choices(values, form) },
    { name: "ticket", label: say("new.ticket"), kind: "checkbox" },
    ...(body || subject || to ? [{ name: "kept", kind: () => html`<p class="kept quiet">${say("new.kept")}<button type="button" class="plain" @click=${() => discard(values, form)} data-test="new-discard">${say("new.discard")}</button></p>` }] : []),
  ];
};

async function send(given, form) {
  const { to, contact, name, subject, body, priority, assignee, tags, ticket, inbox, sent } = form.typed.peek();
  const route = ticket ? "/tickets" : "/conversations";
  const what = {
    subject: subject.trim(), priority, tags, assignee_id: assignee,
    contact: contact ? { id: contact.id } : { email: to.trim(), name: name.trim() || undefined },
    ...(ticket ? { description: body, inbox_id: inbox ?? firstInbox() } : { message: { body, type: "reply" } }),
  };
  // What may have arrived is sent again under the key that it had; what is something else has its own.
  const text = JSON.stringify([route, what]);
  const key = sent?.text === text ? sent.key : crypto.getRandomValues(new Uint32Array(4)).join("-");
  form.set({ sent: { key, text } });
  const { data } = await post(route, what, { headers: { "Idempotency-Key": key } });
  keep(DRAFT, null);
  learn(data);
  go(address(route.slice(1), data.id));
}

/** On a contact's page it is with that contact. */
async function begin() {
  const { page, id } = place.peek();
  const known = page === "contacts" && id ? await attempt(() => get(`/contacts/${id}`)) : null;
  if (document.querySelector("recipient-field")) return;
  ask({
    title: say("new.title"), fields, send,
    values: { ...EMPTY, ...recall(DRAFT, {}), ...(known && { contact: known.data }) },
    go: ({ ticket }) => say(ticket ? "new.make" : "new.send"),
    change: (values) => keep(DRAFT, values),
  });
}

action({ id: "new", key: "c", name: "actions.new", group: "go", picture: "plus", run: begin });
