'use strict';
// A choice made last stands last, also when it had been chosen before: the order of the options is what is saved.
django.jQuery(document).on('select2:select', 'select.ordered-autocomplete', (event) => {
    const select = event.target;
    const chosen = Array.from(select.options).find((option) => option.value === String(event.params.data.id));
    if (chosen && chosen !== select.lastElementChild) {
        select.append(chosen);
        django.jQuery(select).trigger('change');
    }
});
