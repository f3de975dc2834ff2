// Search: one field, what it finds as one types, and where that matches.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { action } from "../core/actions.js";
import { address, go, place } from "../core/place.js";
import { signal } from "../core/signal.js";
import { count } from "../core/time.js";
import { fault } from "../core/toasts.js";
import { say } from "../core/words.js";
import { Search, TYPES, forgetSearch, recent, remember } from "../data/search.js";
import { failed } from "../parts/empty.js";
import { icon, iconButton } from "../parts/icons.js";
import { hitContent, leadsTo } from "../parts/search-hit.js";
import { searchFilters } from "../parts/search-filters.js";
import { menuButton } from "../parts/sidebar.js";

/** What is typed is searched for after a pause of this length, in milliseconds. */
const PAUSE = 80;
const EXAMPLES = ["refund status:open", '"wrong size"', "invoice -paid", "tag:billing assignee:me"];

class SearchPage extends Element {
  text = signal("");
  search = new Search();

  arrived() {
    // Not over results on a phone, where the keyboard would cover them.
    if (!place.peek().query.q || matchMedia("(pointer: fine)").matches) queueMicrotask(() => this.focusField());
  }

  left() {
    clearTimeout(this.pause);
    this.search.stop();
  }

  /** The address says what is searched for; what is being typed will be in it in a moment. */
  turnTo({ query }) {
    const [q, type] = [query.q?.trim() ?? "", TYPES.includes(query.type) ? query.type : null];
    const key = `${type} ${q}`;
    if (this.key === key) return;
    this.key = key;
    if (q !== this.text.peek().trim()) this.text.value = q;
    this.search.ask(q, type);
  }

  show() {
    const here = place.value;
    this.turnTo(here);
    return html`
      <div class="search">
        <header>
          ${menuButton()}
          <h1 class="unseen">${say("frame.search")}</h1>
          <div class="finder">${icon("search")}<input type="search" dir="auto" autocomplete="off" spellcheck="false" enterkeyhint="search" placeholder=${say("search.field")} aria-label=${say("search.field")}
            .value=${this.text.value} @input=${(event) => this.type(event.target.value)} @keydown=${(event) => this.press(event)} data-test="search-field"></div>
        </header>
        <div class="results" @keydown=${(event) => this.walk(event)}>
          ${searchFilters((text) => this.insert(text))}
          ${this.text.value.trim() ? this.results(here) : this.beginning()}
        </div>
      </div>`;
  }

  /** Before anything is asked: what was asked before, and what can be. */
  beginning() {
    const use = (text) => html`<button type="button" class="plain past" @click=${() => this.use(text)} data-test="recent">${icon("clock")}<span dir="auto">${text}</span></button>`;
    return html`
      ${recent.value.length > 0 ? html`
        <section class="card">
          <h2>${say("search.recent")}<button type="button" class="plain" @click=${() => { recent.value = []; }} data-test="recent-clear">${say("search.clear")}</button></h2>
          <ul>${each(recent.value, (text) => text, (text) => html`<li class="recent">${use(text)}${iconButton("close", say("search.forget", text), () => forgetSearch(text))}</li>`)}</ul>
        </section>` : ""}
      <section class="card">
        <h2>${say("search.how")}</h2>
        <dl class="examples">${each(EXAMPLES, (text) => text, (text, at) => html`<div><dt><button type="button" class="plain" @click=${() => this.use(text)}><code>${text}</code></button></dt><dd class="quiet">${say(`search.example_${at + 1}`)}</dd></div>`)}</dl>
        <p><a href="/docs/guides/search-language">${say("search.guide")}</a></p>
      </section>`;
  }

