// The messages of one conversation and what happened between them: the newest first to be read, older ones on request.

import { get } from "../core/api.js";
import { signal } from "../core/signal.js";
import { onEvent } from "../core/stream.js";
import { complain } from "../core/toasts.js";

const PER_PAGE = 50;

export class Messages {
  constructor(conversation) {
    this.conversation = conversation;
    /** Oldest first; null until they are read. */
    this.messages = signal(null);
    /** Changes of the thread, oldest first. */
    this.history = signal([]);
    /** Messages that are older than those read. */
    this.older = signal(0);
    this.stop = onEvent((event) => this.hear(event));
    this.load();
  }

  hear(event) {
    if (event.type === "message.created" && event.data.conversation_id === this.conversation) this.add(event.data);
    if (event.type === "conversation.updated" && event.data.id === this.conversation) this.loadHistory();
    if (event.type === "gap") this.load();
  }

  /** Reads the newest messages, and all changes. */
  async load() {
    try {
      const [page] = await Promise.all([this.page(1), this.loadHistory()]);
      if (this.ended) return;
      this.messages.value = page.data.toReversed();
      this.older.value = page.meta.total_count - page.data.length;
    } catch (error) {
      complain(error);
    }
  }

  /** Reads older ones. */
  async loadOlder() {
    const known = this.messages.peek() ?? [];
    const page = await this.page(Math.floor(known.length / PER_PAGE) + 1);
    if (this.ended) return;
    const ids = new Set(known.map((message) => message.id));
    const more = page.data.toReversed().filter((message) => !ids.has(message.id));
    this.messages.value = [...more, ...known];
    this.older.value = Math.max(0, page.meta.total_count - known.length - more.length);
  }

  page(page) {
    return get(`/conversations/${this.conversation}/messages`, { sort: "-created_at", per_page: PER_PAGE, page });
  }

  async loadHistory() {
    const rows = [];
    for (let page = 1; page <= 5; page += 1) {
      const { data, meta } = await get(`/conversations/${this.conversation}/history`, { per_page: 100, page });
      rows.push(...data);
      if (rows.length >= meta.total_count) break;
    }
    if (!this.ended) this.history.value = rows;
  }

  /** Takes in a message, in its place. */
  add(message) {
    const known = this.messages.peek();
    if (!known || known.some((one) => one.id === message.id)) return;
    this.messages.value = [...known, message].sort((a, b) => a.created_at.localeCompare(b.created_at) || number(a) - number(b));
  }

  /** The newest message that is shown. */
  last() {
    return (this.messages.peek() ?? []).reduce((last, one) => (!last || number(one) > number(last) ? one : last), null);
  }

  end() {
    this.ended = true;
    this.stop();
  }
}

const number = (message) => Number(message.id.slice("msg_".length));
