// What a screen reader is told beyond what has focus: one polite region, one message at a time.

const region = document.getElementById("announcement");
let waiting = 0;

/** Say this politely; what was about to be said and is not yet gives way. */
export function announce(message) {
  clearTimeout(waiting);
  region.textContent = "";
  // A region that is emptied and filled in one go says nothing when the message is the same as before.
  waiting = setTimeout(() => {
    region.textContent = message;
  }, 150);
}
