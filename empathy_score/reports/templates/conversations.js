"use strict";
// The list of conversations, its search and filters, and the one that is open.
{
  const STEP = matchMedia("(max-width: 760px)").matches ? 20 : 60;
  const all = report.conversations.map((one, index) => ({ ...one, index }));
  const filters = byId("filters"), list = byId("list"), panes = byId("panes");
  const selects = [...filters.querySelectorAll("select")];
  const find = byId("find");
  let matches = all, shown = STEP, open = null, texts = null;

  const readTurn = (turn) => {
    const [role, text, place, score, low, high, level, chances, mechanisms, flags, wait, cues] = turn;
    return { role: report.roles[role], text, place, score, low, high, level, chances, mechanisms, flags, wait, cues };
  };

  const wanted = {
    agent: (one, value) => one.agents.includes(value),
    team: (one, value) => one.team === value,
    channel: (one, value) => one.channel === value,
    week: (one, value) => one.week === value,
    cue: (one, value) => one.turns.some((turn) => turn[3] !== null && turn[11].some(([kind, , , , denied]) => !denied && report.kinds[kind].label === value)),
    show: (one, value) => {
      if (value === "missed") return one.missed > 0;
      if (value === "met") return one.opportunities > one.missed;
      if (value === "strong") return one.turns.some((turn) => turn[6] === 2);
      if (value === "cut") return one.turns.some((turn) => turn[9] & (FLAG.interrupted | FLAG.interrupts));
      return one.turns.some((turn) => turn[9] & FLAG.outside);
    },
  };
  const last = (a, b) => (a === null) - (b === null);
  const orders = {
    input: (a, b) => a.order - b.order,
    missed: (a, b) => b.missed - a.missed || last(a.empathy, b.empathy) || a.empathy - b.empathy,
    low: (a, b) => last(a.empathy, b.empathy) || a.empathy - b.empathy,
    high: (a, b) => last(a.empathy, b.empathy) || b.empathy - a.empathy,
    long: (a, b) => b.turns.length - a.turns.length,
  };

  function allTexts() {
    texts ??= all.map((one) => one.turns.map((turn) => (turn[1] ?? "").toLowerCase()));
    return texts;
  }

  // Where a search term stands: a turn's index, -1 in the names, null nowhere.
  function foundAt(one, term) {
    if (!term) return -1;
    const at = allTexts()[one.index].findIndex((text) => text.includes(term));
    if (at >= 0) return at;
    const names = [one.id, ...one.agents, one.team, one.channel].filter(Boolean);
    return names.some((name) => name.toLowerCase().includes(term)) ? -1 : null;
  }

  function choose() {
    const term = find.value.trim().toLowerCase();
    const set = selects.filter((select) => select.value && select.dataset.field !== "order");
    const order = orders[selects.find((select) => select.dataset.field === "order").value];
    matches = all
      .filter((one) => set.every((select) => wanted[select.dataset.field](one, select.value)))
      .map((one) => ({ one, at: foundAt(one, term) }))
      .filter(({ at }) => at !== null)
      .sort((a, b) => order(a.one, b.one) || a.one.order - b.one.order);
    shown = STEP;
    byId("count").textContent = matches.length === all.length ? plural(all.length, "conversation") : `${matches.length.toLocaleString("en")} of ${plural(all.length, "conversation")}`;
    drawList(term);
  }

  function drawList(term = find.value.trim().toLowerCase()) {
    list.replaceChildren(...matches.slice(0, shown).map(({ one, at }) => item(one, at, term)));
    byId("more").hidden = matches.length <= shown;
    steps();
  }

  function item(one, at, term) {
    const about = [one.agents.join(", "), one.team, one.channel, one.week && `week of ${one.week}`].filter(Boolean).join(" \u00b7 ");
    const button = element("button", { type: "button", "aria-current": open === one.index ? "true" : null },
      element("span", { class: "line" }, element("span", { class: "name" }, one.id), element("span", { class: "number" }, figure(one.empathy))),
      element("span", { class: "part" }, about || plural(one.turns.length, "turn")),
      one.missed ? element("span", { class: "part" }, element("span", { class: "missed-count" }, `${one.missed} of ${plural(one.opportunities, "opportunity").replace("opportunitys", "opportunities")} missed`)) : null,
      at >= 0 && term ? snippet(one.turns[at][1], term) : null);
    button.addEventListener("click", () => go(one.index, at >= 0 ? one.turns[at][2] : null));
    return element("li", {}, button);
  }

  function snippet(text, term) {
    const at = text.toLowerCase().indexOf(term);
    const from = Math.max(0, at - 30);
    return element("span", { class: "snippet" }, from ? "\u2026" : "", text.slice(from, at), element("b", {}, text.slice(at, at + term.length)),
      text.slice(at + term.length, at + term.length + 50), at + term.length + 50 < text.length ? "\u2026" : "");
  }

  // An address such as #c12.3 names a conversation and a turn, so that links and the
  // back button work.
  function go(index, place = null) {
    const address = place === null ? `#c${index}` : `#c${index}.${place}`;
    if (location.hash === address) follow();
    else location.hash = address;
  }

  function follow() {
    const named = /^#c(\d+)(?:\.(\d+))?$/.exec(location.hash);
    if (named && all[Number(named[1])]) openConversation(Number(named[1]), named[2] ?? null);
  }

  // Shown without being asked for, a conversation takes neither focus nor place.
  function openConversation(index, place, asked = true) {
    const one = all[index];
    open = index;
    byId("conversation-title").textContent = `Conversation ${one.id}`;
    const about = [one.agents.join(", "), one.team, one.channel, one.week && `week of ${one.week}`, one.empathy === null ? null : `mean empathy ${figure(one.empathy)}`,
      one.opportunities ? `${one.opportunities - one.missed} of ${one.opportunities} opportunities met` : null];
    byId("conversation-note").textContent = about.filter(Boolean).join(" \u00b7 ");
    const names = { agent: "Agent", customer: "Customer", bot: "Bot", system: "System", unknown: "Speaker" };
    byId("turns").replaceChildren(...one.turns.map(readTurn).map((turn) => showTurn(turn, names[turn.role])));
    paintFamilies();
    if (asked) {
      panes.classList.add("open");
      byId("conversations").classList.add("chosen");
    }
    for (const button of list.querySelectorAll("[aria-current]")) button.removeAttribute("aria-current");
    const at = matches.findIndex((match) => match.one.index === index);
    list.children[at]?.firstChild.setAttribute("aria-current", "true");
    steps();
    if (!asked) return;
    const turn = place === null ? null : byId(`turn-${place}`);
    turn?.classList.add("found");
    const target = turn ?? byId("conversation");
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: turn ? "center" : "nearest" });
  }

  function steps() {
    const at = matches.findIndex((match) => match.one.index === open);
    byId("previous").disabled = at <= 0;
    byId("next").disabled = at < 0 || at + 1 >= matches.length;
  }

  function step(by) {
    const at = matches.findIndex((match) => match.one.index === open);
    const next = matches[at + by];
    if (next) go(next.one.index);
  }

  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("more").addEventListener("click", () => { shown += STEP; drawList(); });
  byId("back").addEventListener("click", () => {
    panes.classList.remove("open");
    const chosen = list.querySelector("[aria-current]") ?? list.querySelector("button");
    chosen?.focus();
  });
  for (const box of document.querySelectorAll("[data-family]")) {
    box.addEventListener("change", () => {
      if (box.checked) hiddenFamilies.delete(box.dataset.family);
      else hiddenFamilies.add(box.dataset.family);
      paintFamilies();
    });
  }
  let typing = 0;
  find.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(choose, 120); });
  for (const select of selects) select.addEventListener("change", choose);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(choose));
  addEventListener("hashchange", follow);
  filters.hidden = panes.hidden = false;
  choose();
  if (all.length) openConversation(matches[0].one.index, null, false);
  follow();
}
