// What is asked about contacts: a new one, whether one is erased, and a custom field of many.

import { html } from "../core/html.js";
import { define } from "../core/element.js";
import { address, go, place } from "../core/place.js";
import { signal } from "../core/signal.js";
import { toast } from "../core/toasts.js";
import { say } from "../core/words.js";
import { contactOf, create, erase, rehearse, setField } from "../data/contacts.js";
import { fieldNames, kindChoice, nameList, valueOf, valueText } from "./custom-value.js";
import { Dialog } from "./dialog.js";
import { nameOf } from "./thread-row.js";

class NewContact extends Dialog {
  title() {
    return say("contacts.new");
  }

  button() {
    return say("contacts.create");
  }

  body() {
    const taken = (error) => {
      const id = error.details.find((detail) => detail.existing_id)?.existing_id;
      return id ? html`<a href=${address("contacts", id)} @click=${() => this.shut()}>${say("contacts.open")}</a>` : "";
    };
    return html`${this.field("name", say("contacts.name"))}${this.field("email", say("contacts.email"), { inputmode: "email", more: taken })}${this.field("phone", say("contacts.phone"), { inputmode: "tel" })}${this.field("company", say("contacts.company"))}`;
  }

  async act() {
    const given = Object.entries(this.typed.peek()).map(([name, text]) => [name, text.trim()]).filter(([, text]) => text !== "");
    const contact = await create(Object.fromEntries(given));
    toast(say("contacts.created_toast", nameOf(contact)));
    go(address("contacts", contact.id));
  }
}

define("new-contact", NewContact);

/** `contact`: who is erased. */
class EraseContact extends Dialog {
  static takes = ["contact"];
  messages = signal(false);
  danger = true;

  title() {
    return say("contacts.erase_title", nameOf(this.contact));
  }

  button() {
    return say("contacts.erase_go");
  }

  ready() {
    const plain = (text) => text.normalize().trim().toLowerCase();
    return plain(this.typed.value.confirm ?? "") === plain(this.known());
  }

  known() {
    const { name, email, phone } = this.contact;
    return name || email || phone;
  }

  body() {
    return html`
      <ul class="points">
        <li>${say("contacts.erase_goes")}</li>
        <li>${say(this.messages.value ? "contacts.erase_messages_go" : "contacts.erase_stays")}</li>
        <li><strong>${say("contacts.erase_last")}</strong></li>
      </ul>
      <label class="switch"><input type="checkbox" .checked=${this.messages.value} @change=${(event) => { this.messages.value = event.target.checked; }} data-test="erase-messages"> ${say("contacts.erase_messages")}</label>
      ${this.field("confirm", html`${say("contacts.erase_type")} <strong dir="auto">${this.known()}</strong>`, { tall: true })}`;
  }

  async act() {
    await erase(this.contact.id, { messages: this.messages.peek() });
    toast(say("contacts.erased"));
    go(address("contacts", null, place.peek().query), { replace: true });
  }
}

define("erase-contact", EraseContact);

/** `ids`: whose field is set. `done()`: called when it was. What would happen is looked at first. */
class FieldOfMany extends Dialog {
  static takes = ["ids", "done"];
  kind = signal("string");
  looked = signal(null);

  title() {
    return say("contacts.field_title", this.ids.length);
  }

  button() {
    const looked = this.looked.value;
    return looked ? say("contacts.field_go", looked.ids.length) : say("contacts.field_look");
  }

  ready() {
    return Boolean(this.typed.value.name?.trim()) && this.looked.value?.ids.length !== 0;
  }

  type(name, value) {
    super.type(name, value);
    this.looked.value = null;
    if (name !== "name") return;
    const known = this.ids.map((id) => contactOf(id)?.custom_fields[value]).find((one) => one !== undefined);
    if (known !== undefined) this.kind.value = typeof known;
  }

  /** The value that is set; none takes the field away. */
  given() {
    const text = this.typed.peek().value?.trim() ?? "";
    return text === "" ? null : valueOf(this.kind.peek(), text);
  }

  body() {
    const looked = this.looked.value;
    const kind = this.kind.value;
    const names = fieldNames(this.ids.map(contactOf));
    return html`
      ${this.field("name", say("fields.name"), { list: "known-fields" })}${nameList("known-fields", names)}
      <div class="entry"><span class="label">${say("contacts.kind")}</span>${kindChoice(kind, (next) => { this.kind.value = next; this.looked.value = null; })}</div>
      ${kind === "boolean"
        ? html`<div class="entry"><label for="dialog-switch">${say("contacts.value")}</label><select id="dialog-switch" @change=${(event) => this.type("value", event.target.value)}><option value="">${say("contacts.take_away")}</option><option value="true">${say("contacts.yes")}</option><option value="false">${say("contacts.no")}</option></select></div>`
        : html`${this.field("value", say("contacts.value"), { inputmode: kind === "number" ? "decimal" : null })}<p class="quiet">${say("contacts.field_hint")}</p>`}
      ${looked ? html`<p role="status" data-test="field-looked">${looked.value === null ? say("contacts.look_remove", looked.ids.length) : say("contacts.look_set", looked.ids.length, valueText(looked.value))}
        ${looked.same > 0 ? say("contacts.look_same", looked.same) : ""} ${looked.failed.length > 0 ? html`<span class="bad">${say("contacts.look_failed", looked.failed.length)}</span>` : ""}</p>` : ""}`;
  }

  async act() {
    const name = this.typed.peek().name.trim();
    const value = this.given();
    if (value === undefined) throw new Error(say("contacts.no_number"));
    if (!this.looked.peek()) {
      this.looked.value = { value, ...(await rehearse(this.ids, { custom_fields: { [name]: value } })) };
      return false;
    }
    await setField(this.looked.peek(), name, value);
    this.done();
    return true;
  }
}

define("field-of-many", FieldOfMany);
