// A form marked data-once is sent once: a double click must not become two. The server has the last word.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const marked = form.matches("[data-once]") || event.submitter?.matches("[data-once]");
  if (!marked || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  // aria-disabled and not disabled: a disabled button's name and value would be left out of what is sent
  event.submitter?.setAttribute("aria-disabled", "true");
  event.submitter?.setAttribute("aria-busy", "true");
});
// The page may come back from the browser's memory when someone presses Back
addEventListener("pageshow", () => {
  document.querySelectorAll("[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => {
      button.removeAttribute("aria-disabled");
      button.removeAttribute("aria-busy");
    });
  });
});
