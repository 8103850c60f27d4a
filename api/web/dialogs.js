// Questions that wait for an answer. The browser's own <dialog> keeps the focus inside and closes on Escape.

import { button, el } from "./dom.js";

let latest = 0;

/** Show a dialog with this content until it is closed; gives what it was closed with, "" for Escape. */
export function open(title, content, focused = null) {
  const before = document.activeElement;
  latest += 1;
  const name = `dialog-${latest}`;
  const dialog = el("dialog", { "aria-labelledby": name }, el("h2", { id: name }, title), content);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(dialog.returnValue);
    });
    dialog.showModal();
    focused?.focus();
  });
}

/** Whether a person confirms; `label` names what will be done. */
export async function confirmed(title, text, label) {
  const cancel = button("Cancel", () => cancel.closest("dialog").close(""), { class: "quiet" });
  const go = button(label, () => go.closest("dialog").close("yes"), { class: "danger" });
  const content = el("div", {}, el("p", {}, text), el("div", { class: "choices" }, cancel, go));
  return (await open(title, content, cancel)) === "yes";
}
