// One thread: what was said and done in it, who else is here, and where the next message is written.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { perform } from "../core/actions.js";
import { signal } from "../core/signal.js";
import { complain } from "../core/toasts.js";
import { count } from "../core/time.js";
import { say } from "../core/words.js";
import { me } from "../data/people.js";
import { Messages } from "../data/messages.js";
import { onSent, outgoing, sendNow, takeBack } from "../data/outbox.js";
import { Presence } from "../data/presence.js";
import { tryChange } from "../data/objects.js";
import { readThread, threadOf, viewsOf } from "../data/threads.js";
import { changeItem, dayLine, messageItem } from "./message-item.js";
import { statusDot } from "./thread-row.js";
import { icon } from "./icons.js";
import "./composer.js";
import "./details.js";

/** This near to its end, in pixels, the thread follows what comes. */
const NEAR = 120;

/** `open`: the id of the conversation or ticket. `back`: where the list is, for narrow screens. */
class ThreadView extends Element {
  static takes = ["open", "back"];
  details = signal(false);
  renaming = signal(false);
  missing = signal(false);

  arrived() {
    this.stop = onSent((entry, outcome) => this.sent(entry, outcome));
  }

  left() {
    this.stop();
    this.finish();
  }

  finish() {
    this.messages?.end();
    this.presence?.end();
    this.messages = this.presence = undefined;
  }

  /** Reads another thread when another one is open. */
  turnTo(id) {
    if (this.id === id) return;
    this.finish();
    this.id = id;
    this.conversation = undefined;
    this.missing.value = this.renaming.value = false;
    if (id) {
      readThread(id).catch((error) => {
        if (error.status === 404 && this.id === id) this.missing.value = true;
        else complain(error);
      });
    }
  }

  follow(conversation) {
    if (this.conversation === conversation) return;
    this.finish();
    this.conversation = conversation;
    this.messages = new Messages(conversation);
    this.presence = new Presence(conversation);
    this.atEnd = true;
  }

  show() {
    this.turnTo(this.open);
    const object = threadOf(this.open);
    if (!this.open) return html`<div class="nothing"><p>${say("thread.none")}</p></div>`;
    if (this.missing.value) return html`<div class="nothing"><p>${say("thread.missing")}</p></div>`;
    const ids = viewsOf(object);
    if (object) this.follow(ids.conversation);
    const thread = threadOf(ids.conversation) ?? object;
    if (!thread) return html`<div class="nothing" aria-busy="true"></div>`;
    const shown = threadOf(ids.ticket) ?? thread;
    const closing = say(thread.status === "closed" ? "actions.reopen" : "actions.close");
    return html`
      <header class="thread-head">
        <a class="back plain button" href=${this.back} aria-label=${say("thread.back")}>${icon("back")}</a>
        <div class="title">
          ${this.subject(thread)}
          <p>${statusDot(shown.status)}<span>${say(`status.${shown.status}`)}</span><span class="id">${this.open}</span>${this.others()}</p>
        </div>
        <button type="button" aria-label=${closing} @click=${() => perform("close")} data-test="close">${icon("check")}<span>${closing}</span></button>
        <button type="button" class="plain for-details" aria-expanded=${String(this.details.value)} aria-label=${say("thread.details")} @click=${() => { this.details.value = !this.details.value; }}>${icon("more")}</button>
      </header>
      <div class="thread-body">
        <div class="column">
          <section class="talk" aria-label=${say("thread.messages")} tabindex="0" @scroll=${(event) => this.scrolled(event.target)}>
            ${this.story(thread)}
          </section>
          <message-composer .thread=${thread} .lastSeen=${() => this.messages?.last()} .typed=${() => this.presence?.typing()}></message-composer>
        </div>
        <thread-details class=${this.details.value ? "open" : ""} .thread=${thread} .ticket=${threadOf(ids.ticket)}></thread-details>
      </div>`;
  }

  /** The subject, which a click lets one change. */
  subject(thread) {
    if (!this.renaming.value) return html`<h1 dir="auto" title=${say("thread.rename")} @click=${() => { this.renaming.value = true; }} data-test="subject">${thread.subject}</h1>`;
    const end = (event) => {
      if (this.renaming.peek()) this.rename(thread, event.target.value);
    };
    return html`<input class="subject" dir="auto" aria-label=${say("thread.rename")} .value=${thread.subject} @change=${end} @blur=${end} @keydown=${(event) => this.press(event, end)} data-test="new-subject">`;
  }

