// Pages with a list at the left, of which some may be selected, and one is open beside it.

import { html } from "../core/html.js";
import { Element } from "../core/element.js";
import { address, go, place } from "../core/place.js";
import { signal } from "../core/signal.js";
import { say } from "../core/words.js";
import { iconButton } from "./icons.js";

/** Who extends this has `rows`. */
export class ListPage extends Element {
  selected = signal(new Set());

  selectNone() {
    this.selected.value = new Set();
  }

  toggle(id) {
    const next = new Set(this.selected.peek());
    if (!next.delete(id)) next.add(id);
    this.selected.value = next;
  }

  /** Lets go of the selection, else of what is open. */
  leave() {
    const { page, query } = place.peek();
    if (this.selected.peek().size > 0) this.selectNone();
    else go(address(page, null, query));
  }

  /** What can be done to those that are selected; nothing if none is. */
  bar(label, acts) {
    const ids = [...this.selected.value];
    if (ids.length === 0) return "";
    return html`
      <div class="bulk" role="toolbar" aria-label=${label}>
        ${iconButton("close", say("bulk.none"), () => this.selectNone())}
        <b>${say("bulk.selected", ids.length)}</b>
        <button type="button" class="plain" @click=${() => { this.selected.value = new Set([...ids, ...this.rows.ids()]); }} data-test="bulk-all">${say("bulk.all")}</button>
        <span class="space"></span>
        ${acts(ids)}
      </div>`;
  }
}
