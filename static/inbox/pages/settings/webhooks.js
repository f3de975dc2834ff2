// Webhooks: where events are sent, how that goes, and what was sent.

import { html } from "../../core/html.js";
import { define } from "../../core/element.js";
import { post } from "../../core/api.js";
import { address, place } from "../../core/place.js";
import { ago, count, inFull } from "../../core/time.js";
import { attempt } from "../../core/toasts.js";
import { say } from "../../core/words.js";
import { Collection, head } from "../../parts/collection.js";
import { ask, showOnce } from "../../parts/form.js";
import { icon, iconButton } from "../../parts/icons.js";
import { choose, matching } from "../../parts/palette.js";
import "./deliveries.js";

const EVENTS = {
  conversation: ["created", "updated"],
  message: ["created", "created.comment", "created.reply", "created.note"],
  contact: ["created", "updated", "deleted"],
  ticket: ["created", "updated", "sla_warning", "sla_breached"],
};

/** Whether one pattern takes in all that another one does: `*` everything, `ticket.*` what is of tickets, `message.created` each of its kinds. */
const covers = (pattern, other) => pattern === other || pattern === "*" || other.startsWith(pattern.endsWith("*") ? pattern.slice(0, -1) : `${pattern}.`);

const groups = () => [
  { label: say("webhooks.everything"), options: [{ id: "*", name: say("webhooks.all") }] },
  ...Object.entries(EVENTS).map(([of, kinds]) => ({
    label: say(`webhooks.${of}`),
    options: [{ id: `${of}.*`, name: say("webhooks.all_of", say(`webhooks.${of}`)) }, ...kinds.map((kind) => ({ id: `${of}.${kind}`, name: say(`webhooks.${kind.replace(".", "_")}`) }))],
  })),
];

class Webhooks extends Collection {
  part = "webhooks";
  route = "/webhooks";

  fields() {
    return [
      { name: "url", label: say("webhooks.url"), kind: "url", required: true, hint: say("webhooks.url_hint") },
      { name: "description", label: say("form.description") },
      { name: "events", label: say("webhooks.events"), kind: "checks", required: true, groups: groups(), covers },
    ];
  }

  add() {
    return super.add({ events: ["*"] });
  }

  added(hook) {
    const same = hook.secret === hook.signing_secret;
    showOnce(say("webhooks.secret"), say("webhooks.secret_text"), [[say("webhooks.signing_secret"), hook.signing_secret], ...(same ? [] : [[say("webhooks.own_secret"), hook.secret]])]);
  }

  async test(hook) {
    const told = await attempt(() => post(`/webhooks/${hook.id}/test`));
    if (!told) return;
    const { delivered, status_code, duration_ms, error, response_body } = told.data;
    const text = html`<span class=${delivered ? "fine" : "bad"} data-test="answer">${status_code ? say("webhooks.answered", status_code, count(duration_ms)) : error}</span>`;
    await ask({ title: say(delivered ? "webhooks.test_fine" : "webhooks.test_bad"), text, body: response_body ? html`<pre>${response_body}</pre>` : "", once: true, go: say("form.done") });
  }

  async rotate(hook) {
    const send = async () => (await post(`/webhooks/${hook.id}/rotate_secret`)).data;
    const made = await ask({ title: say("webhooks.rotate"), text: say("webhooks.rotate_text"), go: say("webhooks.rotate"), send });
    if (made) this.added(made);
  }

  async more(hook) {
    const items = [
      ["edit", "pen", () => this.edit(hook)],
      [hook.active ? "pause" : "resume", hook.active ? "close" : "check", () => this.change(hook, { active: !hook.active })],
      ["rotate", "key", () => this.rotate(hook)],
      ["delete", "trash", () => this.erase(hook)],
    ].map(([id, picture, run]) => ({ id, name: say(id === "edit" || id === "delete" ? `form.${id}` : `webhooks.${id}`), picture: icon(picture), run }));
    (await choose({ label: hook.url, find: (query) => matching(items, query) }))?.run();
  }

  row(hook) {
    const { last_success_at, last_failure_at, consecutive_failures } = hook.health;
    const state = !hook.active ? "off" : consecutive_failures > 0 ? "failing" : "on";
    const times = [["success", last_success_at], ["failure", last_failure_at]].filter(([, time]) => time).map(([name, time]) => say(`webhooks.${name}`, ago(time)));
    if (consecutive_failures > 0) times.push(say("webhooks.failures", consecutive_failures));
    return html`
      <div class="what">
        <b class="url">${hook.url}</b><span class="tag state ${state}">${say(`webhooks.${state}`)}</span>
        ${hook.description ? html`<small dir="auto">${hook.description}</small>` : ""}
        <small>${hook.events.join(", ")}</small>
        <small title=${inFull(last_success_at)}>${times.join(" · ") || say("form.unused")}</small>
        ${hook.disabled_reason ? html`<small class="bad">${hook.disabled_reason}</small>` : ""}
      </div>`;
  }

  acts(hook) {
    return html`
      <a class="button" href=${address("settings", "webhooks", { log: hook.id })} data-test="log">${say("webhooks.log")}</a>
      <button type="button" @click=${() => this.test(hook)} data-test="test">${say("webhooks.test")}</button>
      ${iconButton("more", say("form.more", hook.url), () => this.more(hook), "more")}`;
  }

  show() {
    const { log } = place.value.query;
    if (!log) return super.show();
    const hook = this.items.value?.find((one) => one.id === log);
    const back = html`<a class="button" href=${address("settings", "webhooks")}>${icon("back")}${say("settings.webhooks")}</a>`;
    return html`${head(say("webhooks.log"), hook?.url, back)}<delivery-log .webhook=${log}></delivery-log>`;
  }
}

define("settings-webhooks", Webhooks);
