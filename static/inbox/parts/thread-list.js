// Conversations, or tickets, as rows.

import { define } from "../core/element.js";
import { say } from "../core/words.js";
import { threadOf } from "../data/threads.js";
import { empty } from "./empty.js";
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
    return empty(say("list.empty"), "check");
  }
}

define("thread-list", ThreadList);
