// Contacts: the list, found in as one types, and beside it the one that is open.

import { html } from "../core/html.js";
import { define } from "../core/element.js";
import { action } from "../core/actions.js";
import { address, go, place } from "../core/place.js";
import { onEvent } from "../core/stream.js";
import { count } from "../core/time.js";
import { attempt } from "../core/toasts.js";
import { say } from "../core/words.js";
import { contactOf, download } from "../data/contacts.js";
import { learn } from "../data/objects.js";
import { Rows } from "../data/rows.js";
import { eraseContact, fieldOfMany, newContact } from "../parts/contact-dialogs.js";
import { icon, iconButton } from "../parts/icons.js";
import { ListPage } from "../parts/list-page.js";
import { mergeWith } from "../parts/merge-contacts.js";
import { choose, matching } from "../parts/palette.js";
import { menuButton } from "../parts/sidebar.js";
import "../parts/contact-list.js";
import "../parts/contact-view.js";

/** What is typed is searched for after a pause of this length, in milliseconds. */
const PAUSE = 120;
const SORTS = ["-created_at", "name", "-updated_at"];

class ContactsPage extends ListPage {
  arrived() {
    this.stop = onEvent(({ type }) => /^(contact\.|gap)/.test(type) && this.rows?.refresh());
  }

  left() {
    this.stop();
    clearTimeout(this.pause);
    this.rows?.end();
    this.next?.end();
  }

  /** Another list when something else is searched for: it is shown once it is there. */
  turnTo({ query }) {
    const filters = { q: query.q, sort: SORTS.includes(query.sort) ? query.sort : SORTS[0] };
    const key = JSON.stringify(filters);
    if (this.key !== key) {
      this.key = key;
      this.next?.end();
      this.next = new Rows("/contacts", filters, learn);
      this.next.look(0, 50);
    }
    if (this.next && (!this.rows || this.next.total.value !== null || this.next.failed.value)) {
      this.rows?.end();
      this.rows = this.next;
      this.next = null;
      this.selectNone();
      queueMicrotask(() => this.list()?.scrollTo(0, 0));
    }
  }

  show() {
    const here = place.value;
    this.turnTo(here);
    const total = this.rows.total.value;
    return html`
      <div class="panes ${here.id ? "reading" : ""}">
        <section class="list" aria-label=${say("frame.contacts")}>
          <header>
            ${menuButton()}
            <h1>${say("frame.contacts")}</h1>
            <span class="total" role="status" data-test="contacts-total">${total === null ? "" : count(total)}</span>
            <span class="space"></span>
            ${iconButton("sort", say("filters.sort"), () => this.sort(), "sort")}
            ${iconButton("plus", say("contacts.new"), newContact, "new-contact")}
          </header>
          ${this.bar(say("contacts.selected"), (ids) => html`<button type="button" @click=${() => fieldOfMany(ids, () => this.selectNone())} data-test="bulk-field">${say("contacts.field_many")}</button>`) || html`
            <div class="finder">${icon("search")}<input type="search" dir="auto" autocomplete="off" spellcheck="false" placeholder=${say("contacts.find")} aria-label=${say("contacts.find")}
              .value=${this.typed ?? here.query.q ?? ""} @input=${(event) => this.find(event.target.value)} @keydown=${(event) => this.press(event)} data-test="find-contact"></div>`}
          <contact-list .rows=${this.rows} .open=${here.id} .selected=${this.selected} .searched=${Boolean(here.query.q)} .link=${(id) => address("contacts", id, place.peek().query)}></contact-list>
        </section>
        <contact-view .open=${here.id} .back=${address("contacts", null, here.query)}></contact-view>
      </div>`;
  }

  find(text) {
    this.typed = text;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      this.typed = undefined;
      const { id, query } = place.peek();
      go(address("contacts", id, { ...query, q: text.trim() && text }), { replace: true });
    }, PAUSE);
  }

  press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, Enter: 0 }[event.key];
    if (step !== undefined && !event.isComposing) {
      event.preventDefault();
      this.list().move(step);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (event.target.value) this.find((event.target.value = ""));
      else event.target.blur();
    }
  }

  async sort() {
    const { id, query } = place.peek();
    const items = SORTS.map((one) => ({ id: one, name: say(`contacts.sort_${one.replace("-", "")}`), checked: one === (query.sort ?? SORTS[0]) }));
    const chosen = await choose({ label: say("filters.sort"), find: (text) => matching(items, text) });
    if (chosen) go(address("contacts", id, { ...query, sort: chosen.id === SORTS[0] ? null : chosen.id }));
  }

  list() {
    return this.querySelector("contact-list");
  }
}

define("contacts-page", ContactsPage);

const page = () => document.querySelector("contacts-page");
const isHere = () => Boolean(page());
const open = () => (isHere() ? contactOf(place.peek().id) : null);
const isOpen = () => Boolean(open());

const keys = [
  ["next-contact", ["j", "ArrowDown"], "next", isHere, () => page().list().move(1)],
  ["previous-contact", ["k", "ArrowUp"], "previous", isHere, () => page().list().move(-1)],
  ["leave-contact", "Escape", "leave", () => isOpen() || page()?.selected.peek().size > 0, () => page().leave()],
  ["select-contact", "x", "select", isOpen, () => page().toggle(place.peek().id)],
  ["merge-contact", null, "merge", isOpen, () => mergeWith(open())],
  ["export-contact", null, "export", isOpen, () => attempt(() => download(open()))],
  ["erase-contact", null, "erase", isOpen, () => eraseContact(open())],
  ["new-contact", null, "new", () => true, newContact],
];
for (const [id, key, name, when, run] of keys) action({ id, key, name: `contacts.${name}`, group: "contacts", when, run });
