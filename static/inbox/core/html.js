// What is shown. html`…` says what is to be there, render() makes it so and touches only what is not so yet.
// What stands in the holes becomes text, attributes, properties and listeners, and is never read as HTML.
//
//   html`<a href=${path} ?hidden=${!open} .value=${text} @click=${act}>${words} ${html`<b>…</b>`} ${each(rows, key, row)}</a>`

const HOLE = "\uE000";
const NAME = "hole-";
/** Properties that the reader changes, too. */
const FIELDS = new Set([".value", ".checked", ".selected"]);
const compiled = new WeakMap();

class Template {
  constructor(strings, values, space) {
    Object.assign(this, { strings, values, space });
  }
}

class List {
  constructor(items, key, show) {
    Object.assign(this, { items, key, show });
  }
}

export const html = (strings, ...values) => new Template(strings, values, "html");

/** The same for what stands inside of an <svg>. */
export const svg = (strings, ...values) => new Template(strings, values, "svg");

/** One template for each item; what has the same key is moved rather than made anew. */
export const each = (items, key, show) => new List(items, key, show);

/** Shows `template` in `container`, which nobody else may fill. */
export function render(template, container) {
  let part = container.shown;
  if (!part) {
    container.textContent = "";
    part = container.shown = new Part(container);
  }
  part.set(template);
}

/** A template's markup, and where its holes are: `{ content, places: [{ at, name, texts }] }`, `at` counting the nodes. */
function compile({ strings, space }) {
  const known = compiled.get(strings);
  if (known) return known;
  const names = [];
  let source = "";
  for (const [at, string] of strings.entries()) {
    source += string;
    if (at === strings.length - 1) break;
    if (source.lastIndexOf("<") <= source.lastIndexOf(">")) {
      source += `<!--${HOLE}-->`;
      continue;
    }
    // Under another name, for a marker is no path and no number.
    source = source.replace(/([.?@]?[\w:-]+)=(["']?[^"']*)$/, (whole, name, value) => {
      if (name.startsWith(NAME)) return whole;
      names.push(name);
      return `${NAME}${names.length - 1}=${value}`;
    });
    source += source.endsWith("=") ? `"${HOLE}"` : HOLE;
  }
  const element = document.createElement("template");
  element.innerHTML = space === "svg" ? `<svg>${source}</svg>` : source;
  const content = element.content;
  if (space === "svg") content.firstChild.replaceWith(...content.firstChild.childNodes);
  const made = { content, places: nodesOf(content).flatMap((node, at) => holes(node, at, names)) };
  compiled.set(strings, made);
  return made;
}

function holes(node, at, names) {
  if (node.nodeType === Node.COMMENT_NODE) return node.data === HOLE ? [{ at }] : [];
  const marked = [...node.attributes].filter(({ name }) => name.startsWith(NAME));
  return marked.map(({ name, value }) => {
    node.removeAttribute(name);
    return { at, name: names[Number(name.slice(NAME.length))], texts: value.split(HOLE) };
  });
}

function nodesOf(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
}

/** What a template has become, and the places of its values. */
class Instance {
  constructor(template) {
    this.strings = template.strings;
    const { content, places } = compile(template);
    this.fragment = document.importNode(content, true);
    const nodes = nodesOf(this.fragment);
    this.places = places.map(({ at, name, texts }) => (name ? attribute(nodes[at], name, texts) : new Part(nodes[at])));
  }

  set(values) {
    let at = 0;
    for (const place of this.places) {
      const count = place.count ?? 1;
      place.set(...values.slice(at, at + count));
      at += count;
    }
  }
}

function attribute(node, name, texts) {
  const kind = name[0];
  if (kind === "@") return new Listener(node, name.slice(1));
  const count = texts.length - 1;
  let before;
  const set = (...values) => {
    if (kind === ".") {
      // A field may hold what was typed, whatever was set before.
      const now = FIELDS.has(name) ? node[name.slice(1)] : before;
      if (now !== values[0]) node[name.slice(1)] = before = values[0];
      return;
    }
    const alone = count === 1 && texts.every((text) => text === "");
    const next = alone ? values[0] : texts.reduce((all, text, at) => all + (values[at - 1] ?? "") + text);
    if (next === before) return;
    before = next;
    if (kind === "?") node.toggleAttribute(name.slice(1), Boolean(next));
    else if (next === null || next === undefined || next === false) node.removeAttribute(name);
    else node.setAttribute(name, next);
  };
  return { count, set };
}

class Listener {
  constructor(node, name) {
    node.addEventListener(name, this);
  }
  set(act) {
    this.act = act;
  }
  handleEvent(event) {
    return this.act?.(event);
  }
}

/** A place among child nodes: what was last set stands between two comments. */
class Part {
  constructor(node) {
    this.start = document.createComment("");
    if (node.nodeType === Node.COMMENT_NODE) {
      this.end = node;
      node.data = "";
      node.before(this.start);
    } else {
      this.end = document.createComment("");
      node.append(this.start, this.end);
    }
  }

  clear() {
    while (this.start.nextSibling !== this.end) this.start.nextSibling.remove();
    this.instance = this.parts = this.text = undefined;
  }

  remove() {
    this.clear();
    this.start.remove();
    this.end.remove();
  }

  set(value) {
    if (Array.isArray(value)) value = new List(value, (_, at) => at, (item) => item);
    if (value instanceof Template) this.setTemplate(value);
    else if (value instanceof List) this.setList(value);
    else if (value instanceof Node) this.setNode(value);
    else this.setText(value);
  }

  setTemplate(template) {
    if (this.instance?.strings === template.strings) return this.instance.set(template.values);
    this.clear();
    this.instance = new Instance(template);
    this.instance.set(template.values);
    this.end.before(this.instance.fragment);
  }

  setText(value) {
    const empty = value === null || value === undefined || value === false || value === true;
    const text = empty ? "" : String(value);
    if (this.text === undefined) {
      this.clear();
      this.text = document.createTextNode(text);
      this.end.before(this.text);
    } else if (this.text.data !== text) {
      this.text.data = text;
    }
  }

  setNode(node) {
    if (this.start.nextSibling === node && node.nextSibling === this.end) return;
    this.clear();
    this.end.before(node);
  }

  setList({ items, key, show }) {
    if (!this.parts) {
      this.clear();
      this.parts = new Map();
    }
    const old = this.parts;
    this.parts = new Map();
    const keys = items.map(key);
    const kept = new Set(keys);
    for (const [name, part] of old) if (!kept.has(name)) part.remove();
    let cursor = this.start.nextSibling;
    for (const [at, item] of items.entries()) {
      const name = keys[at];
      let part = old.get(name);
      if (!part) {
        const marker = document.createComment("");
        cursor.before(marker);
        part = new Part(marker);
      } else if (part.start !== cursor) {
        move(part, cursor);
      }
      part.set(show(item, at));
      this.parts.set(name, part);
      cursor = part.end.nextSibling;
    }
  }
}

function move(part, before) {
  for (let node = part.start, next; node; node = next) {
    next = node === part.end ? null : node.nextSibling;
    before.before(node);
  }
}
