// Custom fields of a contact or a thread, changed in place: each keeps its kind, and a fault stands at its field.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { signal } from "../core/signal.js";
import { say } from "../core/words.js";
import { kindChoice, valueOf } from "./custom-value.js";
import { fault } from "./dialog.js";
import { icon } from "./icons.js";

/** `owner`: the id of what has them. `fields`: their values by name. `save(name, value)` takes one over, null takes it away. */
class CustomFields extends Element {
  static takes = ["owner", "fields", "save"];
  /** What is wrong, by name. */
  faults = signal({});
  /** The field that is being added: `{ kind, wrong }`; null if none is. */
  adding = signal(null);
  /** What was typed and is not taken over yet, by name. */
  typed = {};

  show() {
    if (this.shownOwner !== this.owner) {
      this.shownOwner = this.owner;
      this.typed = {};
      this.faults.value = {};
      this.adding.value = null;
    }
    const fields = Object.entries(this.fields ?? {});
    return html`
      <section class="card" aria-label=${say("fields.custom_fields")}>
        <h2>${say("fields.custom_fields")}<button type="button" class="plain" aria-label=${say("fields.add")} title=${say("fields.add")} aria-expanded=${String(Boolean(this.adding.value))}
          @click=${() => this.begin()} data-test="add-field">${icon("plus")}</button></h2>
        ${each(fields, ([name]) => name, ([name, value]) => this.field(name, value))}
        ${fields.length === 0 && !this.adding.value ? html`<p class="quiet">${say("fields.none")}</p>` : ""}
        ${this.adding.value ? this.adder() : ""}
      </section>`;
  }

  field(name, value) {
    const wrong = this.faults.value[name];
    const id = `custom-${encodeURIComponent(name)}`;
    const isSwitch = typeof value === "boolean";
    const take = (event) => this.take(name, value, isSwitch ? event.target.checked : event.target.value);
    const input = isSwitch
      ? html`<input id=${id} type="checkbox" .checked=${value} @change=${take}>`
      : html`<input id=${id} type="text" dir="auto" autocomplete="off" spellcheck="false" inputmode=${typeof value === "number" ? "decimal" : null} title=${String(value).length > 24 ? value : null}
          .value=${String(this.typed[name] ?? value)} aria-invalid=${wrong ? "true" : null} aria-describedby=${wrong ? `${id}-wrong` : null}
          @input=${(event) => { this.typed[name] = event.target.value; }} @change=${take} @keydown=${(event) => this.press(event, name, take)} data-test="set-custom_fields.${name}">`;
    return html`
      <div class="entry own">
        <label for=${id} dir="auto" title=${name}>${name}</label>
        <span class="value">${input}</span>
        <button type="button" class="plain" aria-label=${say("contacts.remove_field", name)} title=${say("contacts.remove_field", name)} @click=${() => this.set(name, null)}>${icon("close")}</button>
        ${wrong ? html`<p class="bad" id="${id}-wrong" role="alert">${wrong}</p>` : ""}
      </div>`;
  }

  press(event, name, take) {
    if (event.key === "Enter" && !event.isComposing) take(event);
    if (event.key !== "Escape") return;
    event.preventDefault();
    delete this.typed[name];
    this.tell(name, null);
    this.draw();
    event.target.blur();
  }

  /** Takes over what was typed, unless it says what is known already. */
  take(name, before, typed) {
    const text = typeof typed === "string" ? typed.trim() : typed;
    if (text === before || text === String(before)) {
      delete this.typed[name];
      this.tell(name, null);
      return;
    }
    const value = text === "" && typeof before !== "string" ? null : valueOf(typeof before, text);
    if (value === undefined) this.tell(name, say("contacts.no_number"));
    else this.set(name, value);
  }

  /** Whether it was taken over. */
  async set(name, value) {
    const { owner } = this;
    const typed = this.typed[name];
    delete this.typed[name];
    this.tell(name, null);
    try {
      await this.save(name, value);
      return true;
    } catch (error) {
      if (owner !== this.owner) return false;
      if (typed !== undefined) this.typed[name] ??= typed;
      this.tell(name, error.about?.(`custom_fields.${name}`) ?? fault(error));
      return false;
    }
  }

  tell(name, wrong) {
    const { [name]: before, ...others } = this.faults.peek();
    if (before || wrong) this.faults.value = wrong ? { ...others, [name]: wrong } : others;
  }

  begin() {
    this.adding.value = this.adding.peek() ? null : { kind: "string" };
    queueMicrotask(() => queueMicrotask(() => this.querySelector("[name=name]")?.focus()));
  }

  adder() {
    const { kind, wrong } = this.adding.value;
    return html`
      <form class="adder" @submit=${(event) => this.add(event)} @keydown=${(event) => { if (event.key === "Escape") { event.preventDefault(); this.adding.value = null; } }}>
        <input name="name" dir="auto" maxlength="64" autocomplete="off" required placeholder=${say("fields.name")} aria-label=${say("fields.name")} data-test="field-name">
        ${kindChoice(kind, (next) => { this.adding.value = { kind: next }; })}
        ${kind === "boolean"
          ? html`<label class="switch"><input name="value" type="checkbox" checked> ${say("contacts.yes")}</label>`
          : html`<input name="value" dir="auto" autocomplete="off" inputmode=${kind === "number" ? "decimal" : null} placeholder=${say("contacts.value")} aria-label=${say("contacts.value")} data-test="field-value">`}
        ${wrong ? html`<p class="bad" role="alert">${wrong}</p>` : ""}
        <div class="buttons"><button type="button" @click=${() => { this.adding.value = null; }}>${say("actions.cancel")}</button><button type="submit" class="main" data-test="field-add">${say("contacts.add")}</button></div>
      </form>`;
  }

  async add(event) {
    event.preventDefault();
    const { name, value } = event.target.elements;
    const { kind } = this.adding.peek();
    const called = name.value.trim();
    const given = valueOf(kind, kind === "boolean" ? value.checked : value.value);
    const wrong = called in this.fields ? say("contacts.field_exists") : given === undefined ? say("contacts.no_number") : null;
    if (wrong) this.adding.value = { kind, wrong };
    else if (await this.set(called, given)) this.adding.value = null;
    else this.adding.value = { kind, wrong: this.faults.peek()[called] };
  }
}

define("custom-fields", CustomFields);
