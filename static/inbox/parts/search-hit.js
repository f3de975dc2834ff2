// One thing that a search found, and where it matches.

import { each, html } from "../core/html.js";
import { address } from "../core/place.js";
import { ago, inFull } from "../core/time.js";
import { say } from "../core/words.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";
import { marked } from "./marked.js";
import { nameOf, statusDot, tagMark } from "./thread-row.js";

/** Snippets of a hit that are shown beside its name. */
const SNIPPETS = 2;

const PAGES = { conv: "conversations", ticket: "tickets", contact: "contacts" };

/** Where a hit leads. */
export const leadsTo = ({ id }) => address(PAGES[id.split("_")[0]], id);

const snippets = (hit, shown) => {
  const others = hit.highlights.filter(({ field }) => !shown.includes(field)).slice(0, SNIPPETS);
  return each(others, (_, at) => at, ({ field, snippet }) => html`<span class="snippet" dir="auto">${field.startsWith("custom_fields.") ? html`<b>${field.slice("custom_fields.".length)}: </b>` : ""}${marked(snippet)}</span>`);
};

/** What a field of the hit says, with marks if it matched. */
const told = (hit, field, otherwise) => {
  const found = hit.highlights.find((one) => one.field === field);
  return found ? marked(found.snippet) : otherwise;
};

function contactHit(hit) {
  return html`
    ${avatar(hit)}
    <span class="lines">
      <span class="line"><span class="name" dir="auto">${hit.name ? told(hit, "name", hit.name) : told(hit, "email", nameOf(hit))}</span><span class="kind">${icon("people")}${say("search.contact")}</span></span>
      <span class="line quiet" dir="auto"><span>${hit.name ? told(hit, "email", hit.email) : ""}</span><span>${told(hit, "phone", hit.phone)}</span><span>${told(hit, "company", hit.company)}</span></span>
      ${snippets(hit, ["name", "email", "phone", "company"])}
    </span>`;
}

function threadHit(hit) {
  const ticket = hit.id.startsWith("ticket_");
  const at = hit.last_message_at ?? hit.updated_at;
  return html`
    ${statusDot(hit.status)}
    <span class="lines">
      <span class="line"><span class="name" dir="auto">${told(hit, "subject", hit.subject)}</span><span class="kind">${ticket ? html`${icon("ticket")}${hit.id}` : ""}</span><time datetime=${at} title=${inFull(at)}>${ago(at)}</time></span>
      <span class="line quiet"><span dir="auto">${told(hit, "contact.name", nameOf(hit.contact))}</span>${hit.highlights.some(({ field }) => field === "contact.email") ? html`<span>${told(hit, "contact.email")}</span>` : ""}<span class="tags">${each(hit.tags.slice(0, 3), (tag) => tag, tagMark)}</span></span>
      ${snippets(hit, ["subject", "contact.name", "contact.email", "tags"])}
    </span>`;
}

/** The inside of a hit's row. */
export const hitContent = (hit) => (hit.id.startsWith("contact_") ? contactHit(hit) : threadHit(hit));
