// Forms whose fields are told as data, and the dialogs made of them: a form, a question, or what is shown only once.
//
//   { name, label, kind, required, hint, options, … }; kinds: text (and what inputs know: email, url, password, number, date,
//   color), textarea, select, checkbox, checks (a list of ids), duration (in seconds), or a function that shows something else.
//   `of`: other fields of the API whose faults stand here. `more(detail)`: what is said besides of a fault.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { Refusal } from "../core/api.js";
import { signal } from "../core/signal.js";
import { fault } from "../core/toasts.js";
import { say } from "../core/words.js";
import { icon } from "./icons.js";

const UNITS = { days: 86400, hours: 3600, minutes: 60 };
let forms = 0;

const options = (list, value) => each(list, (one) => one.id, (one) => html`<option value=${one.id} .selected=${one.id === (value ?? "")}>${one.name}</option>`);

/** How the kinds look: `(field, value, set, marks)`, `marks` being what names the field and its fault for those who can't see. */
const KINDS = {
  input: ({ name, kind, auto, min, inputmode, offers }, value, set, { id, bad, about }) => html`
    <input id=${id} type=${kind ?? "text"} name=${name} min=${min} autocomplete=${auto ?? "off"} inputmode=${inputmode} list=${offers && `${id}-offers`} dir="auto" aria-invalid=${bad} aria-describedby=${about}
      .value=${value ?? ""} @input=${(event) => set(event.target.value)} data-test="field-${name}">
    ${offers ? html`<datalist id="${id}-offers">${offers.map((one) => html`<option value=${one}></option>`)}</datalist>` : ""}`,
  textarea: ({ name, inserts }, value, set, { id, bad, about }) => html`
    ${inserts ? html`<div class="inserts">${each(inserts, (text) => text, (text) => html`<button type="button" @click=${() => insert(id, text)}>${text}</button>`)}</div>` : ""}
    <textarea id=${id} name=${name} dir="auto" aria-invalid=${bad} aria-describedby=${about}
      .value=${value ?? ""} @input=${(event) => set(event.target.value)} data-test="field-${name}"></textarea>`,
  select: ({ name, options: list }, value, set, { id, bad, about }) => html`
    <select id=${id} name=${name} aria-invalid=${bad} aria-describedby=${about} @change=${(event) => set(event.target.value)} data-test="field-${name}">${options(list, value)}</select>`,
  checkbox: ({ name, label }, value, set, { about }) => html`
    <label class="check"><input type="checkbox" name=${name} aria-describedby=${about} .checked=${Boolean(value)} @change=${(event) => set(event.target.checked)} data-test="field-${name}">${label}</label>`,
  checks: ({ groups, covers }, value, set) => each(groups, (group) => group.label, (group) => html`
    <div class="checks" role="group" aria-label=${group.label}>
      <b aria-hidden="true">${group.label}</b>
      ${each(group.options, (one) => one.id, (one) => {
        const covered = value.some((other) => other !== one.id && covers(other, one.id));
        return html`<label><input type="checkbox" value=${one.id} .checked=${covered || value.includes(one.id)} ?disabled=${covered}
          @change=${({ target }) => set(target.checked ? [...value.filter((other) => !covers(one.id, other)), one.id] : value.filter((other) => other !== one.id))}>${one.name}</label>`;
      })}
    </div>`),
  duration: ({ name, label }, value, set, { id, bad, about, units }) => {
    const unit = (units[name] ??= Object.keys(UNITS).find((one) => value % UNITS[one] === 0) ?? "minutes");
    return html`
      <span class="line">
        <input id=${id} type="number" name=${name} min="0" step="any" aria-invalid=${bad} aria-describedby=${about} .value=${Number.isFinite(value) ? String(value / UNITS[unit]) : ""}
          @change=${(event) => set(event.target.value === "" ? null : Math.round(event.target.value * UNITS[unit]))} data-test="field-${name}">
        <select aria-label="${label}: ${say("form.unit")}" @change=${(event) => { units[name] = event.target.value; set((value / UNITS[unit]) * UNITS[event.target.value]); }}>
          ${options(Object.keys(UNITS).map((one) => ({ id: one, name: say(`form.${one}`) })), unit)}</select>
      </span>`;
  },
};

/** Puts a text where the cursor stands. */
function insert(id, text) {
  const area = document.getElementById(id);
  area.focus();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input"));
}

/**
 * `asked`: what is asked. `send(values, form)` does it, and `done` is given what that gives; false: there is more to be said.
 * A refusal stands at its fields, and what was typed stays. `fields`, `body` (what stands above them), `go` (the button) and `may`
 * (whether it can be sent) may be functions of the values and the form. `change(values, form)` is told of each change, which counts
 * at once where nothing is sent. `clears`: empty again once it is sent. `danger`: it can't be taken back.
 */
class Form extends Element {
  static takes = ["asked"];
  typed = signal(null);
  faults = signal({});
  busy = signal(false);
  units = {};

  arrived() {
    this.typed.value = this.typed.peek() ?? { ...this.asked.values };
    this.number ??= ++forms;
  }

  told(name) {
    const told = this.asked[name];
    return typeof told === "function" ? told(this.typed.value, this) : told;
  }

