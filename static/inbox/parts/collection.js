// A list of things of the workspace, with what adds one, changes one and takes one away: what sections of the settings share.

import { each, html } from "../core/html.js";
import { Element } from "../core/element.js";
import { all, patch, post, remove } from "../core/api.js";
import { signal } from "../core/signal.js";
import { attempt, complain } from "../core/toasts.js";
import { say } from "../core/words.js";
import { reload } from "../data/people.js";
import { empty, failed } from "./empty.js";
import { ask } from "./form.js";
import { icon, iconButton } from "./icons.js";

/** What a section is called, what it is about, and what can be begun in it. */
export const head = (title, about, acts = "") => html`<header><div><h1>${title}</h1>${about ? html`<p class="quiet">${about}</p>` : ""}</div>${acts}</header>`;

/** A choice that counts at once. */
export const pickOne = (label, list, value, set, test) => html`
  <select aria-label=${label} @change=${(event) => set(event.target.value)} data-test=${test}>${each(list, (id) => id, (id) => html`<option value=${id} .selected=${id === value}>${say(`settings.${id}`)}</option>`)}</select>`;

/** Each tells `part` (its words), `route`, `fields(item, typed)` and `row(item)`; `kept`: the list of data/people.js that it is. */
export class Collection extends Element {
  items = signal(null);
  failed = signal(false);

  arrived() {
    this.load();
  }

  async load() {
    try {
      if (this.kept) await reload(this.kept);
      else this.items.value = await all(this.route);
      this.failed.value = false;
    } catch (error) {
      this.failed.value = true;
      complain(error);
    }
  }

  /** What goes to the server for what was typed, of a thing that was there if it is given too. */
  sent(values) {
    return values;
  }

  may() {
    return true;
  }

  async add(values = {}) {
    const made = await ask({ title: say(`${this.part}.add`), go: say("form.add"), fields: (typed) => this.fields(null, typed), values, send: async (typed) => (await post(this.route, this.sent(typed))).data });
    if (!made) return;
    await this.load();
    this.added?.(made);
  }

  async edit(item) {
    const send = async (typed) => (await patch(`${this.route}/${item.id}`, this.sent(typed, item))).data;
    if (await ask({ title: item.name ?? say("form.edit"), fields: (typed) => this.fields(item, typed), values: item, send })) await this.load();
  }

  async erase(item, go = say("form.delete")) {
    const send = () => remove(`${this.route}/${item.id}`);
    // Whatever direction a name is written in, the question around it keeps its own.
    const gone = await ask({ title: say(`${this.part}.remove`, `\u2068${item.name ?? item.url}\u2069`), text: say(`${this.part}.remove_text`, item), go, danger: true, send });
    if (gone) await this.load();
  }

  /** Changes one thing, here at once; the list tells what it has become, or still is. */
  async change(item, changes) {
    this.items.value = this.items.peek().map((one) => (one.id === item.id ? { ...one, ...changes } : one));
    await attempt(() => patch(`${this.route}/${item.id}`, changes));
    await this.load();
  }

  /** What can be done to a thing. */
  acts(item) {
    return html`${iconButton("pen", say("form.edit_of", item.name), () => this.edit(item), "edit")}${this.fixed ? "" : iconButton("trash", say("form.delete_of", item.name), () => this.erase(item), "delete")}`;
  }

  begin() {
    return html`<button type="button" class="main" @click=${() => this.add()} data-test="add">${icon("plus")}${say(`${this.part}.add`)}</button>`;
  }

  show() {
    return html`${head(say(`settings.${this.part}`), say(`${this.part}.about`), this.begin())}${this.list()}`;
  }

  list() {
    const items = this.items.value;
    if (this.failed.value && !items) return failed(say("list.failed"), () => this.load());
    if (!items) return html`<div class="skeleton" aria-hidden="true"><span></span><span></span><span></span></div>`;
    if (items.length === 0) return empty(say(`${this.part}.none`));
    return html`<ul class="things">${each(items, (item) => item.id, (item) => html`<li data-test=${item.id}>${this.row(item)}${this.may(item) ? html`<div class="acts">${this.acts(item)}</div>` : ""}</li>`)}</ul>`;
  }
}
