// Follows the files: the server says when they have changed, and the page's main part is exchanged in place.
// There is no text in here: what is said comes from the page, in its language.
"use strict";

const root = document.documentElement;
const main = document.getElementById("main");
const status = document.getElementById("status");
const still = new URLSearchParams(location.search).has("still"); // for a picture: nothing changes any more

function say(text, state) {
  status.dataset.state = state;
  if (status.textContent !== text) status.textContent = text;
}

async function update() {
  const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = main.contains(document.activeElement) && document.activeElement.id;
  const fresh = next.getElementById("main");
  main.replaceChildren(...fresh.childNodes);
  main.dataset.summary = fresh.dataset.summary;
  document.title = next.title;
  root.dataset.version = next.documentElement.dataset.version;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  const time = new Date().toLocaleTimeString(root.lang);
  say(status.dataset.updated.replace("{time}", time).replace("{summary}", main.dataset.summary), "live");
}

function follow() {
  const events = new EventSource("/events");
  let updates = Promise.resolve(); // one after the other
  events.onopen = () => status.dataset.state === "lost" && say(status.dataset.live, "live");
  events.onerror = () => say(status.dataset.lost, "lost");
  events.onmessage = ({ data }) => {
    updates = updates
      .then(() => (data === root.dataset.version ? undefined : update()))
      .catch(() => say(status.dataset.lost, "lost"));
  };
}

// On a service: Esc goes back to the list, arrows to its neighbours. In the list arrows go from service to service.
function move(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const back = document.getElementById("back");
  if (back) {
    const names = { Escape: "back", ArrowLeft: "previous", ArrowRight: "next" };
    document.getElementById(names[event.key] ?? "")?.click();
    return;
  }
  const links = [...main.querySelectorAll(".card h2 a")];
  const at = links.indexOf(document.activeElement);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (at >= 0 && step) links[at + step]?.focus();
}

if (still) {
  root.dataset.height = root.scrollHeight;
} else {
  follow();
  document.addEventListener("keydown", move);
}