  show() {
    const { title, text, once, danger, send, done } = this.asked;
    const { whole } = this.faults.value;
    return html`
      <form class="form" novalidate @submit=${(event) => this.submit(event)} @keydown=${(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit(event); }}>
        ${title ? html`<h2 dir="auto">${title}</h2>` : ""}
        ${text ? html`<p>${text}</p>` : ""}
        ${this.told("body")}
        ${each(this.told("fields"), (field) => field.name, (field) => this.field(field))}
        ${whole ? html`<p class="bad" role="alert">${whole}</p>` : ""}
        ${send ? html`
          <div class="buttons">
            ${done && !once ? html`<button type="button" @click=${() => done(null)} data-test="cancel">${say("actions.cancel")}</button>` : ""}
            <button type="submit" class=${danger ? "danger" : "main"} ?disabled=${this.told("may") === false} aria-busy=${String(this.busy.value)} data-test="go">${this.told("go") ?? say("actions.save")}</button>
          </div>` : ""}
      </form>`;
  }

  field(field) {
    const { name, kind, label, hint, more } = field;
    const detail = this.faults.value[name];
    const id = `field-${this.number}-${name}`;
    const about = detail || hint ? `${id}-about` : null;
    const set = (value) => this.set({ [name]: value });
    const show = typeof kind === "function" ? kind : KINDS[kind] ?? KINDS.input;
    const named = !label || kind === "checkbox" ? "" : kind === "checks" ? html`<span class="label">${label}</span>` : html`<label for=${id}>${label}</label>`;
    const below = detail ? html`<small id=${about} class="bad" role="alert">${detail.message} ${more?.(detail)}</small>` : hint ? html`<small id=${about} class="quiet">${hint}</small>` : "";
    return html`<div class="field">${named}${show(field, this.typed.value[name], set, { id, about, bad: detail ? "true" : null, units: this.units })}${below}</div>`;
  }

  set(change) {
    this.typed.value = { ...this.typed.peek(), ...change };
    this.asked.change?.(this.typed.peek(), this);
  }

  /** Nothing typed is null, where there may be nothing. */
  given() {
    return Object.fromEntries(this.told("fields").map(({ name, kind, required }) => {
      const value = this.typed.peek()[name] ?? (required ? "" : null);
      return [name, value === "" && !required ? null : kind === "number" ? Number(value) : value];
    }));
  }

  async submit(event) {
    event.preventDefault();
    const { values, send, clears, done } = this.asked;
    if (!send || this.busy.peek() || this.told("may") === false) return;
    this.busy.value = true;
    this.faults.value = {};
    try {
      const result = (await send(this.given(), this)) ?? true;
      if (clears) this.typed.value = { ...values };
      if (result !== false) done?.(result);
    } catch (error) {
      this.blame(error);
    }
    this.busy.value = false;
  }

  /** Puts what is wrong where it is wrong. */
  blame(error) {
    const faults = {};
    for (const detail of error.details ?? []) {
      const { field, message } = detail;
      const found = this.told("fields").find(({ name, of = [] }) => [name, ...of].some((one) => field === one || field?.startsWith(`${one}[`)));
      faults[found?.name ?? "whole"] ??= found ? detail : `${field}: ${message}`;
    }
    this.faults.value = Object.keys(faults).length > 0 ? faults : { whole: fault(error) };
    setTimeout(() => this.querySelector("[aria-invalid]")?.focus());
  }
}

define("data-form", Form);

/** For a `send` that knows better than the server what is wrong with a field. */
export const refuse = (field, message) => {
  throw new Refusal(422, { message, details: [{ field, message }] });
};

/**
 * Asks in a dialog, which stays open until `send` could do it, and gives what that gave; null if nobody wants it. Without fields it
 * is a question that is agreed to. `once`: it is left by its button alone.
 */
export const ask = (asked) => new Promise((answer) => {
  const form = document.createElement("data-form");
  const dialog = Object.assign(document.createElement("dialog"), { className: "ask", ariaLabel: asked.title });
  let result;
  const done = (given) => {
    result = given;
    dialog.close();
  };
  const leave = () => done(null);
  dialog.oncancel = (event) => asked.once && event.preventDefault();
  dialog.onclick = (event) => event.target.closest("a") && leave();
  dialog.onclose = () => {
    // Who presses Escape twice can't be held back.
    if (asked.once && result === undefined) return dialog.showModal();
    removeEventListener("popstate", leave);
    dialog.remove();
    answer(result ?? null);
  };
  addEventListener("popstate", leave);
  form.asked = { fields: [], send: () => true, done, ...asked };
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("input:not([type=checkbox])")?.select();
});

/** Something to take away: `[label, value]` of each. It is not shown again. */
export const showOnce = (title, text, secrets) => ask({
  title, text, once: true, go: say("form.done"),
  body: each(secrets, ([label]) => label, ([label, value]) => html`<copy-field .label=${label} .value=${value}></copy-field>`),
});

class CopyField extends Element {
  static takes = ["label", "value"];
  copied = signal(false);

  show() {
    return html`
      <div class="copy">
        <span class="label">${this.label}</span>
        <textarea readonly rows=${this.value.split("\n").length} aria-label=${this.label} .value=${this.value} @focus=${(event) => event.target.select()} data-test="secret"></textarea>
        <button type="button" @click=${() => this.copy()} data-test="copy">${icon(this.copied.value ? "check" : "copy")}${say(this.copied.value ? "form.copied" : "form.copy")}</button>
      </div>`;
  }

  /** Pages without TLS have no clipboard but the old way. */
  async copy() {
    this.querySelector("textarea").select();
    try {
      await navigator.clipboard.writeText(this.value);
    } catch {
      document.execCommand("copy");
    }
    this.copied.value = true;
  }
}

define("copy-field", CopyField);
