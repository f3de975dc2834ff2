// Saved replies: what the team writes again and again.

import { html } from "../../core/html.js";
import { define } from "../../core/element.js";
import { say } from "../../core/words.js";
import { Collection } from "../../parts/collection.js";

const VARIABLES = ["contact.first_name|there", "contact.name", "contact.email", "agent.name", "agent.first_name", "conversation.id", "conversation.subject", "ticket.id"];

class SavedReplies extends Collection {
  part = "saved_replies";
  route = "/saved_replies";

  fields() {
    return [
      { name: "name", label: say("form.name"), required: true },
      { name: "body", label: say("saved_replies.body"), kind: "textarea", required: true, inserts: VARIABLES.map((name) => `{{${name}}}`), hint: say("saved_replies.hint") },
    ];
  }

  row({ name, body }) {
    return html`<div class="what"><b dir="auto">${name}</b><small class="clamp" dir="auto">${body}</small></div>`;
  }
}

define("settings-saved-replies", SavedReplies);
