/** Asks for the token of a server that demands one. */

import { ask } from "./api.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { sentence } from "./words.js";

/** Ask for it over the page, and call `entered` once it is right. */
export function askToken(entered) {
  if (document.querySelector("dialog.login")) return;
  const field = el("input.field", {
    type: "password",
    name: "token",
    required: true,
    autocomplete: "current-password",
    id: "token",
  });
  const trouble = el("p.trouble-text", { role: "alert" });
  const enter = async (event) => {
    event.preventDefault();
    trouble.textContent = "";
    try {
      await ask("/login", { method: "POST", json: { token: field.value.trim() } });
      dialog.close();
      dialog.remove();
      entered();
    } catch (error) {
      trouble.textContent =
        error.code === "token_needed" ? "That is not the token of this server; look at it again." : sentence(error);
      field.select();
    }
  };
  const dialog = el(
    "dialog.login",
    { "aria-labelledby": "login-title", oncancel: (event) => event.preventDefault() },
    el(
      "form.login-body",
      { onsubmit: enter },
      el("img", { src: "icon.svg", alt: "", width: "44", height: "44" }),
      el("h2", { id: "login-title" }, "This library asks who you are"),
      el("p", "Enter the token that was shown when the server was started."),
      el("label", { for: "token" }, "Token"),
      field,
      trouble,
      el("button", { type: "submit", class: "button button-main" }, icon("check"), "Enter"),
      el("p.panel-note", "Lost it? ", el("code", "footage serve --new-token"), " makes another."),
    ),
  );
  document.getElementById("overlays").append(dialog);
  dialog.showModal();
  field.focus();
}
