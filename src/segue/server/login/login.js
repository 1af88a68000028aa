"use strict";
// Signs in, and lets a program that asked for it have a key: see `segue login`.
const at = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);
const challenge = asked.get("challenge");
const port = /^[0-9]{1,5}$/.test(asked.get("port") || "") ? Number(asked.get("port")) : null;
const program = (asked.get("name") || "").slice(0, 100);
let csrf = "";

function say(words, wrong = false) {
  at("said").textContent = words;
  at("said").className = wrong ? "wrong" : "";
}

function show(id, shown) {
  at(id).hidden = !shown;
}

async function call(method, path, body) {
  const headers = { "content-type": "application/json", "segue-means": "ui" };
  if (csrf) headers["segue-csrf"] = csrf;
  const answer = await fetch(`api/${path}`, {
    method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin",
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail || `The server answered with status ${answer.status}.`);
  return told;
}

function welcome(me) {
  csrf = me.csrf || "";
  show("sign-in", me.by === undefined || me.by === "none");
  show("sign-out", me.by === "session");
  show("ask", me.by === "session" && challenge !== null);
  if (me.open) {
    say("Nobody needs an account here yet.");
  } else if (me.by === "session") {
    say(`You are signed in as ${me.name} (${me.role}).`);
    at("who").textContent = program || "this computer";
  } else {
    say("Sign in with your name and password.");
    at("name").focus();
  }
}

async function attempt(work) {
  for (const button of document.querySelectorAll("button")) button.disabled = true;
  try {
    await work();
  } catch (problem) {
    say(problem.message, true);
  } finally {
    for (const button of document.querySelectorAll("button")) button.disabled = false;
  }
}

at("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const me = await call("POST", "sign-ins", { name: at("name").value, password: at("password").value });
    at("password").value = "";
    welcome(me);
  });
});

at("allow").addEventListener("click", () => attempt(async () => {
  const { code } = await call("POST", "login-codes", { challenge, name: program || "segue login" });
  show("ask", false);
  at("code").textContent = code;
  show("done", true);
  say("The terminal has what it needs.");
  // Only ever to a program of this computer.
  if (port !== null) {
    const back = new URLSearchParams({ code, state: asked.get("state") || "" });
    location.assign(`http://127.0.0.1:${port}/?${back}`);
  }
}));

at("sign-out").addEventListener("click", () => attempt(async () => {
  await call("POST", "sign-out", {});
  welcome(await call("GET", "me"));
}));

attempt(async () => welcome(await call("GET", "me")));
