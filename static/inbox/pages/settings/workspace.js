// The workspace as a whole: its name, how much programs may ask of it, its backup, and the demo data.

import { html } from "../../core/html.js";
import { Element, define } from "../../core/element.js";
import { get, patch } from "../../core/api.js";
import { signal } from "../../core/signal.js";
import { count } from "../../core/time.js";
import { attempt, toast } from "../../core/toasts.js";
import { say } from "../../core/words.js";
import { setDemo } from "../../data/beginnings.js";
import { workspace } from "../../data/people.js";
import { head } from "../../parts/collection.js";
import { removeDemo } from "../../parts/first-steps.js";
import { ask } from "../../parts/form.js";
import { icon } from "../../parts/icons.js";

async function save(values) {
  workspace.value = (await patch("/workspace", values)).data;
  toast(say("form.saved"));
}

class WorkspaceSettings extends Element {
  demo = signal(null);
  limit = signal(null);

  async arrived() {
    const told = await attempt(() => get("/demo"));
    if (!told) return;
    this.demo.value = told.data.present;
    this.limit.value = Number(told.headers.get("X-RateLimit-Limit"));
  }

  turnDemo() {
    if (this.demo.peek()) return removeDemo(() => { this.demo.value = false; });
    const send = async () => {
      await setDemo(true);
      this.demo.value = true;
      toast(say("workspace.demo_add_done"));
    };
    return ask({ title: say("workspace.demo_add"), text: say("workspace.demo_add_text"), go: say("workspace.demo_add"), send });
  }

  show() {
    const demo = this.demo.value;
    return html`
      ${head(say("settings.workspace"), workspace.value.software_version ? `CommFlow ${workspace.value.software_version}` : "")}
      <data-form .asked=${{ fields: [{ name: "name", label: say("form.name"), required: true }], values: { name: workspace.value.name }, send: save }}></data-form>
      <h2>${say("workspace.plan")}</h2>
      <p>${say("workspace.plan_text")}</p>
      ${this.limit.value ? html`<p class="quiet">${say("workspace.plan_session", count(this.limit.value))}</p>` : ""}
      <h2>${say("workspace.backup")}</h2>
      <p>${say("workspace.backup_text")}</p>
      <p><a class="button" href="/v1/backup" download data-test="backup">${icon("download")}${say("workspace.backup_go")}</a></p>
      <p class="quiet">${say("workspace.restore_text")}</p>
      <pre>commflow restore backup.db --force</pre>
      ${demo === null ? "" : html`
        <h2>${say("workspace.demo")}</h2>
        <p>${say(demo ? "workspace.demo_present" : "workspace.demo_absent")}</p>
        <p><button type="button" class=${demo ? "danger" : ""} @click=${() => this.turnDemo()} data-test="demo">${say(demo ? "steps.demo_remove" : "workspace.demo_add")}</button></p>`}`;
  }
}

define("settings-workspace", WorkspaceSettings);
