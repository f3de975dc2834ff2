// The values of custom fields: a text, a number, or a switch, and they stay what they are.

import { say } from "../core/words.js";
import { refuse } from "./form.js";

/** What was typed, as a value of the kind; undefined if it can't be one, as `1,000`, which is read in two ways. */
export function valueOf(kind, text) {
  if (kind === "boolean") return text === true || text === "true";
  if (kind === "string") return text;
  const number = Number(String(text).trim().replace(/,(?!\d{3}$)/, "."));
  return String(text).trim() !== "" && Number.isFinite(number) ? number : undefined;
}

/** How a value is shown where it is not edited. */
export const valueText = (value) => (typeof value === "boolean" ? say(value ? "contacts.yes" : "contacts.no") : String(value));

/** How a form asks for a custom field. `offers`: names that it may have. `none`: it may be taken away. */
export const fieldsOfField = ({ name = "", kind }, { offers, none } = {}) => [
  { name: "name", label: say("fields.name"), required: true, offers },
  { name: "kind", label: say("contacts.kind"), kind: "select", options: ["string", "number", "boolean"].map((id) => ({ id, name: say(`contacts.kind_${id}`) })) },
  kind === "boolean"
    ? { name: "choice", label: say("contacts.value"), kind: "select", options: [...(none ? [["", "take_away"]] : []), ["true", "yes"], ["false", "no"]].map(([id, word]) => ({ id, name: say(`contacts.${word}`) })) }
    : { name: "value", label: say("contacts.value"), of: [`custom_fields.${name.trim()}`, `update.custom_fields.${name.trim()}`], inputmode: kind === "number" ? "decimal" : null, hint: none && say("contacts.field_hint") },
];

/** What such a form was given; null if that takes the field away. */
export function givenField({ kind, value, choice }, { none } = {}) {
  const text = kind === "boolean" ? choice : value?.trim() ?? "";
  const given = none && !text ? null : valueOf(kind, text);
  return given === undefined ? refuse("value", say("contacts.no_number")) : given;
}
