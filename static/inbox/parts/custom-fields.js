// Custom fields of a contact or a thread, changed in place: each keeps its kind.

import { each, html } from "../core/html.js";
import { define } from "../core/element.js";
import { say } from "../core/words.js";
import { change } from "../data/objects.js";
import { fieldsOfField, givenField, valueOf } from "./custom-value.js";
import { ask, refuse } from "./form.js";
import { iconButton } from "./icons.js";
import { InPlace } from "./in-place.js";

/** `owner`: the id of what has them. `fields`: their values by name. */
class CustomFields extends InPlace {
  static takes = ["owner", "fields"];

  show() {
    this.turnTo(this.owner);
    const fields = Object.entries(this.fields ?? {});
    return html`
      <section class="card" aria-label=${say("fields.custom_fields")}>
        <h2>${say("fields.custom_fields")}${iconButton("plus", say("fields.add"), () => this.add(), "add-field")}</h2>
        ${each(fields, ([name]) => name, ([name, value]) => this.row(name, value, {
          id: `custom-${encodeURIComponent(name)}`, label: name, inputmode: typeof value === "number" ? "decimal" : null, test: `custom_fields.${name}`,
          ends: iconButton("close", say("contacts.remove_field", name), () => this.set(name, null)),
        }))}
        ${fields.length === 0 ? html`<p class="quiet">${say("fields.none")}</p>` : ""}
      </section>`;
  }

  valueOf(typed, before) {
    return typed === "" && typeof before !== "string" ? null : valueOf(typeof before, typed);
  }

  patch(name, value) {
    return { custom_fields: { [name]: value } };
  }

  told(name, value) {
    return say(value === null ? "contacts.field_removed" : "did.field", name);
  }

  wrong(name, error) {
    return super.wrong(`custom_fields.${name}`, error);
  }

  add() {
    const { owner } = this;
    const send = async (values) => {
      const name = values.name.trim();
      if (name in this.fields) refuse("name", say("contacts.field_exists"));
      const value = givenField(values);
      await change(owner, this.patch(name, value), { told: this.told(name, value) });
    };
    ask({ title: say("fields.add"), go: say("contacts.add"), values: { kind: "string", choice: "true" }, fields: (values) => fieldsOfField(values), may: ({ name }) => Boolean(name?.trim()), send });
  }
}

define("custom-fields", CustomFields);
