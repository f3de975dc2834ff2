// What a search found: the newest question is answered, those before it are dropped. And what was searched for before.

import { get } from "../core/api.js";
import { keptSignal } from "../core/kept.js";
import { signal } from "../core/signal.js";

/** Hits that are shown at most. */
const LIMIT = 50;
/** How many there are of each type is asked when no key was pressed for this long, in milliseconds. */
const RESTS = 350;
/** Searches that are kept. */
const KEPT = 8;

export const TYPES = ["conversation", "ticket", "contact"];
const LISTS = { conversation: "conversations", ticket: "tickets", contact: "contacts" };

/** What was searched for lately, the last first. */
export const recent = keptSignal("searches", []);

export function remember(text) {
  const q = text.trim();
  if (q) recent.value = [q, ...recent.peek().filter((one) => one !== q)].slice(0, KEPT);
}

export const forgetSearch = (text) => {
  recent.value = recent.peek().filter((one) => one !== text);
};

export class Search {
  /** `{ q, type, hits, total, meta, took }`; null before anything was asked. */
  found = signal(null);
  /** How many there are of each type, as far as it is known. */
  counts = signal({});
  failed = signal(null);

  /** Asks for `q`, of one type alone if one is given. */
  async ask(q, type = null) {
    this.stop();
    Object.assign(this, { q, type });
    this.failed.value = null;
    if (!q) {
      this.found.value = null;
      return;
    }
    const { signal: abort } = (this.under = new AbortController());
    const began = performance.now();
    try {
      const { data, meta } = await get("/search", { q, type, limit: LIMIT }, { signal: abort });
      if (abort.aborted) return;
      this.found.value = { q, type, hits: merged(data), total: meta.total_results, meta, took: performance.now() - began };
      this.count(data, meta.total_results, abort);
    } catch (error) {
      if (abort.aborted) return;
      this.failed.value = error;
    }
  }

  /** What the answer does not say is asked, one hit each: the total is all that is looked at. */
  count(data, total, abort) {
    const whole = !this.type && Object.values(data).flat().length === total;
    const known = whole ? Object.fromEntries(TYPES.map((type) => [type, data[LISTS[type]].length])) : this.type ? { [this.type]: total } : {};
    this.counts.value = { ...this.counts.peek(), ...known };
    const { q } = this;
    if (this.counted === q) return;
    this.rests = setTimeout(async () => {
      const asked = TYPES.filter((type) => !(type in known));
      const answers = await Promise.all(asked.map((type) => get("/search", { q, type, limit: 1 }, { signal: abort }))).catch(() => null);
      if (!answers || abort.aborted) return;
      this.counted = q;
      this.counts.value = { ...known, ...Object.fromEntries(answers.map(({ meta }, at) => [asked[at], meta.total_results])) };
    }, RESTS);
  }

  stop() {
    this.under?.abort();
    clearTimeout(this.rests);
  }
}

/** All hits, the best first; a conversation that has a ticket is told by one of them alone. */
function merged({ conversations, tickets, contacts }) {
  const told = new Set(tickets.map((ticket) => ticket.conversation_id));
  return [...conversations.filter((one) => !told.has(one.id)), ...tickets, ...contacts].sort((a, b) => b.score - a.score);
}
