// Where the reader is: marked in the navigation, and in the address, which keeps up without a trail in the history.

const SETTLED_MS = 200;
const READING_LINE = 120;

function currentPlace(places) {
  let current = null;
  for (const place of places) {
    if (place.getBoundingClientRect().top > READING_LINE) break;
    current = place;
  }
  return current;
}

function mark(id) {
  const navigation = document.querySelector("#page-navigation");
  const before = navigation.querySelector('[aria-current="true"]');
  // An object is not in the navigation, but its section is.
  const place = id && document.getElementById(id);
  const section = place?.closest("section.tag");
  const link = [id, section?.id].map((to) => to && navigation.querySelector(`[data-to="${CSS.escape(to)}"]`)).find(Boolean);
  if (before === (link ?? null)) return;
  before?.removeAttribute("aria-current");
  if (!link) return;
  link.setAttribute("aria-current", "true");
  const group = link.closest("details");
  if (group && !group.open) {
    for (const other of navigation.querySelectorAll("details[open]")) other.open = false;
    group.open = true;
  }
  // Only the navigation is to scroll, not the page.
  const [box, frame] = [link.getBoundingClientRect(), navigation.getBoundingClientRect()];
  if (box.top < frame.top || box.bottom > frame.bottom) {
    navigation.scrollTop += box.top - frame.top - frame.height / 3;
  }
}

// A field may stand in a part of the page that is folded away.
function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  let isFolded = false;
  for (let part = target.closest("details:not([open])"); part; part = part.parentElement.closest("details:not([open])")) {
    part.open = true;
    isFolded = true;
  }
  if (isFolded) target.scrollIntoView();
}

export function startPlace() {
  const places = [...document.querySelectorAll("[data-place]")];
  const navigation = document.querySelector("#page-navigation");
  navigation.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link && navigation.matches(":popover-open")) navigation.hidePopover();
    // A group that is opened is gone to, where the page has it.
    const summary = event.target.closest("summary");
    if (summary && !summary.parentElement.open && document.getElementById(summary.dataset.to)) {
      location.hash = summary.dataset.to;
    }
  });
  if (places.length === 0) return;
  window.addEventListener("hashchange", unfold);
  unfold();
  let settled;
  const look = () => {
    const current = currentPlace(places);
    mark(current?.id);
    clearTimeout(settled);
    settled = setTimeout(() => {
      const hash = current ? `#${current.id}` : "";
      // A field inside of the place says more than the place.
      const isInside = current && location.hash.startsWith(`${hash}.`);
      if (location.hash !== hash && !isInside) history.replaceState(history.state, "", hash || location.pathname);
    }, SETTLED_MS);
  };
  let isAsked = false;
  document.addEventListener(
    "scroll",
    () => {
      if (isAsked) return;
      isAsked = true;
      requestAnimationFrame(() => {
        isAsked = false;
        look();
      });
    },
    { passive: true },
  );
  mark(currentPlace(places)?.id);
}