  press(event, end) {
    if (event.key === "Enter" && !event.isComposing) end(event);
    if (event.key === "Escape") this.renaming.value = false;
  }

  rename(thread, typed) {
    this.renaming.value = false;
    const subject = typed.trim();
    if (subject && subject !== thread.subject) tryChange(thread.id, { subject }, { told: say("did.subject") });
  }

  others() {
    const others = this.presence?.others() ?? [];
    return others.map(({ user, state }) => html`<span class="other ${state}" data-test="presence">${icon(state === "typing" ? "pen" : "eye")}${say(state === "typing" ? "thread.is_typing" : "thread.is_viewing", user.name)}</span>`);
  }

  /** Messages and changes in their order, with a line where a day begins. */
  story(thread) {
    const messages = this.messages?.messages.value;
    if (!messages) return html`<div class="waiting" aria-busy="true"></div>`;
    const older = this.messages.older.value;
    const from = older > 0 ? messages[0]?.created_at : "";
    const changes = this.messages.history.value.filter((one) => one.created_at >= from);
    const items = [...messages.map((one) => ({ at: one.created_at, key: one.id, message: one })), ...changes.map((one) => ({ at: one.created_at, key: one.id, change: one }))].sort((a, b) => a.at.localeCompare(b.at));
    const dayOf = (at) => new Date(at).toDateString();
    const waiting = outgoing.value.filter((entry) => entry.conversation === thread.id);
    return html`
      ${older > 0 ? html`<button type="button" class="older" @click=${() => this.messages.loadOlder().catch(complain)}>${say("thread.older", count(older))}</button>` : ""}
      ${each(items, (item) => item.key, (item, at) => html`
        ${at === 0 || dayOf(items[at - 1].at) !== dayOf(item.at) ? dayLine(item.at) : ""}
        ${item.message ? messageItem(item.message) : changeItem(item.change)}`)}
      ${each(waiting, (entry) => entry.key, (entry) => this.waitingItem(entry))}`;
  }

  /** A message that is not sent yet, or that was held back. */
  waitingItem(entry) {
    const held = entry.state === "refused" && entry.error.details?.some((detail) => detail.field === "last_seen_message_id");
    const author = { id: me.value?.id, name: me.value?.name };
    const shown = { id: entry.key, type: entry.message.type, author, body: entry.message.body, attachments: entry.files, created_at: new Date(entry.at).toISOString() };
    const words = held ? "composer.held" : entry.state === "refused" ? "composer.refused" : entry.late ? "composer.late" : "composer.waits";
    return html`
      <div class="outgoing ${entry.state}" data-test="outgoing">
        ${messageItem(shown)}
        <p class="state" role="status">
          <span>${say(words)}${entry.state === "refused" && !held ? ` ${entry.error.message}` : ""}</span>
          ${entry.state === "waiting" ? html`<button type="button" @click=${() => this.take(entry)}>${say("actions.undo")}</button><button type="button" @click=${() => sendNow(entry.key)} data-test="send-now">${say("composer.now")}</button>` : ""}
          ${entry.state === "refused" ? html`<button type="button" @click=${() => this.take(entry)}>${say("composer.edit")}</button><button type="button" @click=${() => sendNow(entry.key, { anyway: true })} data-test="send-anyway">${say("composer.anyway")}</button>` : ""}
        </p>
      </div>`;
  }

  take(entry) {
    if (takeBack(entry.key)) this.querySelector("message-composer").restore(entry);
  }

  sent(entry, outcome) {
    if (entry.conversation !== this.conversation) return;
    if (outcome.message) {
      this.messages?.add(outcome.message);
      readThread(this.open).catch(complain);
    } else {
      this.messages?.load();
    }
  }

  scrolled(talk) {
    this.atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < NEAR;
  }

  drawn() {
    const field = this.querySelector("input.subject");
    if (field && document.activeElement !== field) field.focus();
    // Once a frame: to ask for the height is to have all of it laid out.
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      const talk = this.querySelector(".talk");
      if (talk && this.atEnd) talk.scrollTop = talk.scrollHeight;
    });
  }
}

define("thread-view", ThreadView);
