// Shows what the training says, and says what is tapped. What anything means is decided there.
"use strict";

(() => {
  const RETRY_MS = [500, 1000, 2000, 4000];
  const PING_MS = 4000;
  const SILENT_MS = 12000; // three pings without an answer
  const TOAST_MS = 3000;
  const USUAL_LETTERS = 11; // beside each other below the count; more of them are smaller
  const SIGNS = { correction: "▲", praise: "✓", safety: "■" };
  const BUZZ = {
    lockout: [60],
    hold_done: [40, 60, 40],
    set_end: [300],
    rest_over: [200, 100, 200],
    link_lost: [80, 60, 80, 60, 80],
  };

  const $ = (selector, within = document) => within.querySelector(selector);
  const made = (tag, className = "", text = "") => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  };
  // Only what changed is touched: a phone's battery pays for every layout.
  const write = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };
  const shown = new Map();
  const redraw = (name, value, draw) => {
    const text = JSON.stringify(value);
    if (shown.get(name) === text) return;
    shown.set(name, text);
    draw(value);
  };

  // In the language of the program
  const language = document.documentElement.lang;
  const words = JSON.parse($("#words").textContent);
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  const number = (value, least = 0, most = 2) =>
    value.toLocaleString(language, {
      minimumFractionDigits: least,
      maximumFractionDigits: most,
      useGrouping: false,
    });

  const recall = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // forbidden by the browser's settings
    }
  };
  const keep = (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      // Then it is asked again the next time.
    }
  };

  // The connection

  let socket = null;
  let tries = 0;
  let parted = false;
  let heardMs = 0;
  let retry = 0;
  const state = {};

  const say = (message) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    else if (message.do) toast(words.not_done);
  };
  const trouble = (text, calm = false) => {
    const line = $("#trouble");
    line.hidden = !text;
    line.classList.toggle("calm", calm);
    write(line, text);
  };

  const connect = () => {
    clearTimeout(retry);
    const numbers = crypto.getRandomValues(new Uint32Array(2));
    const visitor = Array.from(numbers, (number) => number.toString(36)).join("");
    const opened = new WebSocket(new URL(`live/${visitor}`, location.href).href.replace(/^http/, "ws"));
    socket = opened;
    heardMs = performance.now();
    opened.onmessage = ({ data }) => {
      heardMs = performance.now();
      tries = 0;
      document.body.classList.remove("stale");
      const [kind, content] = JSON.parse(data);
      receive(kind, content);
    };
    opened.onclose = () => {
      if (opened === socket && !parted) lost();
    };
  };

  const lost = async () => {
    socket = null;
    document.body.classList.add("stale");
    trouble(words.no_connection);
    const wait = RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)];
    clearTimeout(retry);
    retry = setTimeout(async () => {
      try {
        const answer = await fetch(location.href, { cache: "no-store" });
        if (answer.status === 403) {
          over({ title: words.link_invalid, text: await answer.text(), button: words.try_again });
          return;
        }
        connect();
      } catch {
        lost(); // Not yet there.
      }
    }, wait);
  };
  const comeBack = () => {
    if (document.visibilityState !== "visible" || parted) return;
    if (!socket) {
      tries = 0;
      lost();
    } else if (performance.now() - heardMs > SILENT_MS) {
      socket.close();
    }
  };
  document.addEventListener("visibilitychange", comeBack);
  addEventListener("online", comeBack);
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) location.reload();
  });
  setInterval(() => {
    say({ ping: 1 });
    // A phone that slept does not know that its connection is dead.
    if (socket && performance.now() - heardMs > SILENT_MS) {
      const dead = socket;
      dead.close();
      if (dead === socket && !parted) lost();
    }
  }, PING_MS);

  const over = ({ title, text, button }) => {
    parted = true;
    const box = $("#over");
    write($("h2", box), title);
    write($("p", box), text);
    write($("button", box), button);
    $("button", box).onclick = () => location.reload();
    for (const open of document.querySelectorAll("dialog[open]")) open.close();
    box.showModal();
    awake.release();
  };
  $("#over").addEventListener("cancel", (event) => event.preventDefault());

  const receive = (kind, content) => {
    if (kind === "welcome") {
      for (const name of Object.keys(state)) delete state[name];
      shown.clear();
      trouble("");
      document.body.classList.toggle("watcher", !content.controls);
      $("#watching").hidden = content.controls;
      if (!content.training) write($("#status"), words.training_awaited);
      for (const link of document.querySelectorAll('a[href="terminal"]')) link.hidden = !content.controls;
    } else if (kind === "status") {
      write($("#status"), content);
    } else if (kind === "closed") {
      over(content);
    } else if (kind === "training") {
      if (content.kind === "state") {
        Object.assign(state, content.state);
        draw();
      } else if (content.kind === "toast") {
        toast(content.text);
      } else if (content.kind === "tone") {
        playTone(content);
      } else if (content.kind === "speech") {
        speak(content.text);
      }
    }
  };

  // The view

  const draw = () => {
    document.body.dataset.view = state.live ? "live" : state.form ? "form" : "waiting";
    drawHead();
    if (state.live) drawLive();
    else if (state.form) drawForm();
  };


  const drawHead = () => {
    const about = state.live || state.summary;
    $("#clock").hidden = !about;
    $("#origin").hidden = !about || state.measured;
    if (!about) {
      write($("#title"), "tracker");
      if (socket) trouble("");
      return;
    }
    const set = state.set;
    const parts = [state.person, state.exercise];
    if (set) parts.push(filled(words.set, { number: set.index }), set.load);
    write($("#title"), parts.filter(Boolean).join(" · "));
    write($("#origin"), state.origin);
    write($("#heart"), state.heart === null ? "" : `♥\uFE0E ${state.heart}`);
    $("#heart").hidden = state.heart === null;
    write($("#clock"), state.clock);
    if (socket) trouble(state.trouble ?? "", !(state.trouble ?? "").startsWith("!"));
  };

  const drawLive = () => {
    const { set, pace, rest, phase } = state;
    document.body.dataset.phase = phase;
    const count = String(set ? set.count : 0);
    const digits = $("#count");
    if (digits.textContent !== count) {
      write(digits, count);
      digits.dataset.digits = String(count.length);
      digits.classList.remove("flash");
      void digits.offsetWidth; // so that it flashes again
      digits.classList.add("flash");
    }
    const unsure = set && set.confidence !== null && set.confidence < 0.95;
    redraw("below", [state.target, unsure], ([target]) => {
      const below = $("#below");
      below.replaceChildren();
      if (target !== null) below.append(made("b", "", filled(words.of_target, { target })));
      if (unsure) below.append(made("span", "", words.unsure));
    });
    const done = set && set.ended === false && set.target !== null && set.count >= set.target;
    const between = rest ? (rest.over ? words.go : words.rest) : words.ready;
    const doing = phase === "rest" ? between : state.phase_text;
    const time = rest ? rest.time : state.time;
    write($("#phase"), doing);
    write($("#time"), time);
    const letters = doing.length + 1 + time.length;
    redraw("letters", letters > USUAL_LETTERS ? 1.1 * letters : USUAL_LETTERS, (width) =>
      $("#phase-line").style.setProperty("--letters", String(width)),
    );
    const planned = rest ? pace.words : pace.goal_s ? filled(words.plan, { seconds: number(pace.goal_s) }) : "";
    const reached = pace.holding && pace.done ? words.hold_done : done ? filled(words.set_done, set) : "";
    write($("#pace"), [planned, reached].filter(Boolean).join(" · "));
    // Without a plan, the colour alone fills the lower third.
    const share = pace.share === null ? (phase === "rest" && !rest ? 0 : 0.3) : pace.share;
    $("#fill").style.height = `${(share * 100).toFixed(1)}%`;
    redraw("cue", state.cue, drawCue);
    redraw("last-rep", state.last_rep, drawLastRep);
    redraw("trace", state.trace, drawTrace);
    redraw("speeds", set ? [set.speeds, set.loss] : [[], null], drawSpeeds);
    redraw("sets", state.sets, drawSets);
    redraw("notice", state.notice, drawNotice);
    const asks = state.rest_form && !document.body.classList.contains("watcher");
    $("#rest-form").hidden = !asks;
    if (asks) {
      redraw("rest-fields", state.form.fields, (fields) => drawFields($("#rest-form"), fields));
      redraw("rest-text", state.form.text, (lines) => write($("#rest-form .text"), lines.join("\n")));
    }
    $("#curve").hidden = Boolean(rest);
    $("#speeds").hidden = !set?.speeds.length;
    write($("#finish span"), state.stored ? words.finish : words.end);
  };

  const drawCue = (cue) => {
    const box = $("#cue");
    box.className = cue ? cue.kind : "";
    box.replaceChildren();
    if (!cue) {
      box.append(made("span", "", words.no_cue));
      return;
    }
    const sign = made("span", "sign", SIGNS[cue.kind]);
    const said = made("span");
    said.append(made("span", "head", cue.head));
    if (cue.text.toLowerCase() !== cue.head.toLowerCase()) said.append(cue.text);
    box.append(sign, said);
  };

  const drawLastRep = (rep) => {
    const box = $("#last-rep");
    box.replaceChildren();
    if (!rep) {
      box.append(made("p", "empty", words.no_rep));
      return;
    }
    const head = made("div", "head");
    head.append(
      made("span", "", filled(words.rep, { number: rep.index })),
      made("span", "", filled(words.rep_figures, rep)),
    );
    const phases = made("div", "phases");
    for (const each of rep.phases) {
      const cell = made("span", `tone-${each.phase}`, `${each.sign} ${each.word}`);
      const time = made("b", "", `${each.time} ${each.verdict}`);
      if (each.verdict_word) time.setAttribute("aria-label", `${each.time} s, ${each.verdict_word}`);
      if (each.verdict_word) time.setAttribute("role", "img");
      cell.append(time);
      phases.append(cell);
    }
    box.append(head, phases);
    if (rep.remarks) box.append(made("p", "remarks", `▲ ${rep.remarks}`));
  };

  const drawTrace = ({ points, band_deg, span_s }) => {
    const degs = points.map(([, deg]) => deg);
    const high = Math.max(40, band_deg ? band_deg[1] + 3 : 0, ...degs);
    const low = Math.min(0, ...degs);
    const y = (deg) => 70 - ((deg - low) / (high - low)) * 68;
    const line = points.map(([s, deg]) => `${(300 * (1 + s / span_s)).toFixed(1)},${y(deg).toFixed(1)}`);
    $("#trace").setAttribute("points", line.join(" "));
    const [bottom, top] = band_deg ?? [0, 0];
    $("#band").setAttribute("y", y(top).toFixed(1));
    $("#band").setAttribute("height", band_deg ? (y(bottom) - y(top)).toFixed(1) : "0");
    $("#band-label").hidden = !band_deg;
    write($("#curve figcaption"), filled(words.curve, { seconds: span_s }));
  };

  const drawSpeeds = ([speeds, loss]) => {
    const best = Math.max(0.01, ...speeds.map((speed) => speed ?? 0));
    const bars = speeds.slice(-12).map((speed) => {
      const bar = made("li", speed !== null && speed < 0.9 * best ? "slower" : "");
      const column = made("i");
      column.style.height = `${(((speed ?? 0) / best) * 74).toFixed(0)}%`;
      bar.append(column, speed === null ? "–" : number(speed, 2));
      return bar;
    });
    $("#speeds ol").replaceChildren(...bars);
    write($("#loss"), loss === null ? "m/s" : loss > 0 ? filled(words.velocity_lost, { percent: loss }) : words.velocity_best);
  };

  const setLine = (set) => {
    const item = made("li", set.ended ? "" : "now");
    const what = made("span", "what");
    what.append(made("b", "", set.target === null ? `${set.count}` : `${set.count}/${set.target}`));
    const rpe = set.rpe === null ? "" : `RPE ${number(set.rpe)}`;
    what.append(` ${[words.reps, set.load, rpe].filter(Boolean).join(" · ")}`);
    item.append(made("span", "n", String(set.index)), what);
    item.append(made("span", "how", filled(words.set_figures, set)));
    if (set.remarks) item.append(made("span", "remarks", set.remarks));
    return item;
  };
  const drawSets = (sets) => {
    $("#sets ol").replaceChildren(...[...sets].reverse().map(setLine));
    $("#sets").hidden = !sets.length;
  };

  const drawNotice = (notice) => {
    const box = $("#notice");
    box.hidden = !notice;
    if (!notice) return;
    const [title, ...lines] = notice;
    box.replaceChildren(made("b", "", title), ...lines.filter(Boolean).map((line) => made("div", "", line)));
  };

  // Forms: the fields stand in the app, this shows them

  const STEPS = { rpe: 0.5, pain: 1, reps: 1, rest: 15, hold: 0.5, loss: 5 };

  const drawFields = (within, fields) => {
    const box = $(".fields", within);
    const names = fields.map(({ id, type }) => id + type).join();
    if (box.dataset.names !== names) {
      box.dataset.names = names;
      box.replaceChildren(...fields.map((field) => fieldOf(field, within.id)));
    }
    for (const field of fields) {
      const entry = box.querySelector(`[name="${CSS.escape(field.id)}"]`);
      if (entry !== document.activeElement && entry.value !== field.value) entry.value = field.value;
      write($("small", entry.closest(".field")), hintOf(field));
    }
  };
  // Arrows are keys of the terminal.
  const hintOf = ({ hint }) => (hint.startsWith("◂") ? "" : hint);
  const fieldOf = (field, form) => {
    const box = made("div", "field");
    const label = made("label", "", field.label);
    const entry = made(field.type === "choice" ? "select" : "input");
    entry.name = field.id;
    entry.id = `${form}-${field.id}`; // two forms may ask for the same
    label.htmlFor = entry.id;
    const send = () => say({ do: "fill", field: field.id, value: entry.value });
    const line = made("div", "entry");
    if (field.type === "choice") {
      for (const [title, value] of field.options) entry.append(new Option(title, value));
    } else {
      entry.type = "text";
      entry.placeholder = "–";
      entry.enterKeyHint = "done";
      if (field.type === "number") entry.inputMode = "decimal";
      entry.onkeydown = (event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          entry.blur();
        }
      };
    }
    entry.onchange = send;
    const step = field.type === "number" ? STEPS[field.id] : undefined;
    const stepped = (sign, by) => {
      const button = made("button", "", sign);
      button.type = "button";
      button.setAttribute("aria-label", filled(by < 0 ? words.less : words.more, { field: field.label }));
      button.onclick = () => {
        const now = Number.parseFloat(entry.value.replace(",", ".")) || 0;
        entry.value = number(Math.max(0, now + by));
        send();
      };
      return button;
    };
    if (step) {
      line.classList.add("steps");
      line.append(stepped("−", -step), entry, stepped("+", step));
    } else {
      line.append(entry);
    }
    const hint = made("small", "", hintOf(field));
    hint.id = `${entry.id}-hint`;
    entry.setAttribute("aria-describedby", hint.id);
    box.append(label, line, hint);
    return box;
  };

  const drawForm = () => {
    const form = state.form;
    const box = $("#form");
    write($("h2", box), form.title);
    const watches = document.body.classList.contains("watcher");
    redraw("choices", form.choices, (choices) => {
      const items = choices.map(([name, about], place) => {
        const item = made("li");
        const button = made("button", "", name);
        button.type = "button";
        button.disabled = watches;
        button.append(made("small", "", about));
        button.onclick = () => say({ do: "choose", place });
        item.append(button);
        return item;
      });
      $(".choices", box).replaceChildren(...items);
    });
    drawFields(box, watches ? [] : form.fields);
    redraw("text", form.text, (texts) => {
      const parts = texts.map((text) => made("p", text.startsWith("!") ? "bad" : "", text));
      $(".text", box).replaceChildren(...parts);
    });
    redraw("form-sets", [state.summary, state.sets ?? []], ([, sets]) => {
      const list = made("ol");
      if (state.summary) list.append(...sets.map(setLine));
      $("#form-sets").replaceChildren(list);
    });
    const offered = watches ? [] : form.buttons;
    redraw("buttons", [offered, form.choices.length > 0], () => {
      // A tap on a line chooses it.
      const asked = offered.filter(({ action }) => !(form.choices.length && action === "choose"));
      const buttons = asked.map(({ action, label }, place) => {
        const button = made("button", place === 0 && !form.choices.length ? "primary" : "", label);
        button.type = "button";
        button.onclick = () => {
          document.activeElement?.blur(); // so that what is being typed is sent first
          say({ do: "press", action });
        };
        return button;
      });
      $(".buttons", box).replaceChildren(...buttons);
    });
  };
  for (const form of document.querySelectorAll("form")) form.onsubmit = (event) => event.preventDefault();

  // What is tapped

  $("#undo").onclick = () => say({ do: "adjust", by: -1 });
  $("#add").onclick = () => say({ do: "adjust", by: 1 });
  const ask = $("#ask");
  $("#finish").onclick = () => {
    write($("#ask-title"), state.stored ? words.finish_question : words.end_question);
    $("p", ask).hidden = !state.stored;
    ask.showModal();
  };
  $(".yes", ask).onclick = () => {
    ask.close();
    say({ do: "finish" });
  };
  const menu = $("#menu");
  $("#menu-open").onclick = () => menu.showModal();
  for (const button of document.querySelectorAll("dialog .close")) {
    button.onclick = () => button.closest("dialog").close();
  }

  let toastTimer = 0;
  const toast = (text) => {
    const box = $("#toast");
    write(box, text);
    box.classList.add("shown");
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => box.classList.remove("shown"), TOAST_MS);
  };

  // Sound, speech, vibration

  let audio = null;
  const wakeAudio = () => {
    // Browsers give sound to a page that was touched.
    if (!$("#sound").checked) return;
    audio ??= new AudioContext();
    audio.resume();
  };
  addEventListener("pointerdown", wakeAudio);

  const playTone = ({ name, notes }) => {
    if ($("#vibration").checked && navigator.userActivation?.hasBeenActive) {
      navigator.vibrate?.(BUZZ[name] ?? []);
    }
    if (!$("#sound").checked || audio?.state !== "running") return;
    let at = audio.currentTime + 0.01;
    for (const [pitch_hz, duration_s] of notes) {
      const oscillator = new OscillatorNode(audio, { frequency: pitch_hz, type: "triangle" });
      const gain = new GainNode(audio, { gain: 0 });
      const ramp = Math.min(0.01, duration_s / 4);
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(0.6, at + ramp);
      gain.gain.setValueAtTime(0.6, at + duration_s - ramp);
      gain.gain.linearRampToValueAtTime(0, at + duration_s);
      oscillator.connect(gain).connect(audio.destination);
      oscillator.start(at);
      oscillator.stop(at + duration_s);
      at += duration_s;
    }
  };

  const speak = (text) => {
    if (!$("#speech").checked || !("speechSynthesis" in window)) return;
    // The newest counts: an old cue after the rep is of no use.
    speechSynthesis.cancel();
    const phrase = new SpeechSynthesisUtterance(text);
    phrase.lang = language;
    phrase.rate = 1.1;
    speechSynthesis.speak(phrase);
  };

  // The screen stays on: by the browser's own lock on encrypted pages, else by a film of one dot

  const awake = {
    lock: null,
    film: null,
    async hold() {
      if (!$("#awake").checked || parted || document.visibilityState !== "visible") return;
      if (navigator.wakeLock) {
        try {
          this.lock = await navigator.wakeLock.request("screen");
          return;
        } catch {
          // The battery is low, say.
        }
      }
      if (this.film) return;
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 1;
      const context = canvas.getContext("2d");
      const film = document.createElement("video");
      film.muted = true;
      film.playsInline = true;
      film.srcObject = canvas.captureStream(1);
      this.film = film;
      this.frames = setInterval(() => context.fillRect(0, 0, 1, 1), 1000);
      film.play().catch(() => this.release());
    },
    release() {
      this.lock?.release();
      this.lock = null;
      clearInterval(this.frames);
      this.film?.pause();
      this.film = null;
    },
  };
  write($("#awake-note"), navigator.wakeLock ? "" : words.not_encrypted);
  document.addEventListener("visibilitychange", () => awake.hold());
  addEventListener("pointerdown", () => {
    if (!awake.lock && !awake.film) awake.hold();
  });

  const SWITCHES = { sound: false, speech: false, vibration: true, awake: true };
  for (const [name, usual] of Object.entries(SWITCHES)) {
    const box = $(`#${name}`);
    const known = recall(name);
    box.checked = known === null ? usual : known === "on";
    box.onchange = () => {
      keep(name, box.checked ? "on" : "off");
      if (name === "sound") wakeAudio();
      if (name === "speech" && box.checked) speak(words.speech_on);
      if (name === "awake") {
        awake.release();
        awake.hold();
      }
    };
  }
  awake.hold();
  connect();
})();
