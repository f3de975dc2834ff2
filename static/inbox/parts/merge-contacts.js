// Two contacts that are one person: both side by side, which of them stays, and what becomes of the other.

import { each, html } from "../core/html.js";
import { define } from "../core/element.js";
import { get } from "../core/api.js";
import { address, go, place } from "../core/place.js";
import { signal } from "../core/signal.js";
import { toast } from "../core/toasts.js";
import { say } from "../core/words.js";
import { findContacts, merge } from "../data/contacts.js";
import { avatar } from "./avatar.js";
import { valueText } from "./custom-value.js";
import { Dialog, ask } from "./dialog.js";
import { icon } from "./icons.js";
import { choose } from "./palette.js";
import { nameOf } from "./thread-row.js";

const FIELDS = ["name", "email", "phone", "company"];

/** `goes`: the contact that is merged. `stays`: the one it is merged into. */
class MergeContacts extends Dialog {
  static takes = ["goes", "stays"];
  threads = signal({});
  danger = true;

  arrived() {
    for (const { id } of [this.goes, this.stays]) {
      get("/conversations", { contact: id, per_page: 1 }).then(({ meta }) => {
        this.threads.value = { ...this.threads.peek(), [id]: meta.total_count };
      }, () => {});
    }
  }

  title() {
    return say("contacts.merge_title");
  }

  button() {
    return say("contacts.merge_go", nameOf(this.stays));
  }

  body() {
    const { goes, stays } = this;
    const filled = [
      ...FIELDS.filter((name) => goes[name] && !stays[name]).map((name) => say(`contacts.${name}`)),
      ...Object.keys(goes.custom_fields).filter((name) => !(name in stays.custom_fields)),
    ];
    return html`
      <div class="both">
        ${this.side(goes, "goes")}
        <button type="button" class="plain" aria-label=${say("contacts.swap")} title=${say("contacts.swap")} @click=${() => this.swap()} data-test="merge-swap">${icon("sort")}</button>
        ${this.side(stays, "stays")}
      </div>
      <ul class="points">
        <li>${say("contacts.merge_threads", nameOf(goes), nameOf(stays))}</li>
        ${goes.email && stays.email ? html`<li>${say("contacts.merge_email", goes.email, nameOf(stays))}</li>` : ""}
        ${filled.length > 0 ? html`<li>${say("contacts.merge_filled", filled.join(", "))}</li>` : ""}
        <li><strong>${say("contacts.merge_last")}</strong></li>
      </ul>`;
  }

  side(contact, role) {
    const known = [...FIELDS.slice(1).map((name) => contact[name]).filter(Boolean), ...Object.entries(contact.custom_fields).map(([name, value]) => `${name}: ${valueText(value)}`)];
    const threads = this.threads.value[contact.id];
    return html`
      <section class="side ${role}" aria-label=${say(`contacts.${role}`)} data-test="merge-${role}">
        <h3>${say(`contacts.${role}`)}</h3>
        <p class="who">${avatar(contact)}<strong dir="auto">${nameOf(contact)}</strong></p>
        ${each(known, (_, at) => at, (text) => html`<p dir="auto">${text}</p>`)}
        <p class="quiet">${threads === undefined ? "" : `${say("contacts.threads_count", threads)} · `}${contact.id}</p>
      </section>`;
  }

  swap() {
    [this.goes, this.stays] = [this.stays, this.goes];
  }

  async act() {
    const merged = await merge(this.goes.id, this.stays.id);
    toast(say("contacts.merged", nameOf(this.goes), nameOf(merged)));
    go(address("contacts", merged.id, place.peek().query), { replace: true });
  }
}

define("merge-contacts", MergeContacts);

/** Asks whether `goes` is to be merged into `stays`. */
export const mergeInto = (goes, stays) => ask("merge-contacts", { goes, stays });

/** Lets the user choose with whom a contact is merged, and asks. */
export async function mergeWith(contact) {
  const find = async (query) => {
    const found = await findContacts(query).catch(() => []);
    return found.filter((one) => one.id !== contact.id).map((one) => ({ id: one.id, name: nameOf(one), hint: [one.name && one.email, one.company].filter(Boolean).join(" · "), picture: avatar(one, "small"), one }));
  };
  const chosen = await choose({ label: say("contacts.merge_find"), title: nameOf(contact), find });
  if (chosen) mergeInto(chosen.one, contact);
}
