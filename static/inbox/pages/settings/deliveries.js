// The log of a webhook: what was sent, when, and what came back. It is read again while one looks on.

import { each, html } from "../../core/html.js";
import { Element, define } from "../../core/element.js";
import { get, post } from "../../core/api.js";
import { signal } from "../../core/signal.js";
import { ago, count, inFull } from "../../core/time.js";
import { attempt, toast } from "../../core/toasts.js";
import { say } from "../../core/words.js";
import { pickOne } from "../../parts/collection.js";
import { empty } from "../../parts/empty.js";
import { icon } from "../../parts/icons.js";

const STATES = ["any", "waiting", "delivered", "failed", "cancelled"];
const PER_PAGE = 25;
/** How often it is read, in milliseconds. */
const REPEAT = 4000;

/** `webhook`: its id. */
class DeliveryLog extends Element {
  static takes = ["webhook"];
  status = signal("any");
  page = signal(1);
  told = signal(null);

  arrived() {
    this.turn(1);
    this.timer = setInterval(() => document.hidden || this.load().catch(() => {}), REPEAT);
  }

  left() {
    clearInterval(this.timer);
  }

  async load() {
    const status = this.status.peek();
    const page = this.page.peek();
    const told = await get(`/webhooks/${this.webhook}/deliveries`, { status: status === "any" ? null : status, page, per_page: PER_PAGE });
    if (status === this.status.peek() && page === this.page.peek()) this.told.value = told;
  }

  turn(page, status = this.status.peek()) {
    this.page.value = page;
    this.status.value = status;
    attempt(() => this.load());
  }

  async again(delivery) {
    const done = await attempt(() => post(`/webhooks/${this.webhook}/deliveries/${delivery.id}/redeliver`));
    if (!done) return;
    toast(say("deliveries.again_done"));
    this.turn(1);
  }

  show() {
    const told = this.told.value;
    const page = this.page.value;
    const last = Math.max(1, Math.ceil((told?.meta.total_count ?? 0) / PER_PAGE));
    return html`
      <div class="bar">
        ${pickOne(say("fields.status"), STATES, this.status.value, (status) => this.turn(1, status), "delivery-status")}
        <span class="quiet">${told ? say("deliveries.count", told.meta.total_count) : ""}</span><span class="space"></span>
        <button type="button" ?disabled=${page <= 1} @click=${() => this.turn(page - 1)}>${say("deliveries.newer")}</button>
        <button type="button" ?disabled=${page >= last} @click=${() => this.turn(page + 1)}>${say("deliveries.older")}</button>
      </div>
      ${told?.data.length === 0 ? empty(say("deliveries.none")) : ""}
      ${each(told?.data ?? [], (one) => one.id, (one) => this.delivery(one))}`;
  }

  delivery(one) {
    const fact = (name, value) => (value === null || value === undefined || value === "" ? "" : html`<div><dt>${say(`deliveries.${name}`)}</dt><dd>${value}</dd></div>`);
    return html`
      <details class="delivery" data-test=${one.id}>
        <summary><span class="tag state ${one.status}">${say(`settings.${one.status}`)}</span><code>${one.event_type}</code><span class="quiet">${one.status_code} ${one.attempts > 1 ? say("deliveries.tries", one.attempts) : ""}</span><span class="space"></span><time title=${inFull(one.created_at)}>${ago(one.created_at)}</time></summary>
        <dl class="facts">
          ${fact("event", one.event_id)}${fact("attempts", one.attempts)}${fact("last", inFull(one.last_attempt_at))}${fact("next", inFull(one.next_attempt_at))}
          ${fact("answer", one.status_code && say("webhooks.answered", one.status_code, count(one.duration_ms)))}${fact("error", one.error)}${fact("repeats", one.redelivery_of)}
        </dl>
        ${one.response_body ? html`<pre>${one.response_body}</pre>` : ""}
        ${one.status === "waiting" ? "" : html`<button type="button" @click=${() => this.again(one)} data-test="redeliver">${icon("undo")}${say("deliveries.again")}</button>`}
      </details>`;
  }
}

define("delivery-log", DeliveryLog);
