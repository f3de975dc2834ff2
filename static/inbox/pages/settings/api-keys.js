// API keys: what programs come in with.

import { html } from "../../core/html.js";
import { define } from "../../core/element.js";
import { ago, count, day, inFull } from "../../core/time.js";
import { say } from "../../core/words.js";
import { activeUsers, me, userOf } from "../../data/people.js";
import { Collection } from "../../parts/collection.js";
import { showOnce } from "../../parts/form.js";
import { icon } from "../../parts/icons.js";

const SCOPES = ["read", "write", "admin"];
const PLANS = ["starter", "professional", "business", "number"];
const words = (part, ids) => ids.map((id) => ({ id, name: say(`${part}.${id}`) }));

class ApiKeys extends Collection {
  part = "api_keys";
  route = "/api_keys";

  fields(_, { plan }) {
    return [
      { name: "name", label: say("form.name"), hint: say("api_keys.name_hint"), required: true },
      { name: "user_id", label: say("api_keys.user"), kind: "select", options: activeUsers(), hint: say("api_keys.user_hint") },
      { name: "scopes", label: say("api_keys.scopes"), kind: "select", options: words("api_keys", SCOPES) },
      { name: "plan", label: say("api_keys.plan"), kind: "select", options: [{ id: "", name: say("api_keys.server") }, ...words("api_keys", PLANS)] },
      ...(plan === "number" ? [{ name: "rate_limit", label: say("api_keys.rate_limit"), kind: "number", min: 1, required: true }] : []),
      { name: "expires_at", label: say("api_keys.expires_at"), kind: "date", min: new Date().toISOString().slice(0, 10), hint: say("api_keys.expires_hint") },
    ];
  }

  /** Each scope holds those before it. */
  sent(values) {
    return { ...values, scopes: SCOPES.slice(0, SCOPES.indexOf(values.scopes) + 1), plan: values.plan === "number" ? null : values.plan };
  }

  add() {
    return super.add({ user_id: me.peek().id, scopes: "write" });
  }

  added({ name, key }) {
    const line = `curl -H "Authorization: Bearer ${key}" \\\n  "${location.origin}/v1/conversations?per_page=2"`;
    showOnce(name, say("api_keys.once"), [[say("api_keys.key"), key], [say("api_keys.try"), line]]);
  }

  row(key) {
    const rate = key.rate_limit ? say("api_keys.a_minute", count(key.rate_limit)) : say(`api_keys.${key.plan ?? "server"}`);
    const over = key.expires_at && new Date(key.expires_at) < new Date();
    return html`
      <div class="what">
        <b dir="auto">${key.name}</b><code>cf_…${key.hint}</code>
        <small>${userOf(key.user_id)?.name} · ${say(`api_keys.${key.scopes.at(-1)}`)} · ${rate}</small>
        <small>${key.last_used_at ? html`<time title=${inFull(key.last_used_at)}>${say("form.used", ago(key.last_used_at))}</time>` : say("form.unused")}
          · <span class=${over ? "bad" : ""}>${key.expires_at ? say(over ? "api_keys.expired" : "api_keys.until", day(key.expires_at)) : say("api_keys.never")}</span></small>
      </div>`;
  }

  acts(key) {
    return html`<button type="button" aria-label=${say("api_keys.revoke_of", key.name)} @click=${() => this.erase(key, say("api_keys.revoke"))} data-test="revoke">${icon("trash")}${say("api_keys.revoke")}</button>`;
  }
}

define("settings-api-keys", ApiKeys);
