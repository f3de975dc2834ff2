// Forms whose fields are told as data, and the dialogs made of them: a form, a question, or what is shown only once.
//
//   { name, label, kind, required, hint, options, … }; kinds: text (and what inputs know: email, url, password, number, date,
//   color), textarea, select, checkbox, checks (a list of ids), duration (in seconds). `when(values)` says if it is there.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { Refusal, Unreachable } from "../core/api.js";
import { signal } from "../core/signal.js";
import { complain } from "../core/toasts.js";
import { say } from "../core/words.js";
import { icon } from "./icons.js";

const UNITS = { days: 86400, hours: 3600, minutes: 60 };
let forms = 0;

const options = (list, value) => each(list, (one) => one.id, (one) => html`<option value=${one.id} .selected=${one.id === (value ?? "")}>${one.name}</option>`);

/** How the kinds look: `(field, value, set, marks)`, `marks` being what names the field and its fault for those who can't see. */
const KINDS = {
  input: ({ name, kind, auto, min }, value, set, { id, bad, about }) => html`
    <input id=${id} type=${kind ?? "text"} name=${name} min=${min} autocomplete=${auto ?? "off"} dir="auto" aria-invalid=${bad} aria-describedby=${about}
      .value=${value ?? ""} @input=${(event) => set(event.target.value)} data-test="field-${name}">`,
  textarea: ({ name, inserts, rows }, value, set, { id, bad, about }) => html`
    ${inserts ? html`<div class="inserts">${each(inserts, (text) => text, (text) => html`<button type="button" @click=${() => insert(id, text)}>${text}</button>`)}</div>` : ""}
    <textarea id=${id} name=${name} rows=${rows ?? 3} dir="auto" aria-invalid=${bad} aria-describedby=${about}
      .value=${value ?? ""} @input=${(event) => set(event.target.value)} data-test="field-${name}"></textarea>`,
  select: ({ name, options: list }, value, set, { id, bad, about }) => html`
    <select id=${id} name=${name} aria-invalid=${bad} aria-describedby=${about} @change=${(event) => set(event.target.value)} data-test="field-${name}">${options(list, value)}</select>`,
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
 * `send(values)` does it, and `done` is given what that gives; a refusal stands at its fields, and what was typed stays.
 * `live(name, value)`: each change counts at once, and there is nothing to send. `clears`: empty again once it is sent.
 */
class Form extends Element {
  static takes = ["fields", "values", "go", "danger", "send", "done", "cancel", "live", "clears"];
  faults = signal({});
  busy = signal(false);
  units = {};

  arrived() {
    this.typed ??= { ...this.values };
    this.number ??= ++forms;
  }

  show() {
    const { whole } = this.faults.value;
    const fields = this.fields.filter((field) => field.when?.(this.typed) ?? true);
    return html`
      <form class="form" novalidate @submit=${(event) => this.submit(event)} @keydown=${(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit(event); }}>
        ${whole ? html`<p class="fault" role="alert">${whole}</p>` : ""}
        ${each(fields, (field) => field.name, (field) => this.field(field))}
        ${this.live ? "" : html`
          <div class="buttons">
            ${this.cancel ? html`<button type="button" @click=${this.cancel} data-test="cancel">${say("actions.cancel")}</button>` : ""}
            <button type="submit" class=${this.danger ? "danger" : "main"} ?disabled=${this.busy.value} data-test="go">${this.go ?? say("actions.save")}</button>
          </div>`}
      </form>`;
  }

  field(field) {
    const { name, kind, label, hint } = field;
    const fault = this.faults.value[name];
    const id = `field-${this.number}-${name}`;
    const about = fault || hint ? `${id}-about` : null;
    const below = about ? html`<small id=${about} class=${fault ? "fault" : "quiet"}>${fault ?? hint}</small>` : "";
    const set = (value) => {
      this.typed = { ...this.typed, [name]: value };
      this.live?.(name, value);
      this.changed();
    };
    if (kind === "checkbox") {
      return html`<div class="field"><label class="check"><input type="checkbox" name=${name} aria-describedby=${about} .checked=${Boolean(this.typed[name])} @change=${(event) => set(event.target.checked)} data-test="field-${name}">${label}</label>${below}</div>`;
    }
    const control = (KINDS[kind] ?? KINDS.input)(field, this.typed[name], set, { id, about, bad: fault ? "true" : null, units: this.units });
    const named = kind === "checks" ? html`<span class="label">${label}</span>` : html`<label for=${id}>${label}</label>`;
    return html`<div class="field">${named}${control}${below}</div>`;
  }

  /** Nothing typed is null, where there may be nothing. */
  given() {
    return Object.fromEntries(this.fields.filter((field) => field.when?.(this.typed) ?? true).map(({ name, kind, required }) => {
      const value = this.typed[name] ?? (required ? "" : null);
      return [name, value === "" && !required ? null : kind === "number" ? Number(value) : value];
    }));
  }

  async submit(event) {
    event.preventDefault();
    if (this.busy.peek()) return;
    this.busy.value = true;
    this.faults.value = {};
    try {
      const result = await this.send(this.given());
      if (this.clears) this.typed = { ...this.values };
      this.done?.(result);
    } catch (error) {
      if (error instanceof Unreachable) this.faults.value = { whole: say("errors.unreachable") };
      else if (error instanceof Refusal && error.status !== 401) this.blame(error);
      else complain(error);
    }
    this.busy.value = false;
  }

  /** Puts what is wrong where it is wrong. */
  blame(error) {
    const faults = {};
    for (const { field, message } of error.details) {
      const found = this.fields.find(({ name }) => field === name || field?.startsWith(`${name}[`));
      faults[found?.name ?? "whole"] ??= found ? message : `${field}: ${message}`;
    }
    this.faults.value = error.details.length > 0 ? faults : { whole: error.message };
    setTimeout(() => this.querySelector("[aria-invalid=true]")?.focus());
  }
}

define("data-form", Form);

class Ask extends Element {
  static takes = ["question"];

  show() {
    const { title, text, body, once, fields, values, go, danger, send } = this.question;
    return html`
      <dialog class="ask" aria-label=${title} @close=${() => this.end(null)} @cancel=${(event) => once && event.preventDefault()}>
        <h2 dir="auto">${title}</h2>
        ${text ? html`<p>${text}</p>` : ""}
        ${body ?? ""}
        <data-form .fields=${fields} .values=${values} .go=${go} .danger=${danger} .send=${send} .cancel=${once ? null : () => this.end(null)} .done=${(result) => this.end(result)}></data-form>
      </dialog>`;
  }

  arrived() {
    addEventListener("popstate", () => this.end(null), { once: true });
  }

  drawn() {
    const dialog = this.firstElementChild;
    if (!dialog.open) dialog.showModal();
  }

  end(answer) {
    this.answer(answer);
    this.firstElementChild.close();
    this.remove();
  }
}

define("ask-dialog", Ask);

/**
 * Asks in a dialog, and gives what `send(values)` gave; null if the user has left it. Without fields it is a question that is
 * agreed to. `body`: what stands above the fields. `once`: it is left by its button alone.
 */
export function ask(question) {
  return new Promise((answer) => {
    const dialog = document.createElement("ask-dialog");
    dialog.answer = answer;
    dialog.question = { fields: [], values: {}, send: () => true, ...question };
    document.body.append(dialog);
  });
}

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
