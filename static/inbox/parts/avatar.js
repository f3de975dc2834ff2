// A face for somebody: the initials, in a colour that follows from the id.

import { html } from "../core/html.js";

const HUES = 12;

/** The first letters of a name's first and last words. */
function initials(name) {
  const words = (name ?? "").trim().split(/\s+/).filter(Boolean);
  const first = (word) => [...(word ?? "")][0] ?? "";
  const letters = words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0]);
  return letters.toUpperCase() || "?";
}

const hue = (text) => [...String(text)].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 997, 7) % HUES;

/** `{ id, name }` as a round field. */
export const avatar = (person, extra = "") => html`<span class="avatar hue-${hue(person?.id ?? "")} ${extra}" aria-hidden="true">${initials(person?.name ?? person?.email)}</span>`;
