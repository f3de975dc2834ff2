// The figures of a span of days, and the spans that are asked for most.

import { get, path } from "../core/api.js";

/** What a report can be narrowed to. */
const FILTERS = ["inbox", "channel", "assignee", "team"];

/** A day as addresses name it, `2026-01-15`, in this browser's time zone. */
const named = (date) => new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 10);

/** The day `days` after another. */
export function dayAfter(text, days) {
  const date = new Date(`${text}T00:00`);
  date.setDate(date.getDate() + days);
  return Number.isNaN(date.getTime()) ? text : named(date);
}

export const today = () => named(new Date());

/** The spans that are asked for most: `{ from, to }` by name; `to` is no longer in it. */
export function spans() {
  const until = dayAfter(today(), 1);
  const last = (days) => ({ from: dayAfter(until, -days), to: until });
  const begin = `${today().slice(0, 7)}-01`;
  const before = `${dayAfter(begin, -1).slice(0, 7)}-01`;
  return { days_7: last(7), days_30: last(30), days_90: last(90), this_month: { from: begin, to: until }, last_month: { from: before, to: begin } };
}

/** The span of a place, the last 30 days if it names none. */
export function spanAt({ query }) {
  const usual = spans().days_30;
  return { from: query.from || usual.from, to: query.to || usual.to };
}

/** The question that a place asks: days and hours begin where this browser is. */
export function questionAt(here) {
  const span = spanAt(here);
  const ahead = -new Date(`${span.from}T00:00`).getTimezoneOffset() || 0;
  const two = (number) => String(number).padStart(2, "0");
  const zone = `${ahead < 0 ? "-" : "+"}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`;
  return { ...span, ...Object.fromEntries(FILTERS.map((name) => [name, here.query[name]])), timezone_offset: zone };
}

/** All figures of a question. */
export const readReport = async (question, options) => (await get("/reports/overview", question, options)).data;

/** Where one of its tables is as a file for spreadsheets. */
export const tableLink = (question, table) => path("/reports/overview.csv", { table, ...question });

/** Days gathered into spans of `size` of them: `{ from, to, new, closed, by_channel }`. */
export function gathered(days, size) {
  const spans = [];
  for (const [at, day] of days.entries()) {
    if (at % size === 0) spans.push({ from: day.date, new: 0, closed: 0, by_channel: {} });
    const span = spans.at(-1);
    span.to = day.date;
    span.new += day.new;
    span.closed += day.closed;
    for (const [channel, number] of Object.entries(day.by_channel)) span.by_channel[channel] = (span.by_channel[channel] ?? 0) + number;
  }
  return spans;
}

/** Round numbers from 0 to beyond `most`, about `wanted` of them. */
export function scale(most, wanted = 4) {
  const rough = Math.max(1, most) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough));
  return Array.from({ length: Math.ceil(Math.max(1, most) / step) + 1 }, (_, at) => at * step);
}
