// Around textual.js: where its websocket is, how large its letters are, and what to say and do
// when the connection ends.
"use strict";

(() => {
  const COLUMNS = 80; // what the screen is laid out for
  const LINES = 24;
  const CELL = { width: 0.6, height: 1.33 }; // of Roboto Mono, per pixel of font size
  const FONT = { smallest: 7.5, largest: 24, family: "Roboto Mono" };
  const RETRY_MS = 2000;

  const terminal = document.getElementById("terminal");
  const word = document.getElementById("word");

  const words = JSON.parse(document.getElementById("words").textContent);

  const stored = (storage, name) => {
    try {
      return storage().getItem(name);
    } catch {
      return null; // forbidden by the browser's settings
    }
  };
  const store = (storage, name, value) => {
    try {
      if (value === null) storage().removeItem(name);
      else storage().setItem(name, value);
    } catch {
      // A browser that keeps nothing is a new visitor each time.
    }
  };
  const kept = () => window.localStorage;
  const passing = () => window.sessionStorage;

  const say = (title, text, button, act) => {
    word.querySelector("h1").textContent = title;
    word.querySelector("p").textContent = text;
    const key = word.querySelector("button");
    key.textContent = button;
    key.onclick = act;
    word.hidden = false;
  };

  // The same browser gets its training back without a question.
  const visitor = () => {
    const known = stored(kept, "visitor");
    if (known) return known;
    const numbers = crypto.getRandomValues(new Uint32Array(4));
    const made = Array.from(numbers, (number) => number.toString(36)).join("");
    store(kept, "visitor", made);
    return made;
  };

  const fittingSize = () => {
    const wanted = Number.parseFloat(new URLSearchParams(location.search).get("fontsize"));
    if (wanted >= 4 && wanted <= 100) return wanted;
    const fits = Math.min(
      terminal.clientWidth / COLUMNS / CELL.width,
      terminal.clientHeight / LINES / CELL.height,
    );
    return Math.min(Math.max(fits, FONT.smallest), FONT.largest);
  };

  const comeBack = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok) {
        location.reload();
      } else {
        clearInterval(comingBack);
        say(words.link_invalid, await answer.text(), words.try_again, () => location.reload());
      }
    } catch {
      // Not yet there; the next try comes.
    }
  };
  let comingBack;
  const lost = () => {
    say(words.no_connection, words.goes_on, words.try_now, comeBack);
    comingBack = setInterval(comeBack, RETRY_MS);
    document.addEventListener("visibilitychange", comeBack);
    comeBack();
  };

  let begun = false;
  let parted = false;
  const part = ({ title, text, button, take }) => {
    parted = true;
    awake?.release();
    say(title, text, button, () => {
      if (take) store(passing, "take", "yes");
      location.reload();
    });
  };

  const take = stored(passing, "take");
  store(passing, "take", null);
  const here = new URL("./", location.href).href.replace(/^http/, "ws");
  terminal.dataset.sessionWebsocketUrl = `${here}${take ? "take" : "show"}/${visitor()}`;

  window.WebSocket = class extends window.WebSocket {
    constructor(...where) {
      super(...where);
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string") {
          if (!begun) takeKeys();
          begun = true;
          return;
        }
        const [kind, content] = JSON.parse(data);
        if (kind === "closed") part(content);
        if (kind === "status") document.getElementById("waiting").textContent = content;
      });
      this.addEventListener("close", () => {
        if (!parted && !leaving) lost();
      });
    }
  };
  // A phone on the bench keeps its screen on; browsers allow it on encrypted pages alone.
  let awake = null;
  const stayAwake = async () => {
    if (document.visibilityState !== "visible" || !navigator.wakeLock || parted) return;
    try {
      awake = await navigator.wakeLock.request("screen");
    } catch {
      awake = null; // the battery is low, say
    }
  };
  document.addEventListener("visibilitychange", stayAwake);
  stayAwake();

  let leaving = false;
  window.addEventListener("pagehide", () => {
    leaving = true;
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) location.reload();
  });

  // Letters of another size suit a phone that was turned; the training does not notice.
  screen.orientation?.addEventListener("change", () => {
    if (!parted) setTimeout(() => location.reload(), 300);
  });

  // On a phone, a tap is a click and not the wish for half a screen of keyboard.
  const takeKeys = () => {
    const input = terminal.querySelector("textarea");
    const button = document.getElementById("keyboard");
    if (!matchMedia("(pointer: coarse)").matches) {
      input.focus();
      return;
    }
    input.inputMode = "none";
    button.hidden = false;
    button.onclick = () => {
      const shown = input.inputMode === "none";
      input.blur();
      input.inputMode = shown ? "text" : "none";
      if (shown) input.focus();
    };
    input.focus();
  };

  // Textual.js measures the letters when it starts, so the font has to be there.
  const start = () => {
    terminal.dataset.fontSize = String(fittingSize());
    const script = document.createElement("script");
    script.src = "static/js/textual.js";
    script.onload = () => {
      if (document.readyState === "complete") window.onload(new Event("load"));
    };
    document.body.append(script);
  };
  Promise.all(
    ["", "bold ", "italic "].map((style) => document.fonts.load(`${style}16px "${FONT.family}"`)),
  ).finally(start);
})();
