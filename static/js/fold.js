// A menu marked data-fold closes on Escape and when the reader goes somewhere else.
document.querySelectorAll("[data-fold]").forEach((fold) => {
  fold.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !fold.open) return;
    fold.open = false;
    fold.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!fold.contains(event.target)) fold.open = false;
  });
  fold.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !fold.contains(event.relatedTarget)) fold.open = false;
  });
});
