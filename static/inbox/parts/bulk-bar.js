// What can be done to the selected threads, and the word on what will happen before it does.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { count } from "../core/time.js";
import { say } from "../core/words.js";
import { rehearsed } from "../data/bulk.js";
import { threadOf } from "../data/threads.js";
import { icon } from "./icons.js";
import * as pickers from "./pickers.js";
import { nameOf } from "./thread-row.js";

/** Rows of the rehearsal that are shown. */
const SHOWN = 6;

/** `selected`: a signal of a set of ids. `rows`: the list that they are of. */
class BulkBar extends Element {
  static takes = ["selected", "rows"];

  show() {
    const ids = [...(this.selected?.value ?? [])];
    if (ids.length === 0) return html``;
    const act = (name, picture, run) => html`<button type="button" class="plain" title=${say(`actions.${name}`)} aria-label=${say(`actions.${name}`)} @click=${() => run(ids)} data-test="bulk-${name}">${icon(picture)}</button>`;
    return html`
      <div class="bulk" role="toolbar" aria-label=${say("bulk.label")}>
        <button type="button" class="plain" aria-label=${say("bulk.none")} @click=${() => { this.selected.value = new Set(); }}>${icon("close")}</button>
        <b>${say("bulk.selected", ids.length)}</b>
        <button type="button" class="plain" @click=${() => this.all()} data-test="bulk-all">${say("bulk.all")}</button>
        <span class="space"></span>
        ${act("status", "check", pickers.pickStatus)}${act("assign", "people", pickers.pickAssignee)}${act("tag", "tag", pickers.pickTags)}${act("priority", "flag", pickers.pickPriority)}
      </div>
      ${this.rehearsal()}`;
  }

  all() {
    this.selected.value = new Set([...this.selected.peek(), ...this.rows.ids()]);
  }

  /** What would be changed, before it is. */
  rehearsal() {
    const asked = rehearsed.value;
    if (!asked) return "";
    return html`
      <dialog class="sure" aria-labelledby="bulk-title" @close=${() => asked.answer(false)}>
        <h2 id="bulk-title">${say("bulk.sure", asked.updated.length)}</h2>
        <p>${this.told(asked.patch)}</p>
        <ul>${each(asked.updated.slice(0, SHOWN), (id) => id, (id) => html`<li><b>${nameOf(threadOf(id)?.contact)}</b> <span dir="auto">${threadOf(id)?.subject ?? id}</span></li>`)}</ul>
        ${asked.updated.length > SHOWN ? html`<p class="quiet">${say("bulk.more", count(asked.updated.length - SHOWN))}</p>` : ""}
        ${asked.failed.length > 0 ? html`<p class="bad">${say("bulk.cannot", asked.failed.length)}</p>` : ""}
        <div class="buttons"><button type="button" @click=${() => asked.answer(false)}>${say("actions.cancel")}</button><button type="button" class="main" @click=${() => asked.answer(true)} data-test="bulk-go">${say("bulk.go")}</button></div>
      </dialog>`;
  }

  told(patch) {
    const values = Object.entries(patch).map(([field, value]) => {
      if (field === "status" || field === "priority") return `${say(`fields.${field}`)}: ${say(`${field}.${value}`)}`;
      if (field === "add_tags") return `${say("fields.tags")}: + ${value.join(", ")}`;
      return `${say(`fields.${field.replace("_id", "")}`)}: ${pickers.valueName(field, value)}`;
    });
    return values.join(" · ");
  }

  drawn() {
    const dialog = this.querySelector("dialog");
    if (dialog && !dialog.open) dialog.showModal();
  }
}

define("bulk-bar", BulkBar);
