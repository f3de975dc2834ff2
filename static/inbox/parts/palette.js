// One list to choose from by typing: the command palette, and whatever is picked in a thread (assignee, tags, priority …).

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { signal } from "../core/signal.js";
import { say } from "../core/words.js";
import { shownKey } from "../core/actions.js";
import { icon } from "./icons.js";

/** What is asked: `{ label, find(query), chosen(item), multiple, query }`; null while nothing is. */
const asked = signal(null);
let answered = () => {};

/**
 * Lets the user choose. `find(query)` gives `[{ id, name, hint, key, picture, group, checked, run }]`, or a promise of it.
 * Gives the item that was chosen; null if none was. With `multiple`, `toggle(item)` is called for each and the list stays.
 */
export function choose(question) {
  return new Promise((resolve) => {
    answered = resolve;
    asked.value = question;
  });
}

/** Items whose name holds all words of the query, those that begin with it first. */
export function matching(items, query) {
  const words = fold(query).split(/\s+/).filter(Boolean);
  const hits = items.filter((item) => words.every((word) => fold(`${item.name} ${item.also ?? ""}`).includes(word)));
  const begins = (item) => words.length > 0 && fold(item.name).startsWith(words[0]);
  return [...hits.filter(begins), ...hits.filter((item) => !begins(item))];
}

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

class Palette extends Element {
  query = signal("");
  items = signal([]);
  at = signal(0);
  count = 0;

  show() {
    const question = asked.value;
    if (!question) return html``;
    const items = this.items.value;
    return html`
      <dialog class="palette" aria-label=${question.label} @close=${(event) => this.closed(event.target)} @click=${(event) => event.target === event.currentTarget && event.target.close()}>
        <div class="field">
          ${question.title ? html`<span class="title">${question.title}</span>` : ""}
          <input type="text" role="combobox" aria-expanded="true" aria-controls="palette-items" aria-autocomplete="list"
            aria-activedescendant=${items.length > 0 ? `palette-${this.at.value}` : null} autocomplete="off" spellcheck="false"
            aria-label=${question.label} placeholder=${question.label} .value=${this.query.value}
            @input=${(event) => this.ask(event.target.value)} @keydown=${(event) => this.press(event)}>
        </div>
        <ul id="palette-items" role="listbox" aria-label=${question.label} aria-multiselectable=${question.multiple ? "true" : null}>
          ${each(items, (item) => `${item.group ?? ""}/${item.id}`, (item, at) => this.item(item, at, items[at - 1]))}
        </ul>
        ${items.length === 0 ? html`<p class="none" role="status">${say("palette.none")}</p>` : ""}
      </dialog>`;
  }

  item(item, at, before) {
    return html`
      ${item.group && item.group !== before?.group ? html`<li class="group" role="presentation">${item.group}</li>` : ""}
      <li id="palette-${at}" role="option" class="item" aria-selected=${String(item.checked ?? at === this.at.value)} data-at=${at}
        ?data-current=${at === this.at.value} @click=${() => this.take(item)} @pointermove=${() => { this.at.value = at; }}>
        <span class="picture">${item.picture ?? ""}</span>
        <span class="name">${item.name}</span>
        ${item.hint ? html`<span class="hint">${item.hint}</span>` : ""}
        ${item.checked ? icon("check") : ""}
        ${item.key ? html`<kbd>${shownKey(item.key)}</kbd>` : ""}
      </li>`;
  }

  drawn() {
    const dialog = this.querySelector("dialog");
    if (dialog && !dialog.open) {
      dialog.showModal();
      this.ask(asked.peek().query ?? "");
    }
    this.querySelector("[data-current]")?.scrollIntoView({ block: "nearest" });
  }

  async ask(query) {
    this.query.value = query;
    this.count += 1;
    const mine = this.count;
    const found = await asked.peek()?.find(query);
    if (mine !== this.count || !found) return;
    this.items.value = found;
    this.at.value = Math.min(this.at.peek(), Math.max(0, found.length - 1));
    if (this.asked !== query) this.at.value = 0;
    this.asked = query;
  }

  press(event) {
    const last = this.items.peek().length - 1;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      event.preventDefault();
      const next = this.at.peek() + moves[event.key];
      this.at.value = next < 0 ? last : next > last ? 0 : next;
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      const item = this.items.peek()[this.at.peek()];
      if (item) this.take(item);
    }
  }

  async take(item) {
    const question = asked.peek();
    if (question.multiple) {
      question.toggle(item);
      await this.ask(this.query.peek());
      return;
    }
    this.end(item);
  }

  /** A dialog says late that it was closed: by then the next question may stand in it, or in another. */
  closed(dialog) {
    if (dialog.isConnected && !dialog.open) this.end(null);
  }

  end(item) {
    if (!asked.peek()) return;
    const done = answered;
    answered = () => {};
    this.querySelector("dialog")?.close();
    asked.value = null;
    this.items.value = [];
    this.query.value = "";
    this.asked = undefined;
    done(item);
  }
}

define("choice-palette", Palette);
