// What every page has at its top: the theme's switch and the way out for who logged in.

import { logout } from "./login.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const LOGGED_IN = "paperbrief-logged-in";

/** Make the header work. */
export function site() {
  const theme = document.getElementById("theme");
  const label = () => theme.setAttribute("aria-pressed", String(isDark()));
  theme.hidden = false; // without scripts it could do nothing
  theme.addEventListener("click", () => {
    const chosen = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = chosen;
    keep("paperbrief-theme", chosen);
    label();
  });
  dark.addEventListener("change", label);
  label();

  const out = document.getElementById("logout");
  const show = () => (out.hidden = kept(LOGGED_IN) === null);
  document.addEventListener("loggedin", () => {
    keep(LOGGED_IN, "yes");
    show();
  });
  out.addEventListener("click", () => {
    keep(LOGGED_IN, null);
    logout();
  });
  show();
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : dark.matches;
}

// Storage may be forbidden; a choice then holds until the page is left.
function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // see above
  }
}
