// The conversations that were had in this browser: kept here only, so that one finds back.

const PLACE = "paperbrief-recent";
const MOST = 6;

/** The latest conversations, newest first: `{ id, question }`. */
export function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return kept.filter(({ id, question }) => typeof id === "string" && typeof question === "string").slice(0, MOST);
  } catch {
    return []; // storage may be forbidden, or hold something else
  }
}

/** Keep a conversation by its first question. */
export function remember(id, question) {
  if (recent().some((one) => one.id === id)) return;
  keep([{ id, question: question.slice(0, 200) }, ...recent()].slice(0, MOST));
}

/** Forget one, or with null all. */
export function forget(id) {
  keep(id === null ? [] : recent().filter((one) => one.id !== id));
}

function keep(list) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(list));
  } catch {
    // storage may be forbidden or full; nothing depends on it
  }
}
