// What is known of a contact, changed in place: a fault stands at its field, and what was typed stays there until it is right.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { signal } from "../core/signal.js";
import { address } from "../core/place.js";
import { day, inFull } from "../core/time.js";
import { say } from "../core/words.js";
import { change, contactOf, read } from "../data/contacts.js";
import { kindChoice, valueOf } from "./custom-value.js";
import { fault } from "./dialog.js";
import { icon } from "./icons.js";
import { mergeInto } from "./merge-contacts.js";
import { nameOf } from "./thread-row.js";

const FIELDS = [["name"], ["email", "email"], ["phone", "tel"], ["company"]];
const CUSTOM = "custom_fields.";

/** `contact`: whose fields they are. */
class ContactFields extends Element {
  static takes = ["contact"];
  /** What is wrong, by field: `{ text, existing }`. */
  faults = signal({});
  /** The field that is being added: `{ kind }`; null if none is. */
  adding = signal(null);
  /** What was typed and is not taken over yet, by field. */
  typed = {};

  show() {
    const { contact } = this;
    if (!contact) return html``;
    if (this.shownId !== contact.id) {
      this.shownId = contact.id;
      this.typed = {};
      this.faults.value = {};
      this.adding.value = null;
    }
    const fields = Object.entries(contact.custom_fields);
    return html`
      <section class="card">
        ${FIELDS.map(([name, inputmode]) => this.field(name, say(`contacts.${name}`), contact[name], { inputmode }))}
        <div class="entry"><span class="label">${say("contacts.created")}</span><time class="fixed" datetime=${contact.created_at} title=${inFull(contact.created_at)}>${day(contact.created_at)}</time></div>
      </section>
      <section class="card" aria-label=${say("fields.custom_fields")}>
        <h2>${say("fields.custom_fields")}<button type="button" class="plain" aria-label=${say("fields.add")} title=${say("fields.add")} aria-expanded=${String(Boolean(this.adding.value))}
          @click=${() => this.begin()} data-test="add-field">${icon("plus")}</button></h2>
        ${each(fields, ([name]) => name, ([name, value]) => this.field(CUSTOM + name, name, value, { custom: name }))}
        ${fields.length === 0 && !this.adding.value ? html`<p class="quiet">${say("fields.none")}</p>` : ""}
        ${this.adding.value ? this.adder(contact) : ""}
      </section>`;
  }

  field(key, label, value, { inputmode, custom } = {}) {
    const wrong = this.faults.value[key];
    const id = `contact-${encodeURIComponent(key)}`;
    const kind = typeof value === "boolean" ? "checkbox" : "text";
    const shown = this.typed[key] ?? value ?? "";
    const take = (event) => this.save(key, value, kind === "checkbox" ? event.target.checked : event.target.value);
    const input = kind === "checkbox"
      ? html`<input id=${id} type="checkbox" .checked=${Boolean(value)} @change=${take}>`
      : html`<input id=${id} type="text" dir="auto" autocomplete="off" spellcheck="false" inputmode=${inputmode ?? (typeof value === "number" ? "decimal" : null)} placeholder=${say("contacts.empty")} title=${String(value ?? "").length > 24 ? value : null}
          .value=${String(shown)} aria-invalid=${wrong ? "true" : null} aria-describedby=${wrong ? `${id}-wrong` : null}
          @input=${(event) => { this.typed[key] = event.target.value; }} @change=${take} @keydown=${(event) => this.press(event, key, take)} data-test="set-${key}">`;
    return html`
      <div class="entry ${custom ? "own" : ""}">
        <label for=${id} dir="auto" title=${custom ? label : null}>${label}</label>
        <span class="value">${input}</span>
        ${custom ? html`<button type="button" class="plain" aria-label=${say("contacts.remove_field", label)} title=${say("contacts.remove_field", label)} @click=${() => this.set(key, null)}>${icon("close")}</button>` : ""}
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
  save(key, before, typed) {
    const text = typeof typed === "string" ? typed.trim() : typed;
    if (text === String(before ?? "")) {
      delete this.typed[key];
      this.say(key, null);
      return;
    }
    const custom = key.startsWith(CUSTOM);
    const value = text === "" && !(custom && typeof before === "string") ? null : custom ? valueOf(typeof before, text) : text;
    if (value === undefined) this.say(key, { text: say("contacts.no_number") });
    else this.set(key, value);
  }

  async set(key, value) {
    const custom = key.startsWith(CUSTOM) && key.slice(CUSTOM.length);
    const update = custom ? { custom_fields: { [custom]: value } } : { [key]: value };
    const { id } = this.contact;
    const typed = this.typed[key];
    delete this.typed[key];
    this.say(key, null);
    try {
      await change(id, update, { told: value === null && custom ? say("contacts.field_removed", custom) : say("did.field", custom || say(`contacts.${key}`)) });
      return true;
    } catch (error) {
      if (id !== this.contact?.id) return false;
      this.typed[key] ??= typed;
      const existing = error.details?.find((detail) => detail.existing_id)?.existing_id;
      if (existing) await read(existing).catch(() => {});
      this.say(key, { text: error.about?.(key) ?? fault(error), existing });
      return false;
    }
  }

  say(key, wrong) {
    const { [key]: before, ...others } = this.faults.peek();
    if (before || wrong) this.faults.value = wrong ? { ...others, [key]: wrong } : others;
  }

  begin() {
    this.adding.value = this.adding.peek() ? null : { kind: "string" };
    queueMicrotask(() => queueMicrotask(() => this.querySelector("[name=name]")?.focus()));
  }

  adder(contact) {
    const { kind, wrong } = this.adding.value;
    return html`
      <form class="adder" @submit=${(event) => this.add(event, contact)} @keydown=${(event) => { if (event.key === "Escape") { event.preventDefault(); this.adding.value = null; } }}>
        <input name="name" dir="auto" maxlength="64" autocomplete="off" required placeholder=${say("fields.name")} aria-label=${say("fields.name")} data-test="field-name">
        ${kindChoice(kind, (next) => { this.adding.value = { kind: next }; })}
        ${kind === "boolean"
          ? html`<label class="switch"><input name="value" type="checkbox" checked> ${say("contacts.yes")}</label>`
          : html`<input name="value" dir="auto" autocomplete="off" inputmode=${kind === "number" ? "decimal" : null} placeholder=${say("contacts.value")} aria-label=${say("contacts.value")} data-test="field-value">`}
        ${wrong ? html`<p class="bad" role="alert">${wrong}</p>` : ""}
        <div class="buttons"><button type="button" @click=${() => { this.adding.value = null; }}>${say("actions.cancel")}</button><button type="submit" class="main" data-test="field-add">${say("contacts.add")}</button></div>
      </form>`;
  }

  async add(event, contact) {
    event.preventDefault();
    const { name, value } = event.target.elements;
    const { kind } = this.adding.peek();
    const called = name.value.trim();
    const given = valueOf(kind, kind === "boolean" ? value.checked : value.value);
    const wrong = called in contact.custom_fields ? say("contacts.field_exists") : given === undefined ? say("contacts.no_number") : null;
    if (wrong) this.adding.value = { kind, wrong };
    else if (await this.set(CUSTOM + called, given)) this.adding.value = null;
    else this.adding.value = { kind, wrong: this.faults.peek()[CUSTOM + called]?.text };
  }
}

define("contact-fields", ContactFields);
