// Elements made by hand. Text goes in as text nodes only: nothing on this page parses markup.

const SAFE_LINK = /^https?:\/\//i;

/**
 * An element. Attributes: functions listen (`onclick`), true is a bare attribute, false and null leave it out.
 * Children: elements, text, or lists of them; null and false are left out.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...present(children));
  return element;
}

/** Put these children, and no others, into an element. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Text of a paper or a person: isolated, so that right-to-left text and its marks do not reorder what is around it. */
export function words(text, tag = "bdi", attributes = {}) {
  return el(tag, { dir: "auto", ...attributes }, text);
}

/** A link to an address that came with a paper, or just its text where it is no web address. */
export function outwardLink(address, text = address) {
  if (!SAFE_LINK.test(address)) return words(text);
  return el("a", { href: address, rel: "noopener noreferrer nofollow", class: "outward" }, words(text));
}

/** A button that is not a submit button. */
export function button(label, onclick, attributes = {}) {
  return el("button", { type: "button", onclick, ...attributes }, label);
}

const SHAPES = {
  copy: ["M9 9h11v11H9z", "M5 15H4V4h11v1"],
  link: ["M10 13a5 5 0 0 0 7 0l3-3a5 5 0 0 0-7-7l-1 1", "M14 11a5 5 0 0 0-7 0l-3 3a5 5 0 0 0 7 7l1-1"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  filter: ["M4 6h16", "M7 12h10", "M10 18h4"],
  send: ["M12 19V5", "M6 11l6-6 6 6"],
  stop: ["M7 7h10v10H7z"],
  bin: ["M4 7h16", "M9 7V4h6v3", "M6 7l1 13h10l1-13"],
  book: ["M4 5a2 2 0 0 1 2-2h14v16H6a2 2 0 0 0-2 2z", "M4 21V5", "M20 19v2H6"],
  add: ["M12 5v14", "M5 12h14"],
};

/** A small line drawing that says nothing by itself; what it stands beside says it. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  for (const [attribute, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" })) {
    drawing.setAttribute(attribute, value);
  }
  for (const shape of SHAPES[name]) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", shape);
    drawing.append(path);
  }
  return drawing;
}
