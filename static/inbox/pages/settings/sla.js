// How soon the team promises to answer, and to resolve.

import { html } from "../../core/html.js";
import { Element, define } from "../../core/element.js";
import { get, patch } from "../../core/api.js";
import { signal } from "../../core/signal.js";
import { attempt, toast } from "../../core/toasts.js";
import { say } from "../../core/words.js";
import { head } from "../../parts/collection.js";
import "../../parts/form.js";

const PRIORITIES = ["urgent", "high", "normal", "low"];
const CLOCKS = ["first_response", "resolution"];
const NAMES = PRIORITIES.flatMap((priority) => CLOCKS.map((clock) => [priority, clock, `${priority}.${clock}_s`]));

async function save(values) {
  const body = {};
  for (const [priority, clock, name] of NAMES) (body[priority] ??= {})[`${clock}_s`] = values[name];
  await patch("/sla_targets", body);
  toast(say("form.saved"));
}

class SlaTargets extends Element {
  values = signal(null);

  async arrived() {
    const told = await attempt(() => get("/sla_targets"));
    if (told) this.values.value = Object.fromEntries(NAMES.map(([priority, clock, name]) => [name, told.data[priority][`${clock}_s`]]));
  }

  show() {
    const fields = NAMES.map(([priority, clock, name]) => ({ name, label: `${say(`priority.${priority}`)} · ${say(`sla.${clock}`)}`, kind: "duration", required: true }));
    return html`
      ${head(say("settings.sla"), say("sla_targets.about"))}
      ${this.values.value ? html`<data-form class="two" .asked=${{ fields, values: this.values.value, send: save }}></data-form>` : ""}`;
  }
}

define("settings-sla", SlaTargets);
