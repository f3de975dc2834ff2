// When people write: each hour of the week, the darker the busier.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { count, weekdays } from "../core/time.js";
import { say } from "../core/words.js";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
/** Hours that are named above the map. */
const NAMED = 6;

const two = (hour) => String(hour).padStart(2, "0");

/** `hours`: seven days of 24 numbers, Monday first. */
class HourMap extends Element {
  static takes = ["hours"];

  show() {
    const hours = this.hours ?? [];
    const most = Math.max(1, ...hours.flat());
    const names = weekdays();
    return html`
      <p class="quiet">${this.busiest(hours)}</p>
      <table>
        <thead><tr><th><span class="unseen">${say("reports.day")}</span></th>${each(HOURS, (hour) => hour, (hour) => html`<th scope="col"><span class=${hour % NAMED ? "unseen" : ""}>${two(hour)}</span></th>`)}</tr></thead>
        <tbody>
          ${each(hours, (_, day) => day, (numbers, day) => html`
            <tr><th scope="row">${names[day]}</th>${each(numbers, (_, hour) => hour, (number, hour) => html`
              <td .style=${`--heat:${Math.round((number / most) * 100)}%`} title="${names[day]} ${two(hour)}–${two((hour + 1) % 24)}: ${count(number)}"><span class="unseen">${count(number)}</span></td>`)}
            </tr>`)}
        </tbody>
      </table>
      <p class="heat-key" aria-hidden="true">${say("reports.fewer")}${each([0, 25, 50, 75, 100], (one) => one, (one) => html`<i .style=${`--heat:${one}%`}></i>`)}${say("reports.busier")}</p>`;
  }

  /** The busiest hour, in words. */
  busiest(hours) {
    const most = Math.max(...hours.flat());
    if (!(most > 0)) return say("reports.no_hours");
    const day = hours.findIndex((numbers) => numbers.includes(most));
    const hour = hours[day].indexOf(most);
    return say("reports.busiest", weekdays("long")[day], `${two(hour)}–${two((hour + 1) % 24)}`, count(most));
  }
}

define("hour-map", HourMap);
