// Keys and quick answers. Every page works without this file: it only saves page loads.
"use strict";

const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
let busy = false;

function say(text, wrong) {
  const said = document.getElementById("said");
  said.textContent = text;
  said.classList.toggle("wrong", wrong === true);
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json", "x-csrf-token": token },
    body: JSON.stringify(body),
  });
  const json = await answer.json();
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`${json.error.message} ${json.error.hint}`);
  return json;
}

async function show(path) {
  const answer = await fetch(path, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.getElementById("main");
  if (!answer.ok || main === null) {
    location.assign(path);
    return;
  }
  const helpOpen = document.getElementById("help")?.open === true;
  document.getElementById("main").replaceWith(document.adoptNode(main));
  if (helpOpen) document.getElementById("help")?.setAttribute("open", "");
  history.replaceState(null, "", path);
  window.scrollTo(0, 0);
  document.getElementById("question")?.focus({ preventScroll: true });
}

function choiceOf(form) {
  const values = new FormData(form);
  const choice = {};
  for (const name of ["pair", "reason"]) if (values.get(name)) choice[name] = values.get(name);
  return choice;
}

function pathWith(path, choice) {
  const query = new URLSearchParams(choice).toString();
  return query === "" ? path : `${path}?${query}`;
}

async function act(form, button) {
  if (busy) return;
  busy = true;
  const choice = choiceOf(form);
  try {
    if (form.dataset.task === undefined) {
      const done = await post("/api/review/undo", choice);
      await show(pathWith(done.task_id === null ? "/review" : `/review/${encodeURIComponent(done.task_id)}`, choice));
      say(done.said);
    } else {
      const path = `/api/review/${encodeURIComponent(form.dataset.task)}/decision`;
      const done = await post(path, { ...choice, decision: button.value });
      await show(pathWith("/review", choice));
      say(done.said);
    }
  } catch (error) {
    await show(pathWith("/review", choice)).catch(() => undefined);
    say(error.message, true);
  } finally {
    busy = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.task === undefined && form.dataset.undo === undefined) return;
  if (event.submitter === null) return;
  event.preventDefault();
  void act(form, event.submitter);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input, select, textarea") !== null;
  if (event.key === "Escape" && typing) {
    event.target.blur();
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("q")?.select();
    document.getElementById("q")?.focus();
  } else if (event.key === "?") {
    const help = document.getElementById("help");
    if (help === null) return;
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus();
  } else {
    const button = [...document.querySelectorAll("button[data-key]")].find((one) => one.dataset.key === event.key);
    if (button === undefined || button.disabled) return;
    event.preventDefault();
    button.click();
  }
});
