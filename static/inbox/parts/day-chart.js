// How much came in each day, and by which channel: bars, with a line of what was closed.

import { each, html, svg } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { signal } from "../core/signal.js";
import { count, shortDay } from "../core/time.js";
import { say } from "../core/words.js";
import { gathered, scale } from "../data/reports.js";

const CHANNELS = ["email", "chat", "form", "api"];
/** The drawing, in pixels: its height, and what stands around the bars. */
const TALL = 220;
const AROUND = { left: 40, right: 8, top: 8, bottom: 24 };
/** Days are gathered to weeks when a bar would be narrower than this; names of days stand this far apart. */
const NARROW = 5;
const APART = 74;

/** `days`: what came in and was closed on each. */
class DayChart extends Element {
  static takes = ["days"];
  wide = signal(720);
  at = signal(null);

  arrived() {
    this.sized = new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width > 0) this.wide.value = Math.round(contentRect.width);
    });
    this.sized.observe(this);
  }

  left() {
    this.sized.disconnect();
  }

  show() {
    const days = this.days ?? [];
    const room = this.wide.value - AROUND.left - AROUND.right;
    this.spans = gathered(days, room / days.length < NARROW ? 7 : 1);
    this.channels = CHANNELS.filter((one) => this.spans.some((span) => span.by_channel[one] > 0));
    const at = this.at.value === null ? null : Math.min(this.at.value, this.spans.length - 1);
    const now = at ?? this.spans.length - 1;
    return html`
      <ul class="legend">
        ${each(this.channels, (one) => one, (one) => html`<li><span class="dot ${one}"></span>${say(`channel.${one}`)}</li>`)}
        <li><span class="stroke"></span>${say("status.closed")}</li>
      </ul>
      <div class="chart" role="slider" tabindex="0" aria-label=${say("reports.chart")} aria-orientation="horizontal" aria-valuemin="0" aria-valuemax=${this.spans.length - 1}
        aria-valuenow=${now} aria-valuetext=${this.spans[now] ? this.told(this.spans[now]) : ""} data-test="day-chart"
        @keydown=${(event) => this.press(event)} @focus=${() => { this.at.value ??= this.spans.length - 1; }} @blur=${() => { this.at.value = null; }}
        @pointermove=${(event) => this.point(event, room)} @pointerleave=${() => { this.at.value = null; }}>
        ${this.drawing(room, at)}
        ${at === null ? "" : this.tip(this.spans[at], this.middle(at, room))}
      </div>
      <details>
        <summary>${say("reports.as_table")}</summary>
        ${this.table()}
      </details>`;
  }

  middle(at, room) {
    return AROUND.left + ((at + 0.5) * room) / this.spans.length;
  }

  drawing(room, at) {
    const { spans } = this;
    const marks = scale(Math.max(...spans.map((span) => Math.max(span.new, span.closed))));
    const high = TALL - AROUND.top - AROUND.bottom;
    const y = (number) => AROUND.top + high - (number / marks.at(-1)) * high;
    const step = room / spans.length;
    const thick = Math.min(36, step * (step > 8 ? 0.72 : 0.86));
    const every = Math.ceil(APART / step);
    const line = spans.map((span, place) => `${place ? "L" : "M"}${this.middle(place, room).toFixed(1)} ${y(span.closed).toFixed(1)}`).join("");
    return html`
      <svg viewBox="0 0 ${this.wide.value} ${TALL}" aria-hidden="true">
        ${each(marks, (mark) => mark, (mark) => svg`<g class="mark"><line x1=${AROUND.left} x2=${AROUND.left + room} y1=${y(mark)} y2=${y(mark)}></line><text x=${AROUND.left - 8} y=${y(mark) + 4} text-anchor="end">${count(mark)}</text></g>`)}
        ${at === null ? "" : svg`<rect class="here" x=${AROUND.left + at * step} y=${AROUND.top} width=${step} height=${high}></rect>`}
        ${each(spans, (span) => span.from, (span, place) => this.bar(span, this.middle(place, room) - thick / 2, thick, y))}
        <path class="under" d=${line}></path>
        <path class="closed" d=${line}></path>
        ${each(spans.filter((_, place) => place % every === 0), (span) => span.from, (span, place) => svg`<text x=${this.middle(place * every, room)} y=${TALL - 6} text-anchor="middle">${shortDay(span.from)}</text>`)}
      </svg>`;
  }

  bar(span, x, thick, y) {
    let from = 0;
    const pieces = this.channels.map((channel) => {
      const below = from;
      from += span.by_channel[channel] ?? 0;
      return { channel, top: y(from), height: Math.max(0, y(below) - y(from)) };
    });
    return svg`<g>${each(pieces, (one) => one.channel, (one) => svg`<rect class=${one.channel} x=${x} y=${one.top} width=${thick} height=${one.height}></rect>`)}</g>`;
  }

  name(span) {
    return span.from === span.to ? shortDay(span.from, true) : `${shortDay(span.from)} – ${shortDay(span.to)}`;
  }

  told(span) {
    const channels = this.channels.map((one) => `${say(`channel.${one}`)} ${count(span.by_channel[one])}`);
    return `${this.name(span)}: ${say("reports.new")} ${count(span.new)}, ${channels.join(", ")}, ${say("status.closed")} ${count(span.closed)}`;
  }

  tip(span, middle) {
    const row = (name, number, mark) => html`<p><span class=${mark}></span>${name}<b>${count(number)}</b></p>`;
    return html`
      <div class="tip" .style=${middle > this.wide.peek() / 2 ? `right:${this.wide.peek() - middle + 14}px` : `left:${middle + 14}px`} data-test="day-tip">
        <h3>${this.name(span)}</h3>
        ${each(this.channels, (one) => one, (one) => row(say(`channel.${one}`), span.by_channel[one], `dot ${one}`))}
        <hr>
        ${row(say("reports.new"), span.new, "dot")}${row(say("status.closed"), span.closed, "stroke")}
      </div>`;
  }

  table() {
    return html`
      <div class="wide" tabindex="0" role="region" aria-label=${say("reports.chart")}>
        <table>
          <thead><tr><th scope="col">${say("reports.day")}</th>${each(this.channels, (one) => one, (one) => html`<th scope="col">${say(`channel.${one}`)}</th>`)}<th scope="col">${say("reports.new")}</th><th scope="col">${say("status.closed")}</th></tr></thead>
          <tbody>
            ${each(this.spans, (span) => span.from, (span) => html`<tr><th scope="row">${this.name(span)}</th>${each(this.channels, (one) => one, (one) => html`<td>${count(span.by_channel[one])}</td>`)}<td>${count(span.new)}</td><td>${count(span.closed)}</td></tr>`)}
          </tbody>
        </table>
      </div>`;
  }

  press(event) {
    const last = this.spans.length - 1;
    const now = this.at.peek() ?? last;
    const next = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.at.value = Math.max(0, Math.min(last, next));
  }

  point(event, room) {
    const frame = event.currentTarget.getBoundingClientRect();
    const place = Math.floor(((event.clientX - frame.left - AROUND.left) / room) * this.spans.length);
    this.at.value = place >= 0 && place < this.spans.length ? place : null;
  }
}

define("day-chart", DayChart);
