// Fields that are changed in place: a fault stands at its field, and what was typed stays there until it is right.

import { html } from "../core/html.js";
import { Element } from "../core/element.js";
import { signal } from "../core/signal.js";
import { fault } from "../core/toasts.js";
import { say } from "../core/words.js";
import { change } from "../data/objects.js";

/** Who extends this has the `owner`'s id, and says `patch(name, value)`, `told(name, value)`, and, if need be, `valueOf()` and `wrong()`. */
export class InPlace extends Element {
  /** What is wrong, by name. */
  faults = signal({});
  /** What was typed and is not taken over yet, by name. */
  typed = {};

  /** Begins anew with another owner. */
  turnTo(owner) {
    if (this.shownOwner === owner) return;
    this.shownOwner = owner;
    this.typed = {};
    this.faults.value = {};
  }

  row(name, value, { id, label, inputmode, test, ends }) {
    const wrong = this.faults.value[name];
    const take = ({ target }) => this.take(name, value, typeof value === "boolean" ? target.checked : target.value.trim());
    const input = typeof value === "boolean"
      ? html`<input id=${id} type="checkbox" .checked=${value} @change=${take}>`
      : html`<input id=${id} type="text" dir="auto" autocomplete="off" spellcheck="false" inputmode=${inputmode} placeholder=${say("contacts.empty")} title=${String(value ?? "").length > 24 ? value : null}
          .value=${String(this.typed[name] ?? value ?? "")} aria-invalid=${wrong ? "true" : null} aria-describedby=${wrong ? `${id}-wrong` : null}
          @input=${(event) => { this.typed[name] = event.target.value; }} @change=${take} @keydown=${(event) => this.press(event, name, take)} data-test="set-${test}">`;
    return html`
      <div class="entry ${ends ? "own" : ""}">
        <label for=${id} dir="auto" title=${label}>${label}</label>
        <span class="value">${input}</span>
        ${ends}
        ${wrong ? html`<p class="bad" id="${id}-wrong" role="alert">${wrong}</p>` : ""}
      </div>`;
  }

  press(event, name, take) {
    if (event.key === "Enter" && !event.isComposing) take(event);
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.forget(name);
    this.draw();
    event.target.blur();
  }

  /** Takes over what was typed, unless it says what is known already. */
  take(name, before, typed) {
    if (typed === before || typed === String(before ?? "")) {
      this.forget(name);
      return;
    }
    const value = this.valueOf(typed, before);
    if (value === undefined) this.tell(name, say("contacts.no_number"));
    else this.set(name, value);
  }

  valueOf(typed) {
    return typed || null;
  }

  async set(name, value) {
    const { owner } = this;
    const typed = this.typed[name];
    this.forget(name);
    try {
      await change(owner, this.patch(name, value), { told: this.told(name, value) });
    } catch (error) {
      if (owner !== this.owner) return;
      if (typed !== undefined) this.typed[name] ??= typed;
      this.tell(name, await this.wrong(name, error));
    }
  }

  wrong(name, error) {
    return error.about?.(name) ?? fault(error);
  }

  forget(name) {
    delete this.typed[name];
    this.tell(name, null);
  }

  tell(name, wrong) {
    const { [name]: before, ...others } = this.faults.peek();
    if (before || wrong) this.faults.value = wrong ? { ...others, [name]: wrong } : others;
  }
}
