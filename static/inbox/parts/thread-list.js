// Conversations, or tickets, as rows.

import { html } from "../core/html.js";
import { define } from "../core/element.js";
import { say } from "../core/words.js";
import { threadOf } from "../data/threads.js";
import { icon } from "./icons.js";
import { RowList } from "./row-list.js";
import { nameOf, rowContent } from "./thread-row.js";

class ThreadList extends RowList {
  label() {
    return say("list.label");
  }

  objectOf(id) {
    return threadOf(id);
  }

  nameOf(thread) {
    return nameOf(thread.contact);
  }

  classOf(thread) {
    return thread.waiting_since && thread.status === "open" ? "unanswered" : "";
  }

  content(thread) {
    return rowContent(thread);
  }

  nothing() {
    return html`<p class="empty">${icon("check")}<span>${say("list.empty")}</span></p>`;
  }
}

define("thread-list", ThreadList);
