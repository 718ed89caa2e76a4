"use strict";
// One turn: its text with the cues marked, its score, and why.
const LEVELS = ["none", "weak", "strong"];
const FLAG = { opportunity: 1, missed: 2, interrupted: 4, interrupts: 8, outside: 16 };
const NOT_COUNTED = "This turn is not scored; these words count in no score.";
const hiddenFamilies = new Set();

function readCue([kind, start, end, pattern, denied]) {
  return { ...report.kinds[kind], start, end, pattern: report.patterns[pattern], denied: Boolean(denied) };
}

function cueWords(cue) {
  const kind = cue.subtype ? `${cue.title}, ${cue.subtype}` : cue.title;
  return { kind: cue.denied ? `${kind} (denied)` : kind, says: cue.denied ? "The words are there, but they are denied; they do not count." : cue.says };
}

// Cues that overlap stand in one mark, which names them all.
function clusters(cues) {
  const sorted = [...cues].sort((a, b) => a.start - b.start || b.end - a.end);
  const found = [];
  for (const cue of sorted) {
    const last = found[found.length - 1];
    if (last && cue.start < last.end) {
      last.cues.push(cue);
      last.end = Math.max(last.end, cue.end);
    } else found.push({ start: cue.start, end: cue.end, cues: [cue] });
  }
  return found;
}

function markedText(text, cues) {
  const points = Array.from(text); // offsets count characters, not UTF-16 units
  const place = element("p", { class: "text" });
  let at = 0;
  for (const cluster of clusters(cues)) {
    if (cluster.start > at) place.append(points.slice(at, cluster.start).join(""));
    place.append(mark(points.slice(cluster.start, cluster.end).join(""), cluster.cues));
    at = cluster.end;
  }
  place.append(points.slice(at).join(""));
  return place;
}

function mark(text, cues) {
  const first = cues.find((cue) => !cue.denied) ?? cues[0];
  const made = element("span", {
    class: `cue ${first.family}${first.denied ? " denied" : ""}`, tabIndex: 0, role: "button",
    "aria-description": cues.map((cue) => `${cueWords(cue).kind}. ${cueWords(cue).says}`).join(" "),
  }, text);
  made.dataset.families = [...new Set(cues.map((cue) => cue.family))].join(" ");
  made.cues = cues;
  return made;
}

function paintFamilies() {
  for (const one of document.querySelectorAll(".cue")) {
    const shown = one.cues.filter((cue) => !hiddenFamilies.has(cue.family));
    one.classList.remove("off", "denied", ...report.families);
    const first = shown.find((cue) => !cue.denied) ?? shown[0];
    one.classList.add(...(first ? [first.family, ...(first.denied ? ["denied"] : [])] : ["off"]));
  }
}

function meter(turn) {
  const made = element("span", { class: "meter", "aria-hidden": "true" }, element("i"), element("b"));
  made.style.setProperty("--low", turn.low ?? turn.score);
  made.style.setProperty("--high", turn.high ?? turn.score);
  made.style.setProperty("--at", turn.score);
  return made;
}

function badges(turn) {
  const made = [];
  const add = (text, kind = "") => made.push(element("span", { class: `badge ${kind}` }, text));
  if (turn.flags & FLAG.missed) add("missed opportunity", "missed");
  else if (turn.flags & FLAG.opportunity) add("opportunity met");
  if (turn.flags & FLAG.interrupts) add("cuts the other off", "missed");
  if (turn.flags & FLAG.interrupted) add("was cut off");
  if (turn.flags & FLAG.outside) add("outside what the model knows", "missed");
  return made;
}

