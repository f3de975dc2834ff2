// Reports: what came in, what was answered and closed, how fast, when and by whom, in a span that the address names.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { address, go, place } from "../core/place.js";
import { signal } from "../core/signal.js";
import { count, length, shortDay } from "../core/time.js";
import { fault } from "../core/toasts.js";
import { language, say } from "../core/words.js";
import { dayAfter, questionAt, readReport, spanAt, spans, tableLink, today } from "../data/reports.js";
import { avatar } from "../parts/avatar.js";
import { filterButtons, filterChips } from "../parts/filters.js";
import { empty, failed } from "../parts/empty.js";
import { icon } from "../parts/icons.js";
import { menuButton } from "../parts/sidebar.js";
import "../parts/day-chart.js";
import "../parts/figure-table.js";
import "../parts/hour-map.js";

/** The longest span that the server takes, in days. */
const DAYS_MAX = 366;

const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
const isDay = (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : "");
const points = (share) => count(Math.round(Math.abs(share) * 100));

class ReportsPage extends Element {
  report = signal(null);
  failed = signal(null);
  busy = signal(false);

  left() {
    this.abort?.abort();
  }

  /** Reads other figures when another question is asked; those before stand until they are there. */
  turnTo(here) {
    const question = questionAt(here);
    const key = JSON.stringify(question);
    if (this.key === key) return;
    this.key = key;
    this.question = question;
    this.abort?.abort();
    this.abort = new AbortController();
    queueMicrotask(() => this.load(question, key));
  }

  async load(question, key) {
    this.busy.value = true;
    try {
      const report = await readReport(question, { signal: this.abort.signal });
      if (this.key !== key) return;
      this.report.value = report;
      this.failed.value = null;
    } catch (error) {
      if (this.key !== key || error.name === "AbortError") return;
      this.failed.value = error;
    }
    this.busy.value = false;
  }

  show() {
    const here = place.value;
    this.turnTo(here);
    const report = this.report.value;
    return html`
      <header class="page-head">
        ${menuButton()}
        <h1>${say("frame.reports")}</h1>
        <span class="space"></span>
        ${filterButtons("reports")}
      </header>
      ${filterChips(here)}
      <div class="report" aria-busy=${String(this.busy.value)}>
        ${this.range(here)}
        ${this.failed.value ? this.failure() : report ? this.figures(report) : this.waiting()}
      </div>`;
  }

  /** The spans that are asked for most, as links, and one's own days. */
  range(here) {
    const { from, to } = spanAt(here);
    const known = Object.entries(spans());
    const current = known.find(([, span]) => span.from === from && span.to === to)?.[0];
    const until = dayAfter(to, -1);
    const turn = (span) => address("reports", null, { ...here.query, ...span });
    const set = (span) => span.from && span.to && go(turn(span));
    return html`
      <nav class="range" aria-label=${say("reports.range")}>
        <ul>${each(known, ([name]) => name, ([name, span]) => html`<li><a href=${turn(span)} aria-current=${name === current ? "true" : null} data-test="span-${name}">${say(`reports.${name}`)}</a></li>`)}</ul>
        <p>
          <label><span class="unseen">${say("reports.from")}</span><input type="date" required max=${until} min=${dayAfter(to, -DAYS_MAX)} .value=${isDay(from)} @change=${(event) => set({ from: event.target.value, to })} data-test="from"></label>
          –
          <label><span class="unseen">${say("reports.to")}</span><input type="date" required min=${from} max=${[dayAfter(from, DAYS_MAX - 1), today()].sort()[0]} .value=${isDay(until)} @change=${(event) => set({ from, to: event.target.value && dayAfter(event.target.value, 1) })} data-test="to"></label>
        </p>
      </nav>`;
  }

  failure() {
    return failed(`${say("reports.failed")} ${fault(this.failed.value)}`, () => this.load(this.question, this.key));
  }

