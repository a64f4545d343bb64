// What the page that shows the widget asked for, in the frame's address.
//
// The words that a site may choose (accueil, suggestions, contact) count only inside a frame: the
// server lets allowed sites alone frame this page, so a forged link cannot put words in its mouth.

const query = new URLSearchParams(location.search);

/** Whether another page shows this one. */
export const framed = window.parent !== window;

/** @param {string} name @param {number} longest */
const words = (name, longest) => (framed ? (query.get(name) || "").trim().slice(0, longest) : "");

export const welcome = words("accueil", 200);
export const contact = words("contact", 120);
export const suggestions = words("suggestions", 600)
  .split("|")
  .map((text) => text.trim().slice(0, 150))
  .filter(Boolean)
  .slice(0, 4);

/** Origin of the page whose launcher opened this frame, or nothing. */
export const launcher =
  framed && /^https?:\/\/[^/]+$/.test(query.get("hote") || "") ? query.get("hote") || "" : "";

const informal = query.get("tutoiement") === "oui";

/**
 * Choose the interface's own words: "vous", or "tu" when the site asked for it.
 * @param {string} vous
 * @param {string} tu
 */
export const say = (vous, tu) => (informal ? tu : vous);

/** The site's colour, "#rrggbb", when white text can be read on it (4.5:1); else nothing. */
export function colour() {
  const hex = /^#([\da-f]{6})$/.exec((query.get("couleur") || "").toLowerCase())?.[1];
  if (!hex || hex === "3a3fb5") return "";
  const [r, g, b] = [0, 2, 4].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part > 0.04045 ? ((part + 0.055) / 1.055) ** 2.4 : part / 12.92;
  });
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) < 4.5 ? "" : "#" + hex;
}
