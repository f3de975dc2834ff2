// Something that is asked in a dialog: it stays open, with all that was typed, until it could be done or nobody wants it.
// Who extends this says `title()`, `body()`, `button()`, and does it in `act()`; `danger`: it can't be taken back.

import { html } from "../core/html.js";
import { Element } from "../core/element.js";
import { Unreachable } from "../core/api.js";
import { signal } from "../core/signal.js";
import { say } from "../core/words.js";

/** Opens a dialog, by the name of its element. `given`: its properties. */
export const ask = (name, given = {}) => document.body.append(Object.assign(document.createElement(name), given));

/** What went wrong, for a person. */
export const fault = (error) => (error instanceof Unreachable ? say("errors.unreachable") : error.message);

export class Dialog extends Element {
  refusal = signal(null);
  busy = signal(false);
  typed = signal({});
  fields = [];

  show() {
    const error = this.refusal.value;
    const elsewhere = error && !this.fields.some((name) => error.about?.(name));
    return html`
      <dialog class="sure" aria-labelledby="dialog-title" @close=${() => this.remove()} data-test="dialog">
        <form @submit=${(event) => this.submit(event)}>
          <h2 id="dialog-title">${this.title()}</h2>
          ${this.body()}
          ${elsewhere ? html`<p class="bad" role="alert">${fault(error)}</p>` : ""}
          <div class="buttons">
            <button type="button" @click=${() => this.shut()}>${say("actions.cancel")}</button>
            <button type="submit" class=${this.danger ? "danger" : "main"} ?disabled=${!this.ready()} aria-busy=${String(this.busy.value)} data-test="dialog-go">${this.button()}</button>
          </div>
        </form>
      </dialog>`;
  }

  ready() {
    return true;
  }

  /** A field with its name, and with what is wrong with it. */
  field(name, label, { more, list, inputmode, tall } = {}) {
    if (!this.fields.includes(name)) this.fields.push(name);
    const wrong = this.refusal.value?.about?.(name);
    return html`
      <div class="entry ${tall ? "tall" : ""}">
        <label for="dialog-${name}">${label}</label>
        <input id="dialog-${name}" name=${name} dir="auto" autocomplete="off" list=${list} inputmode=${inputmode} .value=${this.typed.value[name] ?? ""}
          aria-invalid=${wrong ? "true" : null} aria-describedby=${wrong ? `dialog-${name}-wrong` : null} @input=${(event) => this.type(name, event.target.value)}>
        ${wrong ? html`<p class="bad" id="dialog-${name}-wrong" role="alert">${wrong} ${more?.(this.refusal.value) ?? ""}</p>` : ""}
      </div>`;
  }

  type(name, value) {
    this.typed.value = { ...this.typed.peek(), [name]: value };
  }

  drawn() {
    const dialog = this.querySelector("dialog");
    if (dialog.open) return;
    dialog.showModal();
    dialog.querySelector("input:not([type=checkbox])")?.focus();
  }

  async submit(event) {
    event.preventDefault();
    if (this.busy.peek()) return;
    this.busy.value = true;
    this.refusal.value = null;
    try {
      if ((await this.act()) !== false) this.shut();
    } catch (error) {
      this.refusal.value = error;
      queueMicrotask(() => this.querySelector("[aria-invalid]")?.focus());
    }
    this.busy.value = false;
  }

  shut() {
    this.querySelector("dialog")?.close();
  }
}
