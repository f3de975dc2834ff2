// The reader's API key: kept in this tab alone, masked on the screen, and whole in what is copied and sent.

const STORED = "docs-key";
const PLACEHOLDER = "YOUR_API_KEY";
let key = null;
// Of who has signed in with this browser: its cookie goes along by itself.
const session = document.querySelector('meta[name="csrf-token"]')?.content ?? null;

/** Whether calls can be made: with a key, or in the name of who has signed in. */
export function canCall() {
  return key !== null || session !== null;
}

/** The headers that say who calls. */
export function callersHeaders(method) {
  if (key) return { Authorization: `Bearer ${key}` };
  return session && method !== "GET" && method !== "HEAD" ? { "X-CSRF-Token": session } : {};
}

/** The text of a piece of code, with the whole key in the places where it is masked. */
export function whole(code) {
  const copy = code.cloneNode(true);
  for (const place of copy.querySelectorAll(".key")) place.textContent = key ?? PLACEHOLDER;
  return copy.textContent;
}

/** Asks for the key where there is none. */
export function askForKey(told) {
  document.querySelector("#key-dialog .told").textContent = told;
  document.querySelector("#key-dialog").showPopover();
}

function masked() {
  return key ? `${key.slice(0, 3)}••••••••${key.slice(-4)}` : PLACEHOLDER;
}

// Makes an element of its own of each place in code where the key belongs.
function findPlaces() {
  for (const code of document.querySelectorAll("main code")) {
    if (!code.textContent.includes(PLACEHOLDER)) continue;
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (let text of texts) {
      for (let at; (at = text.data.indexOf(PLACEHOLDER)) >= 0; ) {
        const place = text.splitText(at);
        text = place.splitText(PLACEHOLDER.length);
        const element = document.createElement("span");
        element.className = "key";
        place.replaceWith(element);
        element.append(place);
      }
    }
  }
}

function show(name) {
  for (const place of document.querySelectorAll("main code .key")) place.textContent = masked();
  const button = document.querySelector("button.key");
  button.textContent = key ? name : session ? "Signed in" : "API key";
  button.classList.toggle("known", canCall());
  document.querySelector("#key-dialog .told").textContent = key ? `Signed in as ${name}.` : "";
  document.querySelector("#key-dialog .forget").hidden = key === null;
}

async function signIn(candidate) {
  const response = await fetch("/v1/me", { headers: { Authorization: `Bearer ${candidate}` }, cache: "no-store" });
  if (response.status === 401) throw new Error("This key does not work: it is wrong, revoked or expired.");
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  key = candidate;
  sessionStorage.setItem(STORED, JSON.stringify({ key, name: answer.data.name }));
  show(answer.data.name);
}

function forget() {
  key = null;
  sessionStorage.removeItem(STORED);
  show(null);
}

export function startKey() {
  findPlaces();
  const popover = document.querySelector("#key-dialog");
  const field = popover.querySelector("input");
  const told = popover.querySelector(".told");
  popover.addEventListener("toggle", (event) => event.newState === "open" && field.focus());
  popover.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    told.textContent = "Asking …";
    try {
      await signIn(field.value.trim());
      field.value = "";
    } catch (cause) {
      told.textContent = cause instanceof TypeError ? "The server can't be reached, or the key holds odd characters." : cause.message;
    }
  });
  popover.querySelector(".forget").addEventListener("click", forget);
  const stored = JSON.parse(sessionStorage.getItem(STORED) ?? "null");
  if (stored) {
    key = stored.key;
    show(stored.name);
    // It may have been revoked since.
    signIn(stored.key).catch(forget);
  } else {
    show(null);
  }
}
