// A submit button with data-confirm="question" asks once more in a dialog of the page before it sends.
// data-confirm-yes words the button that goes on; without it the pressed button's own words are used.
const element = (name, className, text) =>
  Object.assign(document.createElement(name), { className, textContent: text });

const ask = (submitter) => {
  const dialog = document.createElement("dialog");
  const question = element("p", "", submitter.dataset.confirm);
  question.id = "confirm-question";
  dialog.setAttribute("aria-labelledby", question.id);
  const row = element("div", "actions", "");
  const tone = submitter.classList.contains("button--danger") ? "button--danger" : "button--primary";
  const yes = element(
    "button",
    `button ${tone}`,
    submitter.dataset.confirmYes || submitter.textContent.trim(),
  );
  const no = element("button", "button button--quiet", "Avbryt");
  row.append(yes, no);
  dialog.append(question, row);
  document.body.append(dialog);
  yes.addEventListener("click", () => dialog.close("yes"));
  no.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue !== "yes") return submitter.focus();
    submitter.dataset.confirmed = "yes";
    submitter.form.requestSubmit(submitter);
    delete submitter.dataset.confirmed;
  });
  dialog.showModal();
  no.focus();
};

// Capturing: the question comes before anything else that listens for the form being sent
document.addEventListener(
  "submit",
  (event) => {
    const submitter = event.submitter;
    if (!submitter?.dataset.confirm || submitter.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(submitter);
  },
  true,
);