function why(turn, cues) {
  const rows = [];
  if (turn.score !== null) {
    const chances = (turn.chances ?? []).map((p, i) => `${LEVELS[i]} ${figure(p)}`).join(", ");
    if (turn.low !== null) rows.push(`Score ${figure(turn.score)}, 90 % interval ${figure(turn.low)} to ${figure(turn.high)}.`);
    if (chances) rows.push(`Probability of each level: ${chances}.`);
    const ways = ["emotional reaction", "interpretation", "exploration"];
    const shown = (turn.mechanisms ?? []).map((p, i) => (p === null ? null : `${ways[i]} ${figure(p)}`)).filter(Boolean);
    if (shown.length) rows.push(`How it is communicated: ${shown.join(", ")}.`);
  }
  const list = element("ul", {}, ...rows.map((row) => element("li", {}, row)));
  for (const cue of cues) {
    const words = cueWords(cue);
    const quoted = turn.text === null ? "" : ` \u201c${Array.from(turn.text).slice(cue.start, cue.end).join("")}\u201d`;
    list.append(element("li", {}, element("span", { class: `tag ${cue.family}` }, words.kind), `${quoted} ${words.says} `,
      element("span", { class: "quiet" }, `(${cue.pattern})`)));
  }
  if (turn.score === null) list.append(element("li", { class: "quiet" }, NOT_COUNTED));
  if (!cues.length) list.append(element("li", {}, "No cue was found in this turn."));
  const name = turn.score === null ? plural(cues.length, "cue") : `Why ${figure(turn.score)}`;
  return element("details", { class: "why" }, element("summary", {}, name), list);
}

function showTurn(turn, who) {
  const cues = turn.cues.map(readCue);
  const shown = element("li", { class: `turn ${turn.role}${turn.score === null ? "" : " scored"}${turn.flags & FLAG.missed ? " missed" : ""}`, tabIndex: -1 });
  shown.id = `turn-${turn.place}`;
  shown.append(element("div", { class: "who" }, element("b", {}, who), element("span", {}, `turn ${turn.place}`),
    turn.wait === null ? null : element("span", {}, `after ${duration(turn.wait)}`)));
  if (turn.text !== null) shown.append(markedText(turn.text, cues));
  else if (cues.length) {
    shown.append(element("p", { class: "text" }, ...cues.map((cue) => element("span", { class: `tag ${cue.family}` }, cueWords(cue).kind))));
  }
  if (turn.score !== null) {
    shown.append(element("div", { class: "result" }, meter(turn),
      element("span", { class: "number" }, element("b", {}, figure(turn.score)), turn.level === null ? "" : ` ${LEVELS[turn.level]}`),
      ...badges(turn)));
  }
  if (turn.score !== null || cues.length) shown.append(why(turn, cues));
  return shown;
}

// The reason beside a mark: by pointer, keyboard focus or tap; Escape takes it away.
{
  const tip = byId("tip");
  let owner = null;
  const hide = () => { tip.hidden = true; owner = null; };
  const show = (one) => {
    const cues = one.cues.filter((cue) => !hiddenFamilies.has(cue.family));
    if (!cues.length) return;
    owner = one;
    tip.replaceChildren(...cues.map((cue) => element("div", {},
      element("p", {}, element("b", {}, cueWords(cue).kind)), element("p", {}, cueWords(cue).says),
      element("p", { class: "row" }, `row ${cue.pattern}`))),
    one.closest(".turn").classList.contains("scored") ? "" : element("p", { class: "row" }, NOT_COUNTED));
    tip.hidden = false;
    const place = one.getClientRects()[0];
    const left = Math.max(8, Math.min(place.left, innerWidth - tip.offsetWidth - 8));
    const above = place.top - tip.offsetHeight - 6;
    const top = above > 8 ? above : one.getBoundingClientRect().bottom + 6;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${top + scrollY}px`;
  };
  const cueAt = (event) => (event.target instanceof Element ? event.target.closest(".cue") : null);
  document.addEventListener("pointerover", (event) => {
    const one = cueAt(event);
    if (one) show(one);
    else if (owner && !tip.contains(event.target) && document.activeElement !== owner) hide();
  });
  document.addEventListener("focusin", (event) => { const one = cueAt(event); if (one) show(one); else hide(); });
  document.addEventListener("click", (event) => { const one = cueAt(event); if (one) show(one); else if (!tip.contains(event.target)) hide(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    const one = cueAt(event);
    if (one && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); if (owner === one) hide(); else show(one); }
  });
}
