// Tags: their names and colours.

import { html } from "../../core/html.js";
import { define } from "../../core/element.js";
import { address } from "../../core/place.js";
import { say } from "../../core/words.js";
import { tags } from "../../data/people.js";
import { Collection } from "../../parts/collection.js";

class Tags extends Collection {
  part = "tags";
  route = "/tags";
  kept = "tags";
  items = tags;

  fields() {
    return [{ name: "name", label: say("form.name"), required: true }, { name: "color", label: say("tags.color"), kind: "color" }];
  }

  add() {
    return super.add({ color: "#3a55d1" });
  }

  row(tag) {
    return html`
      <input type="color" aria-label=${say("tags.color_of", tag.name)} .value=${tag.color} @change=${(event) => this.change(tag, { color: event.target.value })} data-test="color">
      <div class="what"><a href=${address("conversations", null, { tag: tag.name })} dir="auto">${tag.name}</a><small>${say("frame.count", tag.count)}</small></div>`;
  }
}

define("settings-tags", Tags);
