"use strict";
// Draws what /state tells, every second. All text is set as text, never as HTML.

const EVERY = 1000;
const WORDS = { firing: { page: "PAGE", ticket: "TICKET" }, held: "HELD BACK", pending: "PENDING" };
const at = id => document.getElementById(id);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter(child => child !== null && child !== ""));
  return element;
}

// Leaves alone what the keyboard or a selection is in.
function fill(element, ...children) {
  const selected = getSelection();
  const busy = element.contains(document.activeElement) || (selected.type === "Range" && element.contains(selected.anchorNode));
  if (!busy) element.replaceChildren(...children);
  return !busy;
}

function counted(names) {
  const numbers = new Map();
  for (const name of names) numbers.set(name, (numbers.get(name) ?? 0) + 1);
  return [...numbers].map(([name, number]) => number > 1 ? `${name} (${number})` : name).join(", ");
}

function link(href, text) {
  return href.startsWith("http://") ? make("a", { href }, text) : make("span", {}, text);
}

const percent = (share, digits) => share === null ? "no data" : `${(100 * share).toFixed(digits)}%`;
const times = rate => rate === null ? "–" : `${rate < 10 ? rate.toFixed(1) : rate.toFixed(0)}×`;
const clock = seconds => new Date(seconds * 1000).toTimeString().slice(0, 8);
const lasted = seconds => seconds < 90 ? `${Math.max(0, Math.round(seconds))}s` : `${Math.round(seconds / 60)}min`;

function bar(kind, share) {
  const element = make("span", { class: kind });
  element.style.width = `${100 * Math.min(1, Math.max(0, share))}%`;
  return element;
}

function tick(kind, share) {
  const element = make("span", { class: kind });
  element.style.left = `${100 * Math.min(1, share)}%`;
  return element;
}

// A threshold stands in the middle of its bar, and the bar ends at twice the threshold.
function tierBars(tier) {
  const over = tier.burn_long > tier.threshold && tier.burn_short > tier.threshold;
  const colour = over ? ` over ${tier.severity}` : "";
  const told = `${tier.name}: ${times(tier.burn_long)} in ${tier.long}, ${times(tier.burn_short)} in ${tier.short}, threshold ${tier.threshold}`;
  return [
    make("span", { class: "label" }, `${tier.name} ${tier.severity}`),
    make("span", { class: "track", role: "img", "aria-label": told, title: told },
      bar(`long${colour}`, tier.burn_long / tier.threshold / 2),
      bar(`short${colour}`, tier.burn_short / tier.threshold / 2),
      tick("tick", 0.5)),
    make("span", { class: "value", "data-over": over ? "yes" : "no", "data-severity": tier.severity },
      `${times(tier.burn_long)} of ${tier.threshold}×`),
  ];
}

function sloCard(slo) {
  const bad = slo.sli !== null && 100 * slo.sli < parseFloat(slo.objective);
  const budget = slo.budget;
  const spent = budget !== null && budget <= 0;
  const left = budget === null ? "full (new)" : percent(budget, 1);
  return make("article", { class: "slo", title: slo.description, id: slo.name, "data-slo": slo.name },
    make("h3", {}, slo.name, make("span", { class: "sli", "data-bad": bad ? "yes" : "no" }, percent(slo.sli, 2))),
    make("p", {}, `objective ${slo.objective} over ${slo.period}; now: the last ${slo.window}`),
    make("div", { class: "bars" },
      make("span", { class: "label" }, "budget left"),
      make("span", { class: "track" }, bar(`whole${spent ? " over" : ""}`, budget === null ? 1 : spent ? 1 : budget)),
      make("span", { class: "value", "data-over": spent ? "yes" : "no" }, left),
      ...slo.tiers.flatMap(tierBars)));
}

function driftCard(drift) {
  const most = 4;
  const rows = drift.features.flatMap(feature => {
    const over = feature.ratio > 1;
    const usual = feature.usual === null ? "" : `, usual ${times(feature.usual)}`;
    return [
      make("span", { class: "label" }, feature.name),
      make("span", { class: "track", title: `${feature.name}: ${times(feature.ratio)} its threshold${usual}` },
        bar(`whole${over ? " over ticket" : ""}`, feature.ratio / most), tick("tick", 1 / most),
        ...(feature.usual === null ? [] : [tick("usual", feature.usual / most)])),
      make("span", { class: "value", "data-over": over ? "yes" : "no", "data-severity": "ticket" }, `${times(feature.ratio)} of 1×`),
    ];
  });
  const known = drift.features.some(feature => feature.usual !== null);
  return make("article", { class: "slo", "data-drift": drift.name },
    make("h3", {}, drift.name),
    make("p", {}, `Drift scores over their thresholds${known ? "; dotted: usual at this hour of the week" : ""}.`),
    make("div", { class: "bars" }, ...rows));
}

// Alerts of the same name and state are one card, with their number: a slice each, a metric each.
function alertCards(alerts, now) {
  const groups = new Map();
  for (const alert of alerts) {
    const key = JSON.stringify([alert.title, alert.state, alert.by]);
    groups.set(key, [...(groups.get(key) ?? []), alert]);
  }
  return [...groups.values()].map(group => alertCard(group[0], group.length, now));
}

function alertCard(alert, number, now) {
  const kind = alert.state === "firing" ? alert.severity : alert.state;
  const badge = alert.state === "firing" ? WORDS.firing[alert.severity] : WORDS[alert.state];
  const rest = alert.state === "held"
    ? `by ${alert.by}; else a ${alert.severity} to ${alert.owner}`
    : `${alert.sev}, ${alert.severity} to ${alert.owner}, for ${lasted(now - alert.since)}`;
  return make("div", { class: `alert ${kind}`, "data-state": alert.state, title: alert.description },
    make("div", { class: "line" },
      make("span", { class: "badge" }, badge), make("span", { class: "title" }, number > 1 ? `${alert.title} (${number})` : alert.title)),
    make("div", { class: "rest" }, rest, "; ", link(alert.runbook, "runbook")));
}

