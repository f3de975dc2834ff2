// Inboxes: where tickets arrive.

import { html } from "../../core/html.js";
import { define } from "../../core/element.js";
import { say } from "../../core/words.js";
import { inboxes } from "../../data/people.js";
import { Collection } from "../../parts/collection.js";

class Inboxes extends Collection {
  part = "inboxes";
  route = "/inboxes";
  kept = "inboxes";
  items = inboxes;
  fixed = true;

  fields() {
    return [{ name: "name", label: say("form.name"), required: true }, { name: "description", label: say("form.description"), kind: "textarea" }];
  }

  row(inbox) {
    return html`<div class="what"><b dir="auto">${inbox.name}</b><small dir="auto">${inbox.description}</small></div>`;
  }
}

define("settings-inboxes", Inboxes);
