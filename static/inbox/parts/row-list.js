// The rows of a list, of which only those in sight are on the page. What a row holds, who extends this says:
// `label()`, `objectOf(id)`, `nameOf(object)`, `content(object)`, and, if need be, `classOf(object)` and `nothing()`.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { signal } from "../core/signal.js";
import { go } from "../core/place.js";
import { say } from "../core/words.js";
import { density } from "../data/look.js";
import { failed } from "./empty.js";

/** The height of a row in pixels; the style sheet says the same. */
const HEIGHT = { comfortable: 64, compact: 44 };
/** Rows kept beside those in sight, so that scrolling shows no gap. */
const BESIDE = 12;

/** `rows`: the list. `open`: the id of what is beside it. `link(id)`: where a row leads. `selected`: a signal of a set of ids. */
export class RowList extends Element {
  static takes = ["rows", "open", "link", "selected"];
  top = signal(0);
  tall = signal(800);

  arrived() {
    this.sized = new ResizeObserver(() => {
      this.tall.value = this.clientHeight || 800;
    });
    this.sized.observe(this);
    this.addEventListener("scroll", () => {
      const height = HEIGHT[density.peek()];
      this.top.value = Math.floor(this.scrollTop / height) * height;
    }, { passive: true });
  }

  left() {
    this.sized.disconnect();
  }

  classOf() {
    return "";
  }

  show() {
    const rows = this.rows;
    if (!rows) return html``;
    const height = HEIGHT[density.value];
    const total = rows.total.value;
    void rows.version.value;
    if (total === null) return rows.failed.value ? failed(say("list.failed"), () => rows.refresh()) : this.waiting();
    // For who measures: from here on there is something to work with.
    if (performance.getEntriesByName("usable").length === 0) requestAnimationFrame(() => performance.mark("usable"));
    if (total === 0) return this.nothing();
    const from = Math.max(0, Math.floor(this.top.value / height) - BESIDE);
    const to = Math.min(total - 1, Math.ceil((this.top.value + this.tall.value) / height) + BESIDE);
    queueMicrotask(() => rows.look(from, to));
    const places = Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
    return html`
      <div class="rows" role="list" aria-label=${this.label()} ?data-selecting=${this.selected.value.size > 0} .style=${`height:${total * height}px`}>
        ${each(places, (at) => rows.at(at) ?? at, (at) => this.row(rows.at(at), at, total))}
      </div>`;
  }

  row(id, at, total) {
    const isOpen = Boolean(id) && this.open === id;
    return html`
      <list-row .list=${this} .of=${id} .at=${at} .total=${total} .to=${id && this.link(id)} .open=${isOpen} .reached=${isOpen || (!this.open && at === 0)}
        .selected=${this.selected.value.has(id)} .fresh=${this.rows.fresh.value.has(id)}></list-row>`;
  }

  waiting() {
    return html`<div class="rows" aria-busy="true">${each([0, 1, 2, 3, 4, 5], (at) => at, (at) => html`<div class="row waiting" .style=${`transform:translateY(${at * HEIGHT[density.value]}px)`}><span></span><span></span></div>`)}</div>`;
  }

  /** A click selects a row; with Shift, all from the one before. */
  select(event, at) {
    const ids = new Set(this.selected.peek());
    const checked = event.target.checked;
    const from = event.shiftKey && this.anchor !== undefined ? this.anchor : at;
    for (let place = Math.min(from, at); place <= Math.max(from, at); place += 1) {
      const id = this.rows.at(place);
      if (!id) continue;
      if (checked) ids.add(id);
      else ids.delete(id);
    }
    this.anchor = at;
    this.selected.value = ids;
  }

  /** Brings a row into sight. */
  reveal(at) {
    const height = HEIGHT[density.peek()];
    const [top, bottom] = [at * height, (at + 1) * height];
    if (top < this.scrollTop) this.scrollTop = top;
    else if (bottom > this.scrollTop + this.clientHeight) this.scrollTop = bottom - this.clientHeight;
  }

  /** Opens what is `step` rows from what is open. */
  move(step) {
    const rows = this.rows;
    const total = rows?.total.peek() ?? 0;
    if (total === 0) return;
    const now = this.open ? rows.indexOf(this.open) : -1;
    const next = now < 0 ? 0 : Math.min(total - 1, Math.max(0, now + step));
    const id = rows.at(next);
    this.reveal(next);
    if (id && id !== this.open) go(this.link(id), { replace: Boolean(this.open) });
  }
}

/** One of the rows, which is drawn again only when something of its own has changed. `of`: the id of what it shows. */
class ListRow extends Element {
  static takes = ["list", "of", "at", "total", "to", "open", "reached", "selected", "fresh"];

  show() {
    const { list, at, selected } = this;
    const object = this.of && list.objectOf(this.of);
    const style = `transform:translateY(${at * HEIGHT[density.value]}px)`;
    if (!object) return html`<div class="row waiting" .style=${style} aria-hidden="true"><span></span><span></span></div>`;
    return html`
      <div class="row ${list.classOf(object)} ${this.fresh ? "fresh" : ""}" role="listitem" aria-setsize=${this.total} aria-posinset=${at + 1}
        ?data-selected=${selected} ?data-open=${this.open} .style=${style} data-id=${object.id} data-test="row">
        <input type="checkbox" aria-label=${say("list.select", list.nameOf(object))} .checked=${selected} tabindex="-1" @click=${(event) => list.select(event, at)}>
        <a href=${this.to} aria-current=${this.open ? "true" : null} tabindex=${this.reached ? 0 : -1}>${list.content(object)}</a>
      </div>`;
  }
}

define("list-row", ListRow);
