// Answers as they are read best: JSON is laid out and coloured, everything else stays as it is.

const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;

function piece(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

/** Nodes that show this text. */
export function coloured(text) {
  let json;
  try {
    json = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return [text];
  }
  const nodes = [];
  let end = 0;
  for (const match of json.matchAll(TOKENS)) {
    const [all, string, colon, number] = match;
    nodes.push(json.slice(end, match.index));
    if (string) nodes.push(piece(colon ? "p" : "s", string), colon ?? "");
    else nodes.push(piece(number ? "n" : "k", all));
    end = match.index + all.length;
  }
  nodes.push(json.slice(end));
  return nodes;
}
