// Times and lengths of time, as people say them.

import { signal } from "./signal.js";
import { language, say } from "./words.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The time, in milliseconds, told anew each second to whoever has read it. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 1000);

/** The same, told anew each minute: for what need not tick. */
const minute = signal(Math.floor(Date.now() / 60000) * 60000);
setInterval(() => {
  minute.value = Math.floor(Date.now() / 60000) * 60000;
}, 5000);

// Made when it is first needed: each takes a browser some milliseconds.
const format = (options) => {
  let made;
  return { format: (date) => (made ??= new Intl.DateTimeFormat(language, options)).format(date) };
};
const clock = format({ hour: "2-digit", minute: "2-digit" });
const dayAndMonth = format({ day: "numeric", month: "short" });
const dayMonthYear = format({ day: "numeric", month: "short", year: "numeric" });
const whole = format({ dateStyle: "full", timeStyle: "medium" });
const weekday = format({ weekday: "short" });
const number = new Intl.NumberFormat(language);

/** A number with its thousands parted. */
export const count = (value) => number.format(value ?? 0);

/** Date and time, in full. */
export const inFull = (time) => (time ? whole.format(new Date(time)) : "");

/** The time of day. */
export const timeOfDay = (time) => clock.format(new Date(time));

/** The day, for a line between messages. */
export function day(time) {
  const date = new Date(time);
  const today = new Date(minute.value);
  const days = Math.round((midnight(today) - midnight(date)) / 86400000);
  if (days === 0) return say("time.today");
  if (days === 1) return say("time.yesterday");
  return date.getFullYear() === today.getFullYear() ? `${weekday.format(date)}, ${dayAndMonth.format(date)}` : dayMonthYear.format(date);
}

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** A day that is named `2026-01-15`, as short as an axis needs it, or with its weekday. */
export function shortDay(text, withWeekday = false) {
  const date = new Date(`${text}T00:00`);
  if (Number.isNaN(date.getTime())) return text;
  return withWeekday ? `${weekday.format(date)}, ${dayAndMonth.format(date)}` : dayAndMonth.format(date);
}

/** The names of the weekdays, Monday first. */
export const weekdays = (length = "short") => Array.from({ length: 7 }, (_, at) => format({ weekday: length }).format(new Date(2024, 0, at + 1)));

/** How long ago, as short as a row needs it: `now`, `5m`, `3h`, `2d`, `14 Jan`. */
export function ago(time) {
  if (!time) return "";
  const date = new Date(time);
  const seconds = (minute.value - date.getTime()) / 1000;
  if (seconds < MINUTE) return say("time.now");
  if (seconds < HOUR) return say("time.minutes", Math.floor(seconds / MINUTE));
  if (seconds < DAY) return say("time.hours", Math.floor(seconds / HOUR));
  if (seconds < 7 * DAY) return say("time.days", Math.floor(seconds / DAY));
  return date.getFullYear() === new Date(minute.value).getFullYear() ? dayAndMonth.format(date) : dayMonthYear.format(date);
}

/** A length of time in two of its units at most: `2d 4h`, `3h 05m`, `12m`, `45s`. */
export function length(seconds) {
  const value = Math.max(0, Math.round(seconds));
  if (value >= DAY) return `${say("time.days", Math.floor(value / DAY))} ${say("time.hours", Math.floor((value % DAY) / HOUR))}`;
  if (value >= HOUR) return `${say("time.hours", Math.floor(value / HOUR))} ${say("time.minutes", Math.floor((value % HOUR) / MINUTE))}`;
  if (value >= 10 * MINUTE) return say("time.minutes", Math.floor(value / MINUTE));
  if (value >= MINUTE) return `${say("time.minutes", Math.floor(value / MINUTE))} ${say("time.seconds", value % MINUTE)}`;
  return say("time.seconds", value);
}

/** The size of a file. */
export function size(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  let at = 0;
  let value = bytes;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${number.format(value < 10 && at > 0 ? Math.round(value * 10) / 10 : Math.round(value))} ${units[at]}`;
}
