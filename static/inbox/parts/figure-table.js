// What each agent or team did, in a table that can be put in another order.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { signal } from "../core/signal.js";
import { count, length } from "../core/time.js";
import { say } from "../core/words.js";
import { icon } from "./icons.js";

/** The columns, and by what each is ordered; those who have nothing to show come last. */
const COLUMNS = {
  name: (row) => row.who.name,
  replies: (row) => row.replies,
  closed: (row) => row.closed,
  first_response: (row) => row.first_response.median_s,
  resolution: (row) => row.resolution.median_s,
};
/** Columns of which the most comes first at the first click. */
const MOST_FIRST = ["replies", "closed"];

/** `rows`: the figures, with `who` they are of. `label`: what a row is. `picture(who)`: what stands before the name. */
class FigureTable extends Element {
  static takes = ["rows", "label", "picture"];
  order = signal({ column: "replies", down: true });

  show() {
    const { column, down } = this.order.value;
    const rows = [...(this.rows ?? [])].sort((a, b) => compared(COLUMNS[column](a), COLUMNS[column](b), down));
    return html`
      <div class="wide" tabindex="0" role="region" aria-label=${this.label}>
        <table>
          <thead><tr>${each(Object.keys(COLUMNS), (one) => one, (one) => this.head(one, column, down))}</tr></thead>
          <tbody>
            ${each(rows, (row) => row.who.id, (row) => html`
              <tr>
                <th scope="row"><span>${this.picture(row.who)}<bdi>${row.who.name}</bdi></span></th>
                <td>${count(row.replies)}</td><td>${count(row.closed)}</td>${speed(row.first_response)}${speed(row.resolution)}
              </tr>`)}
          </tbody>
        </table>
      </div>`;
  }

  head(one, column, down) {
    const on = one === column;
    const name = one === "name" ? this.label : say(`reports.${one}`);
    return html`
      <th scope="col" aria-sort=${on ? (down ? "descending" : "ascending") : null}>
        <button type="button" class="plain" @click=${() => this.turn(one)} data-test="order-${one}">${name}${on ? html`<span class="way ${down ? "" : "up"}">${icon("down")}</span>` : ""}</button>
      </th>`;
  }

  turn(column) {
    const now = this.order.peek();
    this.order.value = { column, down: now.column === column ? !now.down : MOST_FIRST.includes(column) };
  }
}

function compared(a, b, down) {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === "string" ? a.localeCompare(b) : a - b;
  return down ? -order : order;
}

const speed = ({ median_s: median, p90_s: most }) => html`<td>${median === null ? "–" : html`${length(median)}<small>${say("reports.most", length(most))}</small>`}</td>`;

define("figure-table", FigureTable);
