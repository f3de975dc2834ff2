// What is known of a contact, changed in place.

import { html } from "../core/html.js";
import { define } from "../core/element.js";
import { address } from "../core/place.js";
import { day, inFull } from "../core/time.js";
import { say } from "../core/words.js";
import { FIELDS, contactOf } from "../data/contacts.js";
import { read } from "../data/objects.js";
import "./custom-fields.js";
import { InPlace } from "./in-place.js";
import { mergeInto } from "./merge-contacts.js";
import { nameOf } from "./thread-row.js";

/** `contact`: whose fields they are. */
class ContactFields extends InPlace {
  static takes = ["contact"];

  get owner() {
    return this.contact?.id;
  }

  show() {
    const { contact } = this;
    if (!contact) return html``;
    this.turnTo(contact.id);
    return html`
      <section class="card">
        ${FIELDS.map(([name, inputmode]) => this.row(name, contact[name] ?? "", { id: `contact-${name}`, label: say(`contacts.${name}`), inputmode, test: name }))}
        <div class="entry"><span class="label">${say("contacts.created")}</span><time class="fixed" datetime=${contact.created_at} title=${inFull(contact.created_at)}>${day(contact.created_at)}</time></div>
      </section>
      <custom-fields .owner=${contact.id} .fields=${contact.custom_fields}></custom-fields>`;
  }

  patch(name, value) {
    return { [name]: value };
  }

  told(name) {
    return say("did.field", say(`contacts.${name}`));
  }

  /** An address may be another contact's: who that is, and the way to make them one. */
  async wrong(name, error) {
    const known = super.wrong(name, error);
    const id = error.details?.find((detail) => detail.existing_id)?.existing_id;
    if (!id) return known;
    await read(id).catch(() => {});
    const other = contactOf(id);
    return html`${known} <a href=${address("contacts", id)} data-test="taken-by">${other ? nameOf(other) : id}</a>
      <button type="button" class="plain link" @click=${() => mergeInto(this.contact, other)} ?disabled=${!other} data-test="taken-merge">${say("contacts.merge_link")}</button>`;
  }
}

define("contact-fields", ContactFields);
