// k keeps, t takes, e goes to the text that can be edited: wherever nothing is being typed.
// A key that is held down settles one conflict, not the next as well.
document.addEventListener('keydown', (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select')) return;
    if (event.key === 'e') {
        const text = document.querySelector('.conflict-choice textarea');
        if (!text) return;
        event.preventDefault();
        text.focus();
        return;
    }
    if (event.key === 'k' || event.key === 't') {
        document.querySelector(`.conflict-choice [data-key="${event.key}"]`)?.click();
    }
});
