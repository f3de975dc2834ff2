// The values of custom fields: a text, a number, or a switch, and they stay what they are.

import { each, html } from "../core/html.js";
import { say } from "../core/words.js";

const KINDS = ["string", "number", "boolean"];

/** What was typed, as a value of the kind; undefined if it can't be one, as `1,000`, which is read in two ways. */
export function valueOf(kind, text) {
  if (kind === "boolean") return text === true || text === "true";
  if (kind === "string") return text;
  const number = Number(String(text).trim().replace(/,(?!\d{3}$)/, "."));
  return String(text).trim() !== "" && Number.isFinite(number) ? number : undefined;
}

/** How a value is shown where it is not edited. */
export const valueText = (value) => (typeof value === "boolean" ? say(value ? "contacts.yes" : "contacts.no") : String(value));

/** The choice of a kind. */
export const kindChoice = (kind, choose) => html`
  <select aria-label=${say("contacts.kind")} .value=${kind} @change=${(event) => choose(event.target.value)} data-test="field-kind">
    ${each(KINDS, (one) => one, (one) => html`<option value=${one} ?selected=${one === kind}>${say(`contacts.kind_${one}`)}</option>`)}
  </select>`;

/** The names of fields that these contacts have, to be offered. */
export const fieldNames = (contacts) => [...new Set(contacts.flatMap((contact) => Object.keys(contact?.custom_fields ?? {})))].sort();

export const nameList = (id, names) => html`<datalist id=${id}>${each(names, (name) => name, (name) => html`<option value=${name}></option>`)}</datalist>`;
