// Contacts as rows.

import { html } from "../core/html.js";
import { define } from "../core/element.js";
import { ago, inFull } from "../core/time.js";
import { say } from "../core/words.js";
import { contactOf } from "../data/contacts.js";
import { avatar } from "./avatar.js";
import { empty } from "./empty.js";
import { RowList } from "./row-list.js";
import { nameOf } from "./thread-row.js";

class ContactList extends RowList {
  static takes = [...RowList.takes, "searched"];

  label() {
    return say("frame.contacts");
  }

  objectOf(id) {
    return contactOf(id);
  }

  nameOf(contact) {
    return nameOf(contact);
  }

  content(contact) {
    const known = [contact.name && contact.email, contact.company, !contact.email && contact.phone].filter(Boolean);
    return html`
      <span class="contact">${avatar(contact)}<span class="lines">
        <span class="line"><span class="who" dir="auto">${nameOf(contact)}</span><time datetime=${contact.created_at} title=${inFull(contact.created_at)}>${ago(contact.created_at)}</time></span>
        <span class="line"><span class="subject" dir="auto">${known.join(" · ")}</span></span>
      </span></span>`;
  }

  nothing() {
    return this.searched ? empty(say("contacts.none_found"), "search") : empty(say("contacts.none"), "people");
  }
}

define("contact-list", ContactList);
