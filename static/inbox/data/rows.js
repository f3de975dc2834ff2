// A list of the server, of any length: pages are read as they are looked at, and those in sight are read again when
// something has happened. Where a row belongs is the server's matter alone.

import { get } from "../core/api.js";
import { signal } from "../core/signal.js";
import { complain } from "../core/toasts.js";

const PER_PAGE = 50;
/** What has happened is gathered for this long, in milliseconds, before a list is read again. */
const GATHER = 250;
/** Rows that came while one looked on are marked for this long. */
const NEW_FOR = 4000;

export class Rows {
  /** `learn` takes note of each object; `route` and `query` say which list. */
  constructor(route, query, learn) {
    Object.assign(this, { route, query, learn });
    this.pages = new Map();
    this.reading = new Map();
    this.sight = [0, PER_PAGE];
    /** Rows on the server; null until they are known. */
    this.total = signal(null);
    /** Grows with all that is read. */
    this.version = signal(0);
    /** The ids of rows that have just come. */
    this.fresh = signal(new Set());
    this.failed = signal(null);
  }

  /** The id of the row at this place; null if it is not read yet. */
  at(index) {
    return this.pages.get(Math.floor(index / PER_PAGE))?.[index % PER_PAGE] ?? null;
  }

  /** The place of a row among those that are read; -1 if it is not among them. */
  indexOf(id) {
    for (const [page, ids] of this.pages) {
      const at = ids.indexOf(id);
      if (at >= 0) return page * PER_PAGE + at;
    }
    return -1;
  }

  /** All that are read, in their order. */
  ids() {
    return [...this.pages.keys()].sort((a, b) => a - b).flatMap((page) => this.pages.get(page));
  }

  /** Reads what is looked at and not there yet. */
  look(from, to) {
    this.sight = [from, to];
    for (const page of this.inSight()) if (!this.pages.has(page)) this.load(page);
  }

  inSight() {
    const [first, last] = this.sight.map((index) => Math.floor(Math.max(0, index) / PER_PAGE));
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  }

  /** Reads again what is in sight, soon; what is not is forgotten. */
  refresh() {
    this.waits ??= setTimeout(async () => {
      const kept = new Set(this.inSight());
      for (const page of [...this.pages.keys()]) if (!kept.has(page)) this.pages.delete(page);
      await Promise.all([...kept].map((page) => this.load(page, true)));
      this.waits = undefined;
    }, GATHER);
  }

  async load(page, again = false) {
    if (this.reading.has(page) && !again) return this.reading.get(page);
    const reading = this.fetch(page);
    this.reading.set(page, reading);
    await reading;
    if (this.reading.get(page) === reading) this.reading.delete(page);
    return undefined;
  }

  async fetch(page) {
    try {
      const { data, meta } = await get(this.route, { ...this.query, page: page + 1, per_page: PER_PAGE });
      if (this.ended) return;
      const ids = data.map((object) => this.learn(object).id);
      this.welcome(page, ids);
      this.pages.set(page, ids);
      this.total.value = meta.total_count;
      this.failed.value = null;
      this.version.value += 1;
    } catch (error) {
      if (this.ended) return;
      if (this.total.peek() === null) this.failed.value = error;
      complain(error);
    }
  }

  welcome(page, ids) {
    const before = this.pages.get(page);
    if (!before || page !== 0) return;
    const came = ids.filter((id) => !before.includes(id));
    if (came.length === 0 || came.length === ids.length) return;
    this.fresh.value = new Set([...this.fresh.peek(), ...came]);
    setTimeout(() => {
      this.fresh.value = new Set([...this.fresh.peek()].filter((id) => !came.includes(id)));
    }, NEW_FOR);
  }

  /** Nobody looks any more. */
  end() {
    this.ended = true;
    clearTimeout(this.waits);
  }
}