  results(here) {
    const { found, failed: trouble, counts } = this.search;
    const answer = found.value;
    if (trouble.value) return failed(trouble.value.status === 503 ? say("search.not_yet") : fault(trouble.value), () => this.again());
    if (!answer) return html`<div aria-busy="true">${each([0, 1, 2, 3], (at) => at, () => html`<div class="hit waiting"><span></span><span></span></div>`)}</div>`;
    const tab = (type, name, number) => html`<a href=${address("search", null, { q: here.query.q, type })} aria-current=${(here.query.type ?? null) === type ? "true" : null} data-test="type-${type ?? "all"}">${name}<span class="count">${number === undefined ? "" : count(number)}</span></a>`;
    return html`
      <nav class="types" aria-label=${say("search.types")}>${tab(null, say("search.all"))}${TYPES.map((type) => tab(type, say(`search.${type}s`), counts.value[type]))}
        <p class="took" role="status" data-test="search-status">${say("search.took", answer.total, Math.max(1, Math.round(answer.took)))}</p></nav>
      ${answer.meta.typos && answer.total > 0 ? html`<p class="remark">${say("search.typos")}</p>` : ""}
      ${answer.meta.stale ? html`<p class="remark">${say("search.stale")}</p>` : ""}
      ${answer.meta.shortened ? html`<p class="remark">${say("search.shortened")}</p>` : ""}
      <ul class="hits" data-test="hits">${each(answer.hits, (hit) => hit.id, (hit) => html`<li><a class="hit" href=${leadsTo(hit)} @click=${() => remember(answer.q)} data-test="hit">${hitContent(hit)}</a></li>`)}</ul>
      ${answer.total === 0 ? this.nothing(answer) : ""}
      ${answer.hits.length < answer.total && answer.hits.length >= 20 ? html`<p class="remark">${say("search.best", answer.hits.length)}</p>` : ""}`;
  }

  /** Nothing was found: what may be in the way is taken out with a click. */
  nothing({ q, type }) {
    const words = q.match(/-?\w+:"[^"]*"?|\S+/g) ?? [];
    const filters = words.filter((word) => /^-?[a-z]+:./.test(word));
    const without = (word) => words.filter((one) => one !== word).join(" ");
    return html`
      <div class="empty" data-test="search-none">${icon("search")}<span>${say("search.none")}</span>
        ${filters.length > 0 && words.length > 1 ? each(filters, (word) => word, (word) => html`<button type="button" @click=${() => this.use(without(word))}>${say("search.without", word)}</button>`) : ""}
        ${type ? html`<a class="button" href=${address("search", null, { q })}>${say("search.everywhere")}</a>` : ""}
        <span class="quiet">${say("search.none_hint")}</span></div>`;
  }

  type(text) {
    this.text.value = text;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.settle(), PAUSE);
  }

  /** What was typed is put into the address, which is what is searched for. */
  settle() {
    clearTimeout(this.pause);
    go(address("search", null, { type: place.peek().query.type, q: this.text.peek().trim() }), { replace: true });
  }

  use(text) {
    this.text.value = text;
    this.settle();
    this.focusField();
  }

  /** Writes a filter at the end of the text. */
  insert(filter) {
    this.use(`${`${this.text.peek().trim()} ${filter}`.trim()} `);
  }

  again() {
    this.key = undefined;
    this.turnTo(place.peek());
  }

  field() {
    return this.querySelector("[type=search]");
  }

  focusField() {
    this.field()?.focus();
    this.field()?.select();
  }

  press(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") this.step(event, 1);
    else if (event.key === "Escape") {
      event.preventDefault();
      if (this.text.peek()) this.use("");
      else event.target.blur();
    } else if (event.key === "Enter") {
      event.preventDefault();
      remember(this.text.peek());
      // What was typed in the last moment is not looked for yet.
      if (this.text.peek().trim() !== this.search.found.peek()?.q) this.settle();
      else this.step(event, 1);
    }
  }

  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && event.target.matches(".hit, .past")) this.step(event, step);
    else if (event.key === "Escape") this.focusField();
  }

  /** The focus goes to the next result, or back to the field. */
  step(event, by) {
    const stops = [...this.querySelectorAll(".hit[href], .past")];
    const next = stops.indexOf(document.activeElement) + by;
    event?.preventDefault();
    if (next < 0) this.focusField();
    else stops[Math.min(next, stops.length - 1)]?.focus();
  }
}

define("search-page", SearchPage);

const page = () => document.querySelector("search-page");
const isHere = () => Boolean(page());
const keys = [
  ["next-hit", ["j", "ArrowDown"], "search.next", isHere, () => page().step(null, 1)],
  ["previous-hit", ["k", "ArrowUp"], "search.previous", isHere, () => page().step(null, -1)],
];
for (const [id, key, name, when, run] of keys) action({ id, key, name, group: "search", picture: "search", when, run });
