// Where replies and notes are written. What is written is kept at once; what is sent waits in the outbox.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { all, get, upload } from "../core/api.js";
import { action, perform } from "../core/actions.js";
import { signal } from "../core/signal.js";
import { attempt, complain, toast } from "../core/toasts.js";
import { size } from "../core/time.js";
import { say } from "../core/words.js";
import { draftOf, keepDraft } from "../data/drafts.js";
import { WAITS, onSent, send, takeBack } from "../data/outbox.js";
import { offerUndo } from "../data/undo.js";
import { choose, matching } from "./palette.js";
import { icon, iconButton } from "./icons.js";
import { fileLink } from "./message-item.js";

const FILES_MAX = 10;
const empty = () => ({ type: "reply", reply: { body: "", files: [] }, note: { body: "", files: [] } });

/** `thread`: the conversation. `lastSeen()`: the newest message that is shown. `typed()`: told of each key. */
class Composer extends Element {
  static takes = ["thread", "lastSeen", "typed"];
  draft = signal(empty());
  uploads = signal([]);
  over = signal(false);

  /** Takes up the draft of the thread that is shown now. */
  takeUp(id) {
    if (this.id === id) return;
    this.id = id;
    this.uploads.value = [];
    this.draft.value = { ...empty(), ...(draftOf(id) ?? {}) };
  }

  show() {
    const thread = this.thread;
    if (!thread) return html``;
    this.takeUp(thread.id);
    const { type } = this.draft.value;
    const { body, files } = this.draft.value[type];
    const note = type === "note";
    return html`
      <form class="composer ${type} ${this.over.value ? "over" : ""}" @submit=${(event) => (event.preventDefault(), this.send())}
        @dragover=${(event) => this.drag(event, true)} @dragleave=${(event) => this.drag(event, false)} @drop=${(event) => this.drop(event)}>
        <div class="types" role="tablist" aria-label=${say("composer.type")}>
          ${each(["reply", "note"], (one) => one, (one) => html`
            <button type="button" role="tab" aria-selected=${String(one === type)} @click=${() => this.turn(one)} data-test="to-${one}">
              ${icon(one)}${say(`composer.${one}`)}
            </button>`)}
          ${note ? html`<span class="only">${say("composer.only_team")}</span>` : html`<span class="to">${say("composer.to", thread.contact?.name ?? thread.contact?.email ?? "")}</span>`}
        </div>
        <textarea dir="auto" rows="4" aria-label=${say(`composer.${type}_label`)} placeholder=${say(`composer.${type}_place`)} .value=${body}
          @input=${(event) => this.write(event.target.value)} @keydown=${(event) => this.press(event)} @paste=${(event) => this.paste(event)} data-test="body"></textarea>
        ${files.length + this.uploads.value.length > 0 ? this.files(files) : ""}
        <div class="buttons">
          <button type="button" class="plain" @click=${() => this.pickFiles()} aria-label=${say("composer.attach")} title=${say("composer.attach")} data-test="attach">${icon("clip")}</button>
          <button type="button" class="plain" @click=${() => this.savedReply()} aria-label=${say("composer.saved")} title=${say("composer.saved")} data-test="saved">${icon("bolt")}</button>
          <input type="file" multiple hidden @change=${(event) => { this.attach([...event.target.files]); event.target.value = ""; }} data-test="file">
          <span class="space"></span>
          ${note ? "" : html`<button type="button" @click=${() => this.send("closed")} title="Ctrl Shift Enter" data-test="send-close">${say("composer.send_close")}</button>`}
          <button type="submit" class="main" title="Ctrl Enter" data-test="send">${say(note ? "composer.add_note" : "composer.send")}</button>
        </div>
      </form>`;
  }

  files(files) {
    return html`
      <ul class="files" aria-label=${say("composer.files")}>
        ${each(files, (file) => file.id, (file) => html`
          <li class="file">${/^image\//.test(file.mime_type) ? html`<img src=${fileLink(file)} alt="">` : icon("file")}<span>${file.name}</span><small>${size(file.size)}</small>
            ${iconButton("close", say("composer.remove", file.name), () => this.detach(file))}</li>`)}
        ${each(this.uploads.value, (one) => one.key, (one) => html`
          <li class="file">${icon("file")}<span>${one.file.name}</span><progress max="1" .value=${one.done} aria-label=${say("composer.uploading", one.file.name)}></progress>
            ${iconButton("close", say("composer.remove", one.file.name), () => one.stop())}</li>`)}
      </ul>`;
  }

  set(change, type = this.draft.peek().type) {
    const draft = this.draft.peek();
    this.draft.value = { ...draft, [type]: { ...draft[type], ...change } };
    keepDraft(this.id, this.draft.peek());
  }

  write(body) {
    // A slash alone at the beginning is how saved replies are reached.
    if (body === "/") {
      this.set({ body: "" });
      this.savedReply();
      return;
    }
    this.set({ body });
    this.typed?.();
  }

  /** Reply or note: each keeps what was written in it. */
  turn(type) {
    this.draft.value = { ...this.draft.peek(), type };
    keepDraft(this.id, this.draft.peek());
    queueMicrotask(() => this.focusText());
  }

  focusText() {
    this.querySelector("textarea")?.focus();
  }

  press(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.send(event.shiftKey && this.draft.peek().type === "reply" ? "closed" : undefined);
    } else if (event.key === "Escape") {
      event.target.blur();
    }
  }

  paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.attach(files);
  }

  drag(event, over) {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    this.over.value = over;
  }

  drop(event) {
    event.preventDefault();
    this.over.value = false;
    this.attach([...event.dataTransfer.files]);
  }

  pickFiles() {
    this.querySelector("input[type=file]").click();
  }

  attach(files) {
    const type = this.draft.peek().type;
    const room = FILES_MAX - this.draft.peek()[type].files.length - this.uploads.peek().length;
    if (files.length > room) toast(say("composer.too_many", FILES_MAX), { tone: "bad" });
    for (const file of files.slice(0, Math.max(0, room))) this.upload(file, type);
  }

  async upload(file, type) {
    const id = this.id;
    const abort = new AbortController();
    const one = { key: Symbol(file.name), file, done: 0, stop: () => abort.abort() };
    const put = (change) => {
      this.uploads.value = this.uploads.peek().map((each) => (each.key === one.key ? { ...each, ...change } : each));
    };
    this.uploads.value = [...this.uploads.peek(), one];
    try {
      const stored = await upload(file, { progress: (done) => put({ done }), signal: abort.signal });
      this.take(id, type, stored);
    } catch (error) {
      complain(error);
    }
    this.uploads.value = this.uploads.peek().filter((each) => each.key !== one.key);
  }

  /** A file has come in: for the thread that it was meant for, whichever is shown by now. */
  take(id, type, stored) {
    if (id === this.id) {
      this.set({ files: [...this.draft.peek()[type].files, stored] }, type);
      return;
    }
    const draft = { ...empty(), ...(draftOf(id) ?? {}) };
    keepDraft(id, { ...draft, [type]: { ...draft[type], files: [...draft[type].files, stored] } });
  }

  detach(file) {
    this.set({ files: this.draft.peek()[this.draft.peek().type].files.filter((one) => one.id !== file.id) });
  }

  async savedReply() {
    const saved = (await attempt(() => all("/saved_replies"))) ?? [];
    const items = saved.map((one) => ({ id: one.id, name: one.name, also: one.body, hint: one.body.slice(0, 60) }));
    const chosen = await choose({ label: say("composer.choose_saved"), find: (query) => matching(items, query) });
    if (chosen) {
      const told = await attempt(() => get(`/saved_replies/${chosen.id}/rendered`, { conversation: this.id }));
      if (told) this.insert(told.data.body);
    }
    this.focusText();
  }

  /** Puts a text where the cursor is. */
  insert(text) {
    const area = this.querySelector("textarea");
    const { body } = this.draft.peek()[this.draft.peek().type];
    const [from, to] = [area.selectionStart ?? body.length, area.selectionEnd ?? body.length];
    this.set({ body: body.slice(0, from) + text + body.slice(to) });
    queueMicrotask(() => area.setSelectionRange(from + text.length, from + text.length));
  }

  /** Hands what is written to the outbox; `status`: where the thread is to stand afterwards. */
  send(status) {
    const { type } = this.draft.peek();
    const written = this.draft.peek()[type];
    if (this.uploads.peek().length > 0) {
      toast(say("composer.still_uploading"));
      return;
    }
    if (!written.body.trim() && written.files.length === 0) {
      this.focusText();
      return;
    }
    const message = { type, body: written.body, attachment_ids: written.files.map((file) => file.id) };
    if (status) message.status = status;
    const last = this.lastSeen?.();
    if (last && type === "reply") message.last_seen_message_id = last.id;
    const id = this.id;
    const key = send(id, message, { waits: type === "reply" ? WAITS : 0, files: written.files });
    this.set({ body: "", files: [] });
    if (type === "reply") this.offerBack(key);
    if (status) perform("next-thread");
  }

  /** Until it is sent, it can be taken back. */
  offerBack(key) {
    const withdraw = offerUndo(say("composer.sending"), () => {
      stop();
      const entry = takeBack(key);
      if (entry) this.restore(entry);
      else toast(say("composer.sent_already"));
    });
    const stop = onSent((entry, { message }) => {
      if (entry.key !== key || !message) return;
      stop();
      withdraw();
    });
  }

  /** Puts what was taken back out of the outbox where it was written. */
  restore({ conversation: id, message, files }) {
    const { type } = message;
    const written = { body: message.body, files };
    if (id === this.id) {
      this.draft.value = { ...this.draft.peek(), type };
      this.set(written, type);
      this.focusText();
      return;
    }
    keepDraft(id, { ...empty(), ...(draftOf(id) ?? {}), type, [type]: written });
  }
}

define("message-composer", Composer);

const composer = () => document.querySelector("message-composer");
for (const [id, key, type] of [["reply", "r", "reply"], ["note", "n", "note"]]) {
  action({ id, key, name: `actions.${id}`, group: "thread", when: () => Boolean(composer()?.thread), run: () => composer().turn(type) });
}