function guardCard(guard) {
  const holds = guard.holds.length ? `holds back ${guard.holds.join(", ")}` : "holds back nothing yet";
  return make("div", { class: "alert guard", "data-guard": guard.kind },
    make("div", { class: "line" },
      make("span", { class: "badge" }, "GUARD"), make("span", { class: "title" }, guard.title)),
    make("div", { class: "holds" }, holds),
    make("div", { class: "rest" }, `${guard.description} `, link(guard.runbook, "runbook")));
}

function showVerdict(verdict) {
  const box = at("verdict"), false_page = verdict.headline.startsWith("none: a false page");
  box.dataset.surface = verdict.surface === "none" ? (false_page ? "guarded" : "none")
    : verdict.surface === "unknown" ? "unknown" : "failing";
  setText(at("headline"), verdict.headline);
  setText(at("doubts"), verdict.doubts.join(" "));
  for (const step of verdict.steps) {
    const state = document.querySelector(`[data-state-of="${step.surface}"]`);
    setText(state, step.state);
    state.dataset.state = step.state;
    document.querySelector(`[data-lane="${step.surface}"]`).dataset.fails = verdict.surface === step.surface ? "yes" : "no";
  }
  fill(at("steps"), make("div", { class: "steps" }, ...verdict.steps.flatMap(step => [
    make("h3", {}, `${step.surface}: ${step.state}`),
    ...step.findings.map(finding => make("div", { class: "finding" },
      make("span", { class: "is", "data-state": finding.state }, finding.state),
      make("span", {}, `${finding.what}: ${finding.value}; ${finding.reason}`, finding.query ? make("code", {}, finding.query) : ""))),
  ])));
}

// What is announced to screen readers is touched only when it changes.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function entries(state) {
  const told = state.told.flatMap(each => [
    ...(each.firing.length ? [{ ...each, kind: each.severity, what: each.severity === "page" ? "PAGE to" : "TICKET to", names: each.firing }] : []),
    ...(each.resolved.length ? [{ ...each, kind: "resolved", what: "resolved for", names: each.resolved }] : []),
  ]);
  const deeds = state.deeds.map(each => ({ at: each.at, kind: "deed", what: each.begins ? "you broke" : "you mended", names: [each.fault] }));
  return [...told, ...deeds].sort((a, b) => b.at - a.at);
}

let shown = "";
function showTold(state) {
  const found = entries(state);
  const identity = JSON.stringify(found);
  if (identity === shown || !found.length) return;
  const first = new Set();
  for (const each of [...found].reverse()) {  // the first to be told after each deed
    if (each.kind !== "page" && each.kind !== "ticket") continue;
    const deed = found.find(other => other.kind === "deed" && other.what === "you broke" && other.at <= each.at);
    if (deed && each.began >= deed.at && !first.has(deed)) { first.add(deed); each.after = each.at - deed.at; }
  }
  const filled = fill(at("told"), ...found.map(each => make("li", { class: each.kind },
    make("span", { class: "when" }, clock(each.at)),
    make("span", {}, make("span", { class: "what" }, each.what), each.kind === "deed" ? ` ${each.names[0]}` : ` ${each.owner}`,
      each.after === undefined ? "" : make("span", { class: "after" }, `, ${lasted(each.after)} after the fault`)),
    each.kind === "deed" ? "" : make("span", { class: "names" }, each.runbook ? link(each.runbook, counted(each.names)) : counted(each.names)))));
  if (filled) shown = identity;
}

function showSeen(seen) {
  showVerdict(seen.verdict);
  for (const surface of ["serving", "data", "model"]) {
    const of = list => list.filter(each => each.surface === surface);
    fill(document.querySelector(`[data-alerts-of="${surface}"]`), ...alertCards(of(seen.alerts), seen.at));
    fill(document.querySelector(`[data-slos-of="${surface}"]`),
      ...of(seen.slos).map(sloCard), ...of(seen.drifts).map(driftCard));
  }
  fill(at("guards"), ...(seen.guards.length ? seen.guards.map(guardCard) : [make("p", { class: "none" }, "None has seen anything.")]));
}

function show(state) {
  for (const button of document.querySelectorAll("button.fault")) button.setAttribute("aria-pressed", button.value in state.active);
  if (state.seen.failure) setText(at("headline"), state.seen.failure);
  else showSeen(state.seen);
  showTold(state);
}

let asking = false;
async function refresh() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    show(await (await fetch("/state")).json());
  } catch (failure) {
    at("verdict").dataset.surface = "unknown";
    setText(at("headline"), "The demo has ended, or does not answer.");
  }
  asking = false;
}

document.addEventListener("submit", async event => {
  event.preventDefault();
  const button = event.submitter, pressed = button.getAttribute("aria-pressed") === "true";
  const body = new URLSearchParams(button.value ? { fault: button.value } : {});
  await fetch(pressed ? "/clear" : event.target.getAttribute("action"), { method: "POST", body });
  refresh();
});

// A link to what is folded unfolds it.
document.addEventListener("click", event => {
  const target = event.target.closest?.("a[href^='#']");
  const folded = target && document.querySelector(target.getAttribute("href"));
  if (folded instanceof HTMLDetailsElement) folded.open = true;
});

refresh();
setInterval(refresh, EVERY);
