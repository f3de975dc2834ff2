// Two contacts that are one person: both side by side, which of them stays, and what becomes of the other.

import { html } from "../core/html.js";
import { get } from "../core/api.js";
import { address, go, place } from "../core/place.js";
import { signal } from "../core/signal.js";
import { toast } from "../core/toasts.js";
import { say } from "../core/words.js";
import { FIELDS, findContacts, merge } from "../data/contacts.js";
import { avatar } from "./avatar.js";
import { valueText } from "./custom-value.js";
import { ask } from "./form.js";
import { iconButton } from "./icons.js";
import { choose } from "./palette.js";
import { nameOf } from "./thread-row.js";

const NAMES = FIELDS.map(([name]) => name);

/** Asks whether `goes` is to be merged into `stays`. */
export function mergeInto(...two) {
  const both = signal(two);
  const threads = signal({});
  for (const { id } of two) {
    get("/conversations", { contact: id, per_page: 1 }).then(({ meta }) => {
      threads.value = { ...threads.peek(), [id]: meta.total_count };
    }, () => {});
  }
  const side = (contact, role) => {
    const known = [...NAMES.slice(1).map((name) => contact[name]).filter(Boolean), ...Object.entries(contact.custom_fields).map(([name, value]) => `${name}: ${valueText(value)}`)];
    const count = threads.value[contact.id];
    return html`
      <section class="side ${role}" aria-label=${say(`contacts.${role}`)} data-test="merge-${role}">
        <h3>${say(`contacts.${role}`)}</h3>
        <p class="who">${avatar(contact)}<strong dir="auto">${nameOf(contact)}</strong></p>
        ${known.map((text) => html`<p dir="auto">${text}</p>`)}
        <p class="quiet">${count === undefined ? "" : `${say("contacts.threads_count", count)} · `}${contact.id}</p>
      </section>`;
  };
  const body = () => {
    const [goes, stays] = both.value;
    const filled = [
      ...NAMES.filter((name) => goes[name] && !stays[name]).map((name) => say(`contacts.${name}`)),
      ...Object.keys(goes.custom_fields).filter((name) => !(name in stays.custom_fields)),
    ];
    return html`
      <div class="both">
        ${side(goes, "goes")}
        ${iconButton("sort", say("contacts.swap"), () => { both.value = [stays, goes]; }, "merge-swap")}
        ${side(stays, "stays")}
      </div>
      <ul class="points">
        <li>${say("contacts.merge_threads", nameOf(goes), nameOf(stays))}</li>
        ${goes.email && stays.email ? html`<li>${say("contacts.merge_email", goes.email, nameOf(stays))}</li>` : ""}
        ${filled.length > 0 ? html`<li>${say("contacts.merge_filled", filled.join(", "))}</li>` : ""}
        <li><strong>${say("contacts.merge_last")}</strong></li>
      </ul>`;
  };
  const send = async () => {
    const [goes, stays] = both.peek();
    const merged = await merge(goes.id, stays.id);
    toast(say("contacts.merged", nameOf(goes), nameOf(merged)));
    go(address("contacts", merged.id, place.peek().query), { replace: true });
  };
  ask({ title: say("contacts.merge_title"), danger: true, body, go: () => say("contacts.merge_go", nameOf(both.value[1])), send });
}

/** Lets the user choose with whom a contact is merged, and asks. */
export async function mergeWith(contact) {
  const find = async (query) => {
    const found = await findContacts(query).catch(() => []);
    return found.filter((one) => one.id !== contact.id).map((one) => ({ id: one.id, name: nameOf(one), hint: [one.name && one.email, one.company].filter(Boolean).join(" · "), picture: avatar(one, "small"), one }));
  };
  const chosen = await choose({ label: say("contacts.merge_find"), title: nameOf(contact), find });
  if (chosen) mergeInto(chosen.one, contact);
}