  waiting() {
    return html`<div class="totals" aria-busy="true">${each([1, 2, 3, 4, 5, 6, 7], (one) => one, () => html`<div class="figure waiting"></div>`)}</div><div class="plate waiting"></div>`;
  }

  figures(report) {
    const { totals, previous } = report;
    if (totals.new + totals.closed + totals.messages_in + totals.messages_out === 0) return empty(say("reports.none"), "report");
    return html`
      ${this.totals(totals, previous)}
      ${this.panel("by_day", html`<day-chart .days=${report.by_day}></day-chart>`)}
      ${this.panel("busiest_hours", html`<hour-map .hours=${report.busiest_hours}></hour-map>`)}
      ${this.table("by_agent", report.by_agent, "user", (who) => avatar(who, "small"))}
      ${this.table("by_team", report.by_team, "team", () => icon("team"))}`;
  }

  totals(totals, previous) {
    const days = (Date.parse(this.question.to) - Date.parse(this.question.from)) / 86400000;
    const before = previous.new + previous.closed > 0 ? say("reports.compared", shortDay(dayAfter(this.question.from, -days)), shortDay(dayAfter(this.question.from, -1))) : "";
    const number = (name) => total(name, count(totals[name]), "", than(totals[name], previous[name], "more", "less"));
    const speed = (name) => {
      const { median_s: median, p90_s: most } = totals[name];
      return total(name, median === null ? "–" : length(median), median === null ? "" : say("reports.most", length(most)), than(median, previous[name].median_s, "slower", "faster", { more: "bad", less: "fine" }));
    };
    const { kept_share: share, kept, missed } = totals.sla;
    const sla = total("sla", share === null ? "–" : percent.format(share), share === null ? "" : say("reports.kept", count(kept), count(kept + missed)), shareThan(share, previous.sla.kept_share));
    return html`
      <section class="totals" aria-label=${say("reports.totals")}>
        ${["new", "closed", "messages_in", "messages_out"].map(number)}${["first_response", "resolution"].map(speed)}${sla}
      </section>
      <p class="quiet">${say("reports.medians")} ${before}</p>`;
  }

  panel(table, content) {
    return html`
      <section class="plate" aria-labelledby="report-${table}" data-test=${table}>
        <header><h2 id="report-${table}">${say(`reports.${table}`)}</h2><a class="button plain" download href=${tableLink(this.question, table)} aria-label=${say("reports.file_of", say(`reports.${table}`))}>${icon("download")}CSV</a></header>
        ${content}
      </section>`;
  }

  table(name, rows, who, picture) {
    if (!rows?.length) return "";
    return this.panel(name, html`<figure-table .rows=${rows.map((row) => ({ ...row, who: row[who] }))} .label=${say(`reports.${who}`)} .picture=${picture}></figure-table>`);
  }
}

const total = (name, value, note, change) => html`
  <div class="figure" data-test="total-${name}"><h2>${say(`reports.${name}`)}</h2><p class="value">${value}</p><p class="quiet">${note}</p>${change}</div>`;

/** By how much a number is more or less than before, in words and with an arrow. */
function than(now, before, more, less, tone = {}) {
  if (now === null || !before) return "";
  const share = (now - before) / before;
  const shown = percent.format(Math.abs(share));
  if (Math.abs(share) < 0.005) return html`<p class="than">${say("reports.same")}</p>`;
  return share > 0 ? arrow("↑", say(`reports.${more}`, shown), tone.more) : arrow("↓", say(`reports.${less}`, shown), tone.less);
}

function shareThan(now, before) {
  if (now === null || before === null) return "";
  const by = Math.round(now * 100) - Math.round(before * 100);
  if (by === 0) return html`<p class="than">${say("reports.same")}</p>`;
  return by > 0 ? arrow("↑", say("reports.points_more", points(by / 100)), "fine") : arrow("↓", say("reports.points_less", points(by / 100)), "bad");
}

const arrow = (sign, told, tone = "") => html`<p class="than ${tone}"><span aria-hidden="true">${sign}</span> ${told}</p>`;

define("reports-page", ReportsPage);
