// Runs before the first paint, so that a page that is kept dark does not flash.
(() => {
  let kept = null;
  try {
    kept = localStorage.getItem("paperbrief-theme");
  } catch {
    // storage may be forbidden; the system's preference holds then
  }
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
})();
