// Gives the rich text field what it lacks: a name that screen readers say, Swedish words on its buttons, and a
// warning before typed text is left behind. Stands before the field's own modules, which take their words from
// gettext when they load and are ready at once.
const EDITOR_WORDS = {
  paragraph: "Stycke",
  Paragraph: "Stycke",
  "heading 3": "Underrubrik",
  "Heading 3": "Underrubrik",
  "heading 4": "Mindre underrubrik",
  "Heading 4": "Mindre underrubrik",
  "unordered list": "Punktlista",
  "ordered list": "Numrerad lista",
  "List properties": "Listans numrering",
  blockquote: "Citat",
  bold: "Fetstil",
  italic: "Kursiv",
  "insert link": "Infoga länk",
  "remove link": "Ta bort länken",
  undo: "Ångra",
  redo: "Gör om",
  "Insert table": "Infoga tabell",
  "Add column": "Lägg till kolumn",
  "Delete column": "Ta bort kolumnen",
  "Add row": "Lägg till rad",
  "Delete row": "Ta bort raden",
  "Merge cells": "Slå ihop cellerna",
  "Split cell": "Dela cellen",
  "Toggle header cell": "Rubrikcell",
  "Delete table": "Ta bort tabellen",
  Update: "Spara",
  Cancel: "Avbryt",
  Insert: "Infoga",
  "Edit Link": "Länk",
  URL: "Adress",
  Title: "Förklaring",
  "Open in new window": "Öppna i nytt fönster",
  "Table Properties": "Tabell",
  "Insert Table": "Infoga tabellen",
  Rows: "Rader",
  Columns: "Kolumner",
  "Include header row": "Rubrikrad",
  "List type": "Numrering",
  "Start at": "Börja på",
  "Decimal numbers": "Siffror",
  "Lowercase letters": "Små bokstäver",
  "Uppercase letters": "Stora bokstäver",
  "Lowercase Roman numerals": "Små romerska siffror",
  "Uppercase Roman numerals": "Stora romerska siffror",
  Bullets: "Punkter",
  Yes: "Ja",
  No: "Nej",
};
window.gettext = (text) => EDITOR_WORDS[text] ?? text;

// Called again for every change: the bar comes after the field, and a button's name follows what is chosen
const nameInSwedish = (box) => {
  const bar = box.querySelector(".prose-menubar:not([role])");
  bar?.setAttribute("role", "toolbar");
  bar?.setAttribute("aria-label", "Textens utseende");
  for (const attribute of ["title", "aria-label"]) {
    box.querySelectorAll(`[${attribute}]`).forEach((button) => {
      const word = EDITOR_WORDS[button.getAttribute(attribute)];
      if (word) button.setAttribute(attribute, word);
    });
  }
  box.querySelectorAll(".prose-menubar__option > *, dialog option").forEach((option) => {
    const word = EDITOR_WORDS[option.textContent];
    if (!word) return;
    // What is sent stays as the field knows it
    if (option.matches("option")) option.setAttribute("value", option.value);
    option.textContent = word;
  });
};

document.addEventListener("prose-editor:ready", (event) => {
  const { editor, textarea } = event.detail;
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  label.id ||= `${textarea.id}-label`;
  const described = textarea.getAttribute("aria-describedby");
  editor.setOptions({
    editorProps: {
      attributes: {
        "aria-labelledby": label.id,
        role: "textbox",
        "aria-multiline": "true",
        lang: "sv",
        spellcheck: "true",
        ...(described && { "aria-describedby": described }),
      },
    },
  });
  label.addEventListener("click", () => editor.commands.focus());
  editor.on("update", () => {
    textarea.form.dataset.changed = "yes";
  });
  const box = textarea.closest(".prose-editor");
  // Tab leads on, always: the field would indent lists with it, and add rows to a table without end
  box.addEventListener(
    "keydown",
    (pressed) => {
      if (pressed.key === "Tab") pressed.stopPropagation();
    },
    true,
  );
  nameInSwedish(box);
  new MutationObserver(() => nameInSwedish(box)).observe(box, {
    childList: true,
    subtree: true,
    attributeFilter: ["title", "aria-label"],
  });
});

for (const form of document.querySelectorAll("form[data-unsaved]")) {
  form.addEventListener("input", () => {
    form.dataset.changed = "yes";
  });
  form.addEventListener("submit", () => {
    delete form.dataset.changed;
  });
  window.addEventListener("beforeunload", (event) => {
    if (form.dataset.changed) event.preventDefault();
  });
}
