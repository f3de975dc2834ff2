// Where one is signed in.

import { html } from "../../core/html.js";
import { define } from "../../core/element.js";
import { remove } from "../../core/api.js";
import { ago, inFull } from "../../core/time.js";
import { say } from "../../core/words.js";
import { Collection } from "../../parts/collection.js";
import { ask } from "../../parts/form.js";

// The first that is found counts: most call themselves by the others' names too.
const BROWSERS = { Edg: "Edge", OPR: "Opera", Firefox: "Firefox", Chrome: "Chrome", Safari: "Safari", curl: "curl" };
const SYSTEMS = { Android: "Android", iPhone: "iPhone", iPad: "iPad", Windows: "Windows", CrOS: "ChromeOS", "Mac OS": "macOS", Linux: "Linux" };

/** A user agent, as people say it. */
function agentName(text) {
  const find = (names) => names[Object.keys(names).find((name) => text?.includes(name))];
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  return browser && system ? say("sessions.on", browser, system) : browser ?? system ?? (text || say("sessions.unknown"));
}

class Sessions extends Collection {
  part = "sessions";
  route = "/sessions";

  row(session) {
    return html`
      <div class="what" title=${session.user_agent}>
        <b>${agentName(session.user_agent)}</b>${session.current ? html`<span class="tag">${say("sessions.current")}</span>` : ""}
        <small>${session.address} · <time title=${inFull(session.last_used_at)}>${say("form.used", ago(session.last_used_at))}</time> · ${say("sessions.since", ago(session.created_at))}</small>
      </div>`;
  }

  may(session) {
    return !session.current;
  }

  acts(session) {
    return html`<button type="button" @click=${() => this.end([session])} data-test="end">${say("self.sign_out")}</button>`;
  }

  begin() {
    const others = (this.items.value ?? []).filter((session) => !session.current);
    return others.length > 0 ? html`<button type="button" @click=${() => this.end(others)} data-test="end-others">${say("sessions.others")}</button>` : "";
  }

  async end(sessions) {
    const send = async () => {
      for (const { id } of sessions) await remove(`/sessions/${id}`);
    };
    const text = sessions.map((session) => agentName(session.user_agent)).join(", ");
    if (await ask({ title: say("sessions.sure", sessions.length), text, go: say("self.sign_out"), danger: true, send })) await this.load();
  }
}

define("settings-sessions", Sessions);
