// Logging in with a key. The service answers with a cookie that scripts cannot read.

import { open } from "./dialogs.js";
import { button, el } from "./dom.js";

let asking = null;

/** Ask for a key until one is taken or the person gives up; whether one was taken. Several askers share one dialog. */
export function login(why) {
  asking ??= ask(why).finally(() => {
    asking = null;
  });
  return asking;
}

/** Forget the key of this browser. */
export async function logout() {
  await fetch("/logout", { method: "POST" });
  location.assign("/");
}

async function ask(why) {
  const key = el("input", {
    id: "key", type: "password", autocomplete: "current-password", required: true, "aria-describedby": "key-problem",
  });
  const problem = el("p", { id: "key-problem", class: "problem", role: "alert" });
  const cancel = button("Cancel", () => form.closest("dialog").close(""), { class: "quiet" });
  const form = el(
    "form",
    { onsubmit: (event) => submit(event) },
    el("p", {}, `${why} Whoever runs this service can give you a key (paperbrief keys create).`),
    el("label", { for: "key" }, "Key"),
    key,
    problem,
    el("div", { class: "choices" }, cancel, el("button", { type: "submit", class: "primary" }, "Log in")),
  );

  async function submit(event) {
    event.preventDefault();
    problem.textContent = "";
    try {
      const body = new URLSearchParams({ key: key.value });
      const response = await fetch("/login", { method: "POST", body, headers: { Accept: "application/json" } });
      if (response.ok) {
        form.closest("dialog").close("yes");
        return;
      }
      const told = await response.json().catch(() => ({}));
      problem.textContent = told.detail ?? "The key was not taken.";
    } catch {
      problem.textContent = "The service cannot be reached.";
    }
    key.select();
  }

  const taken = (await open("A key is needed", form, key)) === "yes";
  if (taken) document.dispatchEvent(new CustomEvent("loggedin"));
  return taken;
}
