// What is known of a contact, changed in place: a fault stands at its field, and what was typed stays there until it is right.

import { html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { signal } from "../core/signal.js";
import { address } from "../core/place.js";
import { day, inFull } from "../core/time.js";
import { say } from "../core/words.js";
import { contactOf } from "../data/contacts.js";
import { change, read } from "../data/objects.js";
import { fault } from "./dialog.js";
import "./custom-fields.js";
import { mergeInto } from "./merge-contacts.js";
import { nameOf } from "./thread-row.js";

const FIELDS = [["name"], ["email", "email"], ["phone", "tel"], ["company"]];

/** `contact`: whose fields they are. */
class ContactFields extends Element {
  static takes = ["contact"];
  /** What is wrong, by field: `{ text, existing }`. */
  faults = signal({});
  /** What was typed and is not taken over yet, by field. */
  typed = {};

  show() {
    const { contact } = this;
    if (!contact) return html``;
    if (this.shownId !== contact.id) {
      this.shownId = contact.id;
      this.typed = {};
      this.faults.value = {};
    }
    return html`
      <section class="card">
        ${FIELDS.map(([name, inputmode]) => this.field(name, say(`contacts.${name}`), contact[name], inputmode))}
        <div class="entry"><span class="label">${say("contacts.created")}</span><time class="fixed" datetime=${contact.created_at} title=${inFull(contact.created_at)}>${day(contact.created_at)}</time></div>
      </section>
      <custom-fields .owner=${contact.id} .fields=${contact.custom_fields} .save=${(name, value) => this.saveField(contact.id, name, value)}></custom-fields>`;
  }

  saveField(id, name, value) {
    return change(id, { custom_fields: { [name]: value } }, { told: say(value === null ? "contacts.field_removed" : "did.field", name) });
  }

  field(key, label, value, inputmode) {
    const wrong = this.faults.value[key];
    const id = `contact-${key}`;
    const take = (event) => this.save(key, value, event.target.value);
    return html`
      <div class="entry">
        <label for=${id}>${label}</label>
        <span class="value"><input id=${id} type="text" dir="auto" autocomplete="off" spellcheck="false" inputmode=${inputmode ?? null} placeholder=${say("contacts.empty")} title=${String(value ?? "").length > 24 ? value : null}
          .value=${String(this.typed[key] ?? value ?? "")} aria-invalid=${wrong ? "true" : null} aria-describedby=${wrong ? `${id}-wrong` : null}
          @input=${(event) => { this.typed[key] = event.target.value; }} @change=${take} @keydown=${(event) => this.press(event, key, take)} data-test="set-${key}"></span>
        ${wrong ? html`<p class="bad" id="${id}-wrong" role="alert">${wrong.text} ${wrong.existing ? this.taken(wrong.existing) : ""}</p>` : ""}
      </div>`;
  }

  /** The address is another contact's: who that is, and the way to make them one. */
  taken(id) {
    const other = contactOf(id);
    return html`<a href=${address("contacts", id)} data-test="taken-by">${other ? nameOf(other) : id}</a>
      <button type="button" class="plain link" @click=${() => mergeInto(this.contact, other)} ?disabled=${!other} data-test="taken-merge">${say("contacts.merge_link")}</button>`;
  }

  press(event, key, take) {
    if (event.key === "Enter" && !event.isComposing) take(event);
    if (event.key !== "Escape") return;
    event.preventDefault();
    delete this.typed[key];
    this.say(key, null);
    this.draw();
    event.target.blur();
  }

  /** Takes over what was typed, unless it says what is known already. */
  async save(key, before, typed) {
    const text = typed.trim();
    delete this.typed[key];
    this.say(key, null);
    if (text === (before ?? "")) return;
    const { id } = this.contact;
    try {
      await change(id, { [key]: text || null }, { told: say("did.field", say(`contacts.${key}`)) });
    } catch (error) {
      if (id !== this.contact?.id) return;
      this.typed[key] ??= typed;
      const existing = error.details?.find((detail) => detail.existing_id)?.existing_id;
      if (existing) await read(existing).catch(() => {});
      this.say(key, { text: error.about?.(key) ?? fault(error), existing });
    }
  }

  say(key, wrong) {
    const { [key]: before, ...others } = this.faults.peek();
    if (before || wrong) this.faults.value = wrong ? { ...others, [key]: wrong } : others;
  }
}

define("contact-fields", ContactFields);
