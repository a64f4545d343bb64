// Making nodes. No HTML string anywhere: what comes from outside is text, and stays text.

/**
 * Find one element that must exist.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function need(id, kind) {
  const node = document.getElementById(id);
  if (!(node instanceof kind)) throw new Error(`#${id} manque`);
  return node;
}

/**
 * Make an element; attributes are strings, children nodes or texts.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/**
 * Make a button.
 * @param {string} label
 * @param {string} kind its class
 * @param {(button: HTMLButtonElement) => void} act
 */
export function button(label, kind, act) {
  const node = make("button", { type: "button", class: kind }, label);
  node.addEventListener("click", () => act(node));
  return node;
}

/**
 * Put the spaces that French does not break.
 * @param {string} text
 */
export function typeset(text) {
  return text
    .replace(/« /g, "«\u00a0")
    .replace(/ ([;?!»%€]|:(?!-))/g, "\u00a0$1")
    .replace(/(\d) (?=\d{3}(?!\d))/g, "$1\u00a0");
}
