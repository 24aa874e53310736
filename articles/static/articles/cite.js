// Copy buttons beside citations. Without this file they stay hidden, and the texts can be selected by hand.
const status = document.querySelector("[data-copy-status]");

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      } catch {
        // refused by the browser: the text is selected, ready for the reader's own copy command
        getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
        return;
      }
      button.textContent = status.textContent = button.dataset.copied;
      setTimeout(() => {
        button.textContent = label;
        status.textContent = "";
      }, 2000);
    });
  }
}
