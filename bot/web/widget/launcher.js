// The launcher, served at /widget.js: one button on the host page and, after a click, one frame.
//
// Nothing leaks in or out: a closed shadow root, its own constructed style sheet (allowed by a
// strict CSP), no HTML string (Trusted Types), no style on the host page, no storage, no request
// before the click. The server puts the allowed sites in place of __SITES__, as it already does
// in its frame-ancestors header. Under 3 kB once compressed: every line must earn its place.
(() => {
  const COLOUR = "#3a3fb5";
  const NAME = "Assistant métiers du e-commerce";
  const SMALL = "(max-width:479.98px),(max-height:559.98px)";
  const SLOW_MS = 15000;
  const GRACE_MS = 1500;

  const script = /** @type {HTMLScriptElement | null} */ (
    document.currentScript || document.querySelector('script[src*="/widget.js"]')
  );
  /** @param {string} text */
  const warn = (text) => console.warn("Cap E-commerce : " + text);
  if (!script?.src) return warn("widget.js veut sa propre balise script.");
  const options = script.dataset;
  const home = new URL(".", script.src);
  const { origin } = location;

  /**
   * Make an element; attributes are strings, children nodes or texts.
   * @template {keyof HTMLElementTagNameMap} K
   * @param {K} tag
   * @param {Record<string, string>} attributes
   * @param {...(Node | string)} children
   * @returns {HTMLElementTagNameMap[K]}
   */
  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const name in attributes) node.setAttribute(name, attributes[name]);
    node.append(...children);
    return node;
  };

  /** The asked colour when white text can be read on it (4.5:1), else ours. */
  const colour = () => {
    const asked = options.couleur;
    if (!asked) return COLOUR;
    const hex = asked.replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = parseInt(hex.slice(at, at + 2), 16) / 255;
      return part > 0.04045 ? ((part + 0.055) / 1.055) ** 2.4 : part / 12.92;
    });
    if (/^#[\da-f]{6}$/i.test(hex) && 0.2126 * r + 0.7152 * g + 0.0722 * b <= 1.05 / 4.5 - 0.05) return hex;
    warn(`couleur ${asked} refusée, il faut #rrvvbb et un contraste de 4,5 avec le blanc.`);
    return COLOUR;
  };

  const start = () => {
    const host = document.createElement("cap-ecommerce");
    if (document.querySelector(host.localName)) return warn("une balise suffit.");
    if (origin !== home.origin && !"__SITES__".split(" ").includes(origin)) {
      return warn(origin + " n’est pas autorisé, ajoutez-le à CAP_ALLOWED_SITES.");
    }
    const root = host.attachShadow({ mode: "closed" });
    const tint = colour();
    const lift = Math.min(Math.abs(parseInt(options.decalage || "")) || 0, 400);
    const side = options.position === "bas-gauche" ? "left" : "right";
    const place = `position:fixed;${side}:max(20px,env(safe-area-inset-${side}));bottom:calc(env(safe-area-inset-bottom) + ${lift}px + `;
    const css = `:host{all:initial!important;position:fixed!important;inset:auto 0 0 auto!important;z-index:2147483647!important;color-scheme:light dark!important;font:medium/1.3 system-ui,sans-serif!important}
button,a{min-height:44px;border:0;border-radius:28px;font:inherit;font-weight:600;color:#fff;background:${tint};cursor:pointer}
:focus-visible{outline:3px solid;outline-offset:-6px}
iframe:focus-visible{outline:0}
#b,dialog{${place}20px);box-shadow:0 0 0 1px #8886,0 8px 40px #0005}
#b{display:flex;align-items:center;gap:10px;min-height:56px;padding:0 22px 0 17px}
#b:hover{filter:brightness(1.2)}
#b::before{content:"";width:24px;height:24px;background:linear-gradient(45deg,#fff 50%,#ffc247 0);clip-path:polygon(100% 0,64% 64%,0 100%,36% 36%)}
dialog{inset:auto;${place}88px);width:min(410px,100% - 40px);height:min(690px,100% - ${108 + lift}px);margin:0;padding:0;border:0;border-radius:22px;overflow:hidden;text-align:center;color:light-dark(#20213f,#f5f0e7);background:light-dark(#fffaf2,#191826)}
iframe{position:relative;width:100%;height:100%;border:0;color-scheme:light dark}
#x{position:absolute;z-index:1;top:6px;right:6px;width:44px;padding:0;border-radius:14px;font-size:1.9em;font-weight:400;color:inherit;background:none}
#w{position:absolute;inset:30% 24px auto}
a{display:block;margin:16px;padding:12px}
[hidden]{display:none!important}
@media ${SMALL}{dialog{box-sizing:border-box;inset:0 0 auto;width:100%;height:var(--h,100%);max-width:none;max-height:none;border-radius:0;padding:env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left)}#x{margin:env(safe-area-inset-top) env(safe-area-inset-right)}}
@media print{:host{display:none!important}}`;
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.append(make("style", { nonce: script.nonce }, css));
    }

    const button = make("button", { id: "b", "aria-expanded": "false" }, "Une question métier\u00a0?");
    const close = make("button", { id: "x", "aria-label": "Fermer l’assistant", autofocus: "" }, "×");
    const state = make("span", { role: "status" });
    const link = make("a", { href: home.href, target: "_blank" }, "Ouvrir dans un nouvel onglet");
    const wait = make("div", { id: "w" }, state, link);
    const frame = make("iframe", { title: NAME, allow: "clipboard-write" });
    const dialog = make("dialog", { "aria-label": NAME }, close, wait);
    let timer = 0;
    let entering = false;

    /** @param {boolean} late */
    const tell = (late) => {
      state.textContent = late ? "L’assistant ne répond pas." : "Ouverture de l’assistant…";
      link.hidden = !late;
    };
    /** @param {number} delay */
    const expect = (delay) => {
      clearTimeout(timer);
      timer = setTimeout(() => tell(!wait.hidden), delay);
    };
    const enter = () => {
      if (!entering || !wait.hidden) return;
      entering = false;
      frame.focus();
      frame.contentWindow?.postMessage("cap-ouvert", home.origin);
    };
    const open = () => {
      if (!dialog.open) matchMedia(SMALL).matches ? dialog.showModal() : dialog.show();
      button.ariaExpanded = "true";
      if (!link.hidden) {
        const query = new URLSearchParams({ hote: origin, couleur: tint });
        for (const name of ["accueil", "suggestions", "contact", "tutoiement", "fiche"]) {
          query.set(name, (options[name] || "").slice(0, 600));
        }
        frame.style.visibility = "hidden";
        frame.src = new URL("widget?" + query, home).href;
        dialog.append(frame);
        tell(false);
        expect(SLOW_MS);
      }
      enter();
    };

    frame.onload = () => expect(GRACE_MS);
    close.onclick = () => dialog.close();
    button.onclick = () => {
      if (dialog.open) return dialog.close();
      entering = true;
      open();
    };
    button.onkeydown = dialog.onkeydown = (event) => {
      if (event.key === "Escape") dialog.close();
    };
    dialog.onclose = () => {
      if (dialog.open) return; // opened again before this event, which a later task brings
      entering = false;
      button.ariaExpanded = "false";
      button.focus();
    };
    addEventListener("message", ({ source, origin, data }) => {
      if (source !== frame.contentWindow || origin !== home.origin) return;
      if (data === "cap-fermer") dialog.close();
      if (data === "cap-pret") {
        wait.hidden = true;
        frame.style.visibility = "";
        enter();
      }
    });

    // Above the keyboard of a phone, without touching the page.
    const view = visualViewport;
    view?.addEventListener("resize", () => {
      dialog.style.setProperty("--h", view.height * view.scale + "px");
    });

    root.append(button, dialog);
    document.documentElement.append(host);
    // In the top layer, no transform, filter or overflow of the page reaches the button.
    host.popover = "manual";
    host.showPopover?.();
    // In the installer's preview, already open and without taking the focus.
    if (options.ouvert && origin === home.origin) {
      dialog.open = true;
      open();
    }
  };

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
