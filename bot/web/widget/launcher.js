// The launcher, served at /widget.js: one button on the host page and, after a click, one frame.
//
// Nothing leaks in or out: a closed shadow root, its own constructed style sheet (allowed by a
// strict CSP), no HTML string (Trusted Types), no style on the host page, no storage, no request
// before the click. The server puts the allowed sites in place of __SITES__, as it already does
// in its frame-ancestors header.
(() => {
  "use strict";

  const TAG = "cap-ecommerce";
  const NAME = "Assistant métiers du e-commerce";
  const COLOUR = "#3a3fb5";
  const PASSED = ["accueil", "suggestions", "contact", "tutoiement", "fiche"];
  const SLOW_MS = 15000;
  const GRACE_MS = 1500;

  const script = /** @type {HTMLScriptElement | null} */ (
    document.currentScript || document.querySelector('script[src*="/widget.js"]')
  );
  /** @param {string} text */
  const warn = (text) => console.warn("Cap E-commerce : " + text);
  if (!script || !script.src) {
    return warn("chargez /widget.js avec sa propre balise script.");
  }
  const options = script.dataset;
  const home = new URL(".", script.src);
  const own = location.origin === home.origin;

  /**
   * Make an element; attributes are strings, children nodes or texts.
   * @template {keyof HTMLElementTagNameMap} K
   * @param {K} tag
   * @param {Record<string, string>} attributes
   * @param {...(Node | string)} children
   * @returns {HTMLElementTagNameMap[K]}
   */
  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const name in attributes) node.setAttribute(name, attributes[name]);
    node.append(...children);
    return node;
  }

  /**
   * Draw an icon of 24 by 24 from paths.
   * @param {...string} paths
   */
  function icon(...paths) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    for (const d of paths) {
      const path = document.createElementNS(space, "path");
      path.setAttribute("d", d);
      svg.append(path);
    }
    return svg;
  }

  /** The asked colour when white text can be read on it (4.5:1), else ours. */
  function colour() {
    const asked = options.couleur;
    const found = asked && /^#?([\da-f]{6}|[\da-f]{3})$/i.exec(asked.trim());
    if (!found) {
      if (asked) warn(`data-couleur « ${asked} » : écrivez-la comme ${COLOUR}.`);
      return COLOUR;
    }
    const hex = found[1].replace(/^(.)(.)(.)$/, "$1$1$2$2$3$3");
    const [r, g, b] = [0, 2, 4].map((at) => {
      const part = parseInt(hex.slice(at, at + 2), 16) / 255;
      return part > 0.04045 ? ((part + 0.055) / 1.055) ** 2.4 : part / 12.92;
    });
    const contrast = 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
    if (contrast >= 4.5) return "#" + hex;
    const shown = (Math.floor(contrast * 10) / 10).toString().replace(".", ",");
    warn(`data-couleur « ${asked} » est refusée : contraste de ${shown} avec le blanc, il faut 4,5.`);
    return COLOUR;
  }

  function start() {
    if (document.querySelector(TAG)) return warn("une seule balise suffit, l’autre est ignorée.");
    if (!own && !"__SITES__".split(" ").includes(location.origin)) {
      return warn(`${location.origin} n’est pas autorisé. Ajoutez-le à CAP_ALLOWED_SITES.`);
    }
    const tint = colour();
    const host = document.createElement(TAG);
    const root = host.attachShadow({ mode: "closed" });
    const left = options.position === "bas-gauche";
    if (options.position && !left && options.position !== "bas-droite") {
      warn("data-position vaut « bas-droite » ou « bas-gauche ».");
    }
    const lift = Math.min(Math.max(parseInt(options.decalage || "0") || 0, 0), 400);
    const css = `
:host{all:initial!important;position:fixed!important;inset:auto 0 0 auto!important;z-index:2147483000!important;color-scheme:light dark!important}
:host,button,a{font:600 1em/1.25 system-ui,sans-serif}
button,a{box-sizing:border-box;min-height:44px;border:0;border-radius:28px;color:#fff;background:${tint};cursor:pointer}
:focus-visible{outline:3px solid ${tint};outline-offset:3px;box-shadow:0 0 0 3px #fff}
svg{flex:none;width:26px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
#b{position:fixed;bottom:calc(${20 + lift}px + env(safe-area-inset-bottom));${left ? "left" : "right"}:max(20px,env(safe-area-inset-${left ? "left" : "right"}));display:flex;align-items:center;gap:10px;max-width:calc(100vw - 40px);min-height:56px;padding:0 22px 0 17px;text-align:left;box-shadow:0 0 0 1px #fff6,0 6px 24px #0005;transition:filter .15s}
#b:hover{filter:brightness(1.15)}
dialog{position:fixed;box-sizing:border-box;inset:auto;bottom:calc(${88 + lift}px + env(safe-area-inset-bottom));${left ? "left" : "right"}:max(20px,env(safe-area-inset-${left ? "left" : "right"}));width:410px;max-width:calc(100vw - 40px);height:690px;max-height:calc(100vh - ${108 + lift}px);margin:0;padding:0;border:1px solid #8886;border-radius:22px;overflow:hidden;color:#20213f;background:#fffaf2;box-shadow:0 16px 56px #0006}
dialog::backdrop{background:none}
iframe{display:block;width:100%;height:100%;border:0;color-scheme:light dark}
#x{position:absolute;z-index:1;top:6px;right:6px;width:44px;padding:9px;border-radius:14px;color:inherit;background:none}
#w{position:absolute;inset:64px 24px auto;display:grid;gap:14px;margin:0;text-align:center}
#w>*{padding:12px}
[hidden]{display:none!important}
a{text-decoration:none}
@media(prefers-color-scheme:dark){dialog{color:#f5f0e7;background:#191826}}
@media(max-width:479.98px),(max-height:559.98px){dialog{inset:var(--t,0) 0 auto;width:100%;max-width:none;height:var(--h,100dvh);max-height:none;border:0;border-radius:0;padding:env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left)}#x{top:calc(6px + env(safe-area-inset-top));right:calc(6px + env(safe-area-inset-right))}}
@media(max-width:479.98px){#m{position:absolute;clip-path:inset(50%)}}
@media(prefers-reduced-motion:reduce){*{transition:none!important}}
@media print{:host{display:none!important}}`;
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [sheet];
    } catch {
      const style = make("style", {}, css);
      style.nonce = script?.nonce || "";
      root.append(style);
    }

    // On a phone the end of the label is hidden, though not from a screen reader.
    const more = make("span", { id: "m" }, " sur un métier");
    const button = make(
      "button",
      { id: "b", type: "button", "aria-expanded": "false", "aria-controls": "d" },
      icon("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M16 8l-2.5 5.5L8 16l2.5-5.5z"),
      make("span", {}, "Une question", more, "\u00a0?"),
    );
    const close = make(
      "button",
      { id: "x", type: "button", "aria-label": "Fermer l’assistant", autofocus: "" },
      icon("M6 6l12 12M18 6L6 18"),
    );
    const state = make("span", { role: "status" });
    const again = make("button", { type: "button" }, "Réessayer");
    const aside = make(
      "a", { href: home.href, target: "_blank", rel: "noopener" }, "Ouvrir dans un nouvel onglet",
    );
    const wait = make("div", { id: "w" }, state, again, aside);
    const dialog = make("dialog", { id: "d", "aria-label": NAME }, close, wait);
    /** @type {HTMLIFrameElement | undefined} */
    let frame;
    let ready = false;
    let entering = false;
    let timer = 0;

    /** @param {boolean} late */
    function tell(late) {
      state.textContent = late ? "L’assistant ne répond pas." : "Ouverture de l’assistant…";
      again.hidden = aside.hidden = !late;
    }

    function load() {
      const query = new URLSearchParams({ hote: location.origin });
      if (tint !== COLOUR) query.set("couleur", tint);
      for (const name of PASSED) if (options[name]) query.set(name, options[name].slice(0, 600));
      frame?.remove();
      frame = make("iframe", { title: NAME, allow: "clipboard-write", referrerpolicy: "no-referrer" });
      frame.style.visibility = "hidden";
      frame.onload = () => expect(GRACE_MS);
      frame.src = new URL("widget?" + query, home).href;
      dialog.append(frame);
      ready = wait.hidden = false;
      tell(false);
      expect(SLOW_MS);
    }

    /** @param {number} delay */
    function expect(delay) {
      clearTimeout(timer);
      timer = setTimeout(() => ready || tell(true), delay);
    }

    function enter() {
      if (!ready || !frame || !entering) return;
      entering = false;
      if (matchMedia("(pointer:fine)").matches) frame.focus();
      frame.contentWindow?.postMessage("cap-ouvert", home.origin);
    }

    /** @param {boolean} [quiet] */
    function open(quiet) {
      const full = matchMedia("(max-width:479.98px),(max-height:559.98px)").matches;
      if (full && !quiet) dialog.showModal();
      else dialog.show();
      button.setAttribute("aria-expanded", "true");
      entering = !quiet;
      if (!frame || !again.hidden) load();
      enter();
    }

    button.onclick = () => (dialog.open ? dialog.close() : open());
    close.onclick = () => dialog.close();
    again.onclick = load;
    dialog.onclose = () => {
      entering = false;
      button.setAttribute("aria-expanded", "false");
      button.focus();
    };
    dialog.onkeydown = button.onkeydown = (event) => {
      if (event.key === "Escape" && dialog.open) dialog.close();
    };
    addEventListener("message", (event) => {
      if (!frame || event.source !== frame.contentWindow || event.origin !== home.origin) return;
      if (event.data === "cap-pret") {
        ready = true;
        wait.hidden = true;
        frame.style.visibility = "";
        enter();
      } else if (event.data === "cap-fermer") dialog.close();
    });

    // Above the keyboard of a phone, without touching the page.
    const view = window.visualViewport;
    const fit = () => {
      if (!view) return;
      dialog.style.setProperty("--h", view.height * view.scale + "px");
      dialog.style.setProperty("--t", (view.scale > 1 ? 0 : view.offsetTop) + "px");
    };
    view?.addEventListener("resize", fit);
    view?.addEventListener("scroll", fit);
    fit();

    root.append(button, dialog);
    document.documentElement.append(host);
    // In the top layer, no transform, filter or overflow of the page reaches the button.
    if (host.showPopover) {
      host.popover = "manual";
      host.showPopover();
    }
    if (own && options.ouvert) open(true);
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
