/** Elements, built one by one: nothing that came from a file or a server is read as markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element `tag` or `tag.class`, of attributes, listeners (`onclick`) and styles by name
 * (`style: {…}`), all of which may be left out, and children. A button sends no form unless its
 * type says so.
 */
export function el(name, ...children) {
  const [tag, kind] = name.split(".");
  const given = children[0]?.constructor === Object ? children.shift() : {};
  const type = tag === "button" ? "button" : null;
  return filled(document.createElement(tag), { class: kind, type, ...given }, children);
}

/** The same for SVG, where attributes stand always and the class is one of them. */
export function svg(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "style") setStyles(element, value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...flat(children));
  return element;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child || child === 0 || child === "");
}

/** Set styles by name; the content security policy forbids `style` attributes. */
export function setStyles(element, styles) {
  for (const [name, value] of Object.entries(styles)) element.style.setProperty(name, value);
}

/** Put other children in the place of all there are. */
export function fill(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

/** `fill`, with the focus staying on what has the same `data-focus`. */
export function refill(element, ...children) {
  const key = element.contains(document.activeElement) && document.activeElement.dataset.focus;
  fill(element, ...children);
  if (key) element.querySelector(`[data-focus="${CSS.escape(key)}"]`)?.focus();
  return element;
}

/** Call `work` once nothing has asked for it for so many milliseconds; `.now()` at once. */
export function debounced(work, milliseconds) {
  let timer;
  const later = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), milliseconds);
  };
  later.now = (...args) => {
    clearTimeout(timer);
    work(...args);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

/** Whether a click on a link is for another tab or window, which is the browser's to open. */
export const opensElsewhere = ({ metaKey, ctrlKey, shiftKey }) => metaKey || ctrlKey || shiftKey;

/** Whether the reader wants nothing to move. */
export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
