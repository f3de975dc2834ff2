// What to do first in a new workspace: shown in place of an empty list, and until it is dismissed while demo data is there.

import { html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { action, perform } from "../core/actions.js";
import { address, go } from "../core/place.js";
import { attempt, toast } from "../core/toasts.js";
import { say } from "../core/words.js";
import { beginnings, dismiss, hasTeam, moving, setDemo } from "../data/beginnings.js";
import { isAdmin } from "../data/people.js";
import { ask } from "./form.js";
import { icon } from "./icons.js";

/** `new` in place of an empty list, `demo` beside one that only the demo fills; else nothing. */
export function stage(here) {
  const now = beginnings.value;
  if (!now || here.id) return "";
  return now.empty ? "new" : now.demo || moving.value ? "demo" : "";
}

const example = () => [
  `curl ${location.origin}/v1/conversations \\`,
  "  -H 'Authorization: Bearer YOUR_API_KEY' \\",
  "  -H 'Content-Type: application/json' \\",
  "  -d '{\"subject\": \"Hello\",",
  "       \"contact\": {\"email\": \"jane@example.com\"},",
  "       \"message\": {\"body\": \"My first message\"}}'",
].join("\n");

/** `refresh()`: called when the lists are others. */
class FirstSteps extends Element {
  static takes = ["refresh"];

  show() {
    const now = beginnings.value;
    if (!now) return html``;
    const steps = [...(isAdmin() ? this.ofAdmins(now) : []), this.step("start", "pen", !now.empty && !now.demo && !moving.value, html`<button type="button" class=${isAdmin() ? "" : "main"} @click=${() => perform("new")} data-test="step-start-go">${say("actions.new")}</button>`)];
    return html`
      <section class="steps" aria-labelledby="steps-title" data-test="first-steps">
        <h2 id="steps-title">${say("steps.title")}</h2>
        <p class="quiet">${say(now.empty ? "steps.empty" : "steps.with_demo")}</p>
        <ol>${steps}</ol>
        <button type="button" class="plain quiet" @click=${() => attempt(dismiss)} data-test="steps-dismiss">${say("steps.dismiss")}</button>
      </section>`;
  }

  ofAdmins(now) {
    const here = now.demo && !moving.value;
    const way = (section, name) => html`<a class="button" href=${address("settings", section)} data-test="step-${section}">${say(`steps.${name}`)}</a>`;
    return [
      this.step("team", "people", hasTeam(), way("users", "team_go")),
      this.step("key", "key", now.keys > 0, way("api-keys", "key_go"), html`<copy-field .label=${say("steps.example")} .value=${example()}></copy-field>`),
      this.step("webhook", "bolt", now.webhooks > 0, way("webhooks", "webhook_go")),
      now.demo === null ? "" : this.step(here ? "demo_on" : "demo", "eye", here, html`
        <button type="button" ?disabled=${moving.value} @click=${() => (here ? removeDemo(this.refresh) : this.fill())} data-test="step-demo">${say(moving.value ? "steps.demo_busy" : here ? "steps.demo_remove" : "steps.demo_go")}</button>`),
    ];
  }

  step(name, picture, done, act, more = "") {
    return html`
      <li class=${done ? "done" : ""} data-test="first-${name}">
        <span class="mark">${icon(done ? "check" : picture)}</span>
        <div><h3>${say(`steps.${name}`)}${done ? html`<span class="unseen"> (${say("steps.done")})</span>` : ""}</h3><p>${say(`steps.${name}_about`)}</p></div>
        ${act}${more}
      </li>`;
  }

  async fill() {
    // Where one can look on as it comes in.
    go(address("conversations", null, { status: "open" }));
    await attempt(() => setDemo(true));
    this.refresh?.();
  }
}

define("first-steps", FirstSteps);

/** It takes along what was written in demo threads, so it is asked for. `done()`: called when it is gone. */
export const removeDemo = (done) => ask({
  title: say("steps.remove_title"), text: say("steps.remove_about"), go: say("steps.demo_remove"), danger: true,
  async send() {
    await setDemo(false);
    toast(say("steps.removed"));
    done?.();
  },
});

action({ id: "remove-demo", name: "steps.demo_remove", picture: "trash", when: () => Boolean(beginnings.peek()?.demo), run: () => removeDemo(() => document.querySelector("inbox-page")?.rows.refresh()) });
