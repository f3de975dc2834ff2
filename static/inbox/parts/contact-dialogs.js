// What is asked about contacts: a new one, whether one is erased, and a custom field of many.

import { html } from "../core/html.js";
import { address, go, place } from "../core/place.js";
import { signal } from "../core/signal.js";
import { toast } from "../core/toasts.js";
import { say } from "../core/words.js";
import { FIELDS, contactOf, create, erase, rehearse, setField } from "../data/contacts.js";
import { fieldsOfField, givenField, valueText } from "./custom-value.js";
import { ask } from "./form.js";
import { nameOf } from "./thread-row.js";

export const newContact = () => ask({
  title: say("contacts.new"), go: say("contacts.create"),
  fields: FIELDS.map(([name, inputmode]) => ({
    name, inputmode, label: say(`contacts.${name}`),
    more: ({ existing_id: id }) => id && html`<a href=${address("contacts", id)}>${say("contacts.open")}</a>`,
  })),
  async send(values) {
    const contact = await create(values);
    toast(say("contacts.created_toast", nameOf(contact)));
    go(address("contacts", contact.id));
  },
});

export function eraseContact(contact) {
  const known = contact.name || contact.email || contact.phone;
  const plain = (text = "") => text.normalize().trim().toLowerCase();
  ask({
    title: say("contacts.erase_title", nameOf(contact)), go: say("contacts.erase_go"), danger: true,
    body: ({ messages }) => html`
      <ul class="points">
        <li>${say("contacts.erase_goes")}</li>
        <li>${say(messages ? "contacts.erase_messages_go" : "contacts.erase_stays")}</li>
        <li><strong>${say("contacts.erase_last")}</strong></li>
      </ul>`,
    fields: [
      { name: "messages", kind: "checkbox", label: say("contacts.erase_messages") },
      { name: "confirm", label: html`${say("contacts.erase_type")} <strong dir="auto">${known}</strong>` },
    ],
    may: ({ confirm }) => plain(confirm) === plain(known),
    async send({ messages }) {
      await erase(contact.id, { messages });
      toast(say("contacts.erased"));
      go(address("contacts", null, place.peek().query), { replace: true });
    },
  });
}

/** Sets a field of many contacts; what would happen is looked at first. `done()`: called when it was done. */
export function fieldOfMany(ids, done) {
  const looked = signal(null);
  const none = true;
  const offers = [...new Set(ids.flatMap((id) => Object.keys(contactOf(id)?.custom_fields ?? {})))].sort();
  let named;
  ask({
    title: say("contacts.field_title", ids.length), values: { kind: "string" },
    go: () => (looked.value ? say("contacts.field_go", looked.value.ids.length) : say("contacts.field_look")),
    may: ({ name }) => Boolean(name?.trim()) && looked.value?.ids.length !== 0,
    fields: (values) => [...fieldsOfField(values, { offers, none }), { name: "looked", kind: () => (looked.value ? told(looked.value) : "") }],
    change({ name }, form) {
      looked.value = null;
      if (name === named) return;
      named = name;
      const known = ids.map((id) => contactOf(id)?.custom_fields[name]).find((one) => one !== undefined);
      if (known !== undefined) form.set({ kind: typeof known });
    },
    async send(values) {
      const name = values.name.trim();
      const value = givenField(values, { none });
      if (!looked.peek()) {
        looked.value = { value, ...(await rehearse(ids, { custom_fields: { [name]: value } })) };
        return false;
      }
      await setField(looked.peek(), name, value);
      return done();
    },
  });
}

const told = ({ value, ids, same, failed }) => html`
  <p role="status" data-test="field-looked">${value === null ? say("contacts.look_remove", ids.length) : say("contacts.look_set", ids.length, valueText(value))}
    ${same > 0 ? say("contacts.look_same", same) : ""} ${failed.length > 0 ? html`<span class="bad">${say("contacts.look_failed", failed.length)}</span>` : ""}</p>`;
