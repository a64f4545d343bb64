// The Markdown of answers as nodes: paragraphs, bullets, bold, tables, links, [n] marks.
//
// Anything else is text, HTML first of all. Links lead to https, tel and sms only.

import { make, typeset } from "./dom.js";

const INLINE = /\*\*(.+?)\*\*|!?\[([^[\]]*)\]\(([^\s()]*)\)|\[(\d{1,2})\]/g;
const BULLET = /^\s*[-*•]\s+/;
const NUMBER = /^\s*\d{1,2}[.)]\s+/;
const RULER = /^\|?[\s:|-]*-[\s:|-]*$/;

/**
 * Draw a text; `mark` makes what stands for [n].
 * @param {string} text
 * @param {(n: number) => Node} mark
 */
export function render(text, mark) {
  const out = document.createDocumentFragment();
  const lines = text.split("\n");
  while (lines.length) {
    const line = lines[0].trim();
    if (!line) lines.shift();
    else if (line.startsWith("|") && RULER.test(lines[1]?.trim() || "x")) {
      out.append(table(take(lines, (next) => next.trim().startsWith("|")), mark));
    } else if (BULLET.test(line)) out.append(list("ul", BULLET, lines, mark));
    else if (NUMBER.test(line)) out.append(list("ol", NUMBER, lines, mark));
    else if (/^#+ /.test(line)) {
      lines.shift();
      out.append(make("p", {}, inline(`**${line.replace(/^#+ |\*\*/g, "")}**`, mark)));
    } else {
      const first = lines.shift() || "";
      const more = take(lines, (next) => /^\s*[^\s|#]/.test(next) && !BULLET.test(next) && !NUMBER.test(next));
      out.append(make("p", {}, inline([first, ...more].join(" "), mark)));
    }
  }
  return out;
}

/**
 * Remove and return the first lines that pass.
 * @param {string[]} lines
 * @param {(line: string) => boolean} passes
 */
function take(lines, passes) {
  const end = lines.findIndex((line) => !passes(line));
  return lines.splice(0, end < 0 ? lines.length : end);
}

/**
 * @param {"ul" | "ol"} tag
 * @param {RegExp} sign
 * @param {string[]} lines
 * @param {(n: number) => Node} mark
 */
function list(tag, sign, lines, mark) {
  const items = take(lines, (line) => sign.test(line));
  return make(tag, {}, ...items.map((line) => make("li", {}, inline(line.replace(sign, ""), mark))));
}

/**
 * A table that a narrow frame shows row by row: each cell says its column, and stays a cell.
 * @param {string[]} lines
 * @param {(n: number) => Node} mark
 */
function table(lines, mark) {
  const [head, , ...rows] = lines.map((line) =>
    line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim()),
  );
  const names = head.map((name) => typeset(name.replace(/\*\*/g, "")));
  const heads = names.map((name) => make(name ? "th" : "td", { role: name ? "columnheader" : "cell" }, name));
  const body = rows.map((cells) =>
    make("tr", { role: "row" }, ...names.map((name, column) =>
      column
        ? make("td", { role: "cell", "data-column": name }, inline(cells[column] || "", mark))
        : make("th", { role: "rowheader" }, inline((cells[0] || "").replace(/\*\*/g, ""), mark)),
    )),
  );
  return make("table", { role: "table" },
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...heads)),
    make("tbody", { role: "rowgroup" }, ...body),
  );
}

/**
 * @param {string} text
 * @param {(n: number) => Node} mark
 */
function inline(text, mark) {
  const out = document.createDocumentFragment();
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, bold, label, address, n] = found;
    out.append(typeset(text.slice(from, found.index)));
    from = found.index + whole.length;
    if (bold) out.append(make("strong", {}, inline(bold, mark)));
    else if (n) out.append(mark(Number(n)));
    else out.append(whole.startsWith("!") ? label : link(label, address));
  }
  out.append(typeset(text.slice(from)));
  return out;
}

/**
 * A link that may be followed, or only its label.
 * @param {string} label
 * @param {string} address
 * @returns {Node}
 */
export function link(label, address) {
  if (/^(tel|sms):\+?\d+$/.test(address)) return make("a", { href: address }, label);
  if (!/^https:\/\/[^\s"<>\\]+$/i.test(address)) return document.createTextNode(typeset(label));
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" },
    typeset(label), make("span", { class: "hidden" }, " (nouvel onglet)"));
}

/**
 * Read drawn blocks back as lines of text, for the clipboard and for screen readers.
 * @param {Element} node
 */
export function lines(node) {
  return [...node.querySelectorAll("p, li, tr")].map((block) => {
    const copy = /** @type {Element} */ (block.cloneNode(true));
    copy.querySelectorAll(".hidden").forEach((extra) => extra.remove());
    copy.querySelectorAll(".ref").forEach((ref) => ref.replaceWith(`[${ref.textContent}]`));
    const cells = [...copy.querySelectorAll("td, th")].map((cell) => cell.textContent?.trim());
    const text = cells.length ? cells.join(" | ") : copy.textContent?.trim() || "";
    return block.tagName === "LI" ? `- ${text}` : text;
  });
}
