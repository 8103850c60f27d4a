// The shell: which view an address shows, moving between them without loading the page anew.

import { announce } from "./announce.js";
import { Chat } from "./chat.js";
import { Library } from "./library.js";
import { PaperPage } from "./paper.js";
import { site } from "./site.js";

const NAME = "paperbrief";
const VIEWS = [
  [/^\/(c\/[^/]+)?$/, Chat],
  [/^\/library$/, Library],
  [/^\/papers\/.+$/, PaperPage],
];

const main = document.getElementById("main");
let view = null;

const shell = {
  title(text) {
    document.title = text ? `${text} – ${NAME}` : NAME;
  },
  replace(path) {
    if (path !== location.pathname + location.search) history.replaceState(null, "", path);
    mark();
  },
  go(path) {
    history.pushState(null, "", path);
    show({ moved: true });
  },
};

function viewOf(path) {
  return VIEWS.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

function show({ moved }) {
  view?.stop();
  const url = new URL(location.href);
  const View = viewOf(url.pathname) ?? Chat;
  view = new View(main, url, shell);
  mark();
  if (!moved) return;
  scrollTo({ top: 0, behavior: "instant" });
  // Whoever listens must hear that another page is there; whoever types goes on where the view puts the focus.
  if (!main.contains(document.activeElement)) (main.querySelector("h1[tabindex]") ?? main).focus();
  announce(document.title);
}

function mark() {
  const here = location.pathname;
  for (const link of document.querySelectorAll(".site nav a")) {
    const section = link.getAttribute("href");
    const inside = section === "/" ? viewOf(here) === Chat : here === section || (section === "/library" && viewOf(here) === PaperPage);
    if (inside) link.setAttribute("aria-current", here === section ? "page" : "true");
    else link.removeAttribute("aria-current");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || url.hash || link.target || !viewOf(url.pathname)) return;
  event.preventDefault();
  shell.go(url.pathname + url.search);
});

addEventListener("popstate", () => show({ moved: true }));
site();
show({ moved: false });
