// Moves focus to the list of errors, so that a reader hears at once what needs to be corrected.
document.querySelector("[data-error-summary]")?.focus();
