// "Run": the call is sent to this server, as the reader has filled it in, and its answer shown.

import { make } from "./elements.js";
import { askForKey, callersHeaders, canCall } from "./key.js";
import { coloured } from "./json.js";

const STREAMED_MS = 2000;
const SHOWN_MAX = 200_000;
let count = 0;

function inputFor(parameter) {
  const id = `trial-${++count}`;
  const field = parameter.values.length
    ? make("select", { id }, ...["", ...parameter.values].map((value) => make("option", { value }, value)))
    : make("input", { id, type: "text", autocomplete: "off", spellcheck: false });
  field.value = parameter.value ?? "";
  field.required = parameter.required;
  const within = make("span", { className: "within" }, parameter.required ? `${parameter.in}, required` : parameter.in);
  return { parameter, field, elements: [make("label", { htmlFor: id }, parameter.name, within), field] };
}

function inputForPart(part) {
  const id = `trial-${++count}`;
  const field = part.file ? make("input", { id, type: "file" }) : make("input", { id, type: "text", value: part.value });
  return { part, field, elements: [make("label", { htmlFor: id }, part.name), field] };
}

/** The form of a call, and what makes a request of it. */
function formOf(call) {
  const parameters = call.parameters.map(inputFor);
  const parts = (call.body?.form ?? []).map(inputForPart);
  const json = call.body?.json !== undefined && make("textarea", { value: call.body.json, spellcheck: false, "aria-label": "Body" });
  const inputs = make("div", { className: "inputs" }, ...[...parameters, ...parts].flatMap((one) => one.elements));
  if (json) inputs.append(json);
  const request = () => {
    let path = call.path;
    const query = new URLSearchParams();
    const headers = {};
    for (const { parameter, field } of parameters) {
      if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(field.value));
      else if (field.value !== "" && parameter.in === "query") query.append(parameter.name, field.value);
      else if (field.value !== "" && parameter.in === "header") headers[parameter.name] = field.value;
    }
    if (call.needsKey) Object.assign(headers, callersHeaders(call.method));
    let body;
    if (json) {
      headers["Content-Type"] = "application/json";
      body = json.value;
    } else if (parts.length) {
      body = new FormData();
      for (const { part, field } of parts) {
        if (!part.file) body.append(part.name, field.value);
        else if (field.files[0]) body.append(part.name, field.files[0]);
      }
    }
    const search = query.size ? `?${query}` : "";
    return [path + search, { method: call.method, headers, body, cache: "no-store" }];
  };
  return { inputs, request };
}

// A stream has no end: what has come after a while is shown.
async function bodyOf(response, streams) {
  const media = response.headers.get("content-type") ?? "";
  if (!streams || !response.ok) {
    if (/json|^text\//.test(media)) return response.text();
    const bytes = (await response.arrayBuffer()).byteLength;
    return bytes ? `${bytes} bytes of ${media || "an unknown type"}` : "";
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const end = setTimeout(() => reader.cancel(), STREAMED_MS);
  let text = "";
  for (let piece; !(piece = await reader.read()).done && text.length < SHOWN_MAX; ) text += piece.value;
  clearTimeout(end);
  return text;
}

function resultOf(response, text, milliseconds) {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  const status = make(
    "p",
    { className: "status" },
    make("span", { className: `code ${response.ok ? "fine" : "bad"}` }, `${response.status} ${response.statusText}`),
    make("span", {}, `${milliseconds} ms`),
  );
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}\n…` : text;
  const body = make("pre", { tabIndex: 0, role: "group", "aria-label": "Answer" }, make("code", {}, ...coloured(shown)));
  const more = make("details", {}, make("summary", {}, "Headers"), make("pre", {}, headers));
  return [status, more, ...(text ? [body] : [])];
}

/** Whether the reader is sure. */
function sure(question) {
  const dialog = document.querySelector("#sure-dialog");
  dialog.querySelector("p").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function trialOf(call) {
  const { inputs, request } = formOf(call);
  const told = make("p", { className: "told", role: "status" });
  const send = make("button", { type: "submit", className: "main" }, "Send");
  const result = make("div", { className: "result", hidden: true });
  const form = make("form", { className: "trial" }, inputs, make("div", { className: "row" }, told, send), result);
  const tell = (text, isBad = false) => {
    told.textContent = text;
    told.classList.toggle("bad", isBad);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (call.needsKey && !canCall()) return askForKey("This call needs a key.");
    const [path, options] = request();
    if (call.method === "DELETE" && !(await sure(`Really send DELETE ${path} to this server?`))) return;
    send.disabled = true;
    tell("Sending …");
    const begun = performance.now();
    try {
      const response = await fetch(path, options);
      const milliseconds = Math.round(performance.now() - begun);
      result.replaceChildren(...resultOf(response, await bodyOf(response, call.streams), milliseconds));
      result.hidden = false;
      tell("");
    } catch (cause) {
      tell(`Not sent: ${cause.message}`, true);
    }
    send.disabled = false;
  });
  return form;
}

export function startRuns() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.run");
    if (!button) return;
    const panel = button.closest(".panel");
    const shown = panel.querySelector(".trial");
    if (shown) {
      shown.hidden = !shown.hidden;
    } else {
      const call = JSON.parse(panel.dataset.call);
      panel.append(trialOf(call));
      if (call.needsKey && !canCall()) askForKey("To run calls, the page needs your key.");
    }
    const trial = panel.querySelector(".trial");
    button.setAttribute("aria-expanded", String(!trial.hidden));
    if (!trial.hidden) trial.scrollIntoView({ block: "nearest" });
  });
}
