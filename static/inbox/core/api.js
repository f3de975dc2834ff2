// Calls of the public API: the page has no other way to the server.

import { signal } from "./signal.js";

/** False once the server has said that nobody is signed in here any more. */
export const signedIn = signal(true);
/** False while the server can't be reached. */
export const reachable = signal(true);

/** How often a call that was refused for its number is tried again. */
const PATIENCE = 3;

/** The server's word that it did not do what was asked. */
export class Refusal extends Error {
  constructor(status, error, headers) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.details = error.details ?? [];
    this.requestId = error.request_id;
    this.retryAfter = Number(headers?.get("Retry-After") ?? 0);
  }

  /** What is wrong with a field, for a person; nothing if nothing is. */
  about(field) {
    return this.details.find((detail) => detail.field === field)?.message;
  }
}

/** The server did not answer. */
export class Unreachable extends Error {}

const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

export const path = (route, query) => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, value);
  }
  const text = parameters.toString();
  return `/v1${route}${text && "?"}${text}`;
};

/**
 * Makes a call. `body` is sent as JSON. Gives `{ data, meta, etag, headers, status }`.
 * Throws Refusal, or Unreachable.
 */
async function call(method, route, { query, body, headers = {}, signal: abort, keepalive } = {}) {
  const request = { method, headers: { Accept: "application/json", ...headers }, signal: abort, keepalive };
  if (method !== "GET") request.headers["X-CSRF-Token"] = token;
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  for (let tries = 1; ; tries += 1) {
    const response = await reach(path(route, query), request);
    if (response.ok) {
      const told = response.status === 204 ? {} : await response.json();
      return { ...told, etag: response.headers.get("ETag"), headers: response.headers, status: response.status };
    }
    const refusal = await refused(response);
    if (response.status !== 429 || tries === PATIENCE) throw refusal;
    await new Promise((resolve) => setTimeout(resolve, 1000 * Math.max(1, refusal.retryAfter)));
  }
}

export const get = (route, query, options) => call("GET", route, { query, ...options });
export const post = (route, body, options) => call("POST", route, { body, ...options });
export const patch = (route, body, options) => call("PATCH", route, { body, ...options });
export const put = (route, body, options) => call("PUT", route, { body, ...options });
export const remove = (route, options) => call("DELETE", route, options);

/** All rows of a list that is short. */
export async function all(route, query) {
  const rows = [];
  for (let page = 1; ; page += 1) {
    const { data, meta } = await get(route, { ...query, page, per_page: 100 });
    rows.push(...data);
    if (data.length === 0 || rows.length >= meta.total_count) return rows;
  }
}

/** Sends a file, and tells how far it has come, from 0 to 1. Gives the file's object. `fetch` can't tell. */
export function upload(file, { progress, signal: abort } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path("/files"));
    request.setRequestHeader("X-CSRF-Token", token);
    request.upload.onprogress = (event) => event.lengthComputable && progress?.(event.loaded / event.total);
    request.onerror = () => reject(new Unreachable("upload"));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.onload = () => {
      const told = parsed(request.responseText);
      if (request.status < 300) resolve(told.data);
      else reject(new Refusal(request.status, told.error ?? { code: "internal", message: request.statusText }));
    };
    abort?.addEventListener("abort", () => request.abort());
    const form = new FormData();
    form.set("file", file, file.name);
    request.send(form);
  });
}

async function reach(url, request) {
  try {
    const response = await fetch(url, request);
    reachable.value = true;
    return response;
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    reachable.value = false;
    throw new Unreachable(url, { cause });
  }
}

async function refused(response) {
  const told = parsed(await response.text());
  if (response.status === 401) signedIn.value = false;
  return new Refusal(response.status, told.error ?? { code: "internal", message: response.statusText }, response.headers);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
