// Turns the article's text box into a Markdown editor: EasyMDE, whose text is exactly the box's own.
// Where fingers type, the box stays as it is: their keyboards compose Chinese in it best.
const area = document.querySelector('#id_body');

if (area && window.matchMedia('(pointer: fine)').matches) {
    const words = JSON.parse(area.dataset.words);
    const figures = document.querySelectorAll('.figures .inline-related').length;

    // The place of the first figure that the text does not show yet; of the first, if it shows all.
    const insertFigure = (editor) => {
        const text = editor.codemirror.getValue();
        const missing = Array.from({length: figures}, (_, n) => n + 1)
            .find((n) => !new RegExp(`\\{\\{<\\s*figure\\s+${n}\\s*>\\}\\}`).test(text));
        editor.codemirror.replaceSelection(`{{< figure ${missing ?? 1} >}}`);
        editor.codemirror.focus();
    };
    const button = (name, action, icon) => ({name, action, icon, title: words[name], className: `md-${name}`});
    const toolbar = [
        button('bold', EasyMDE.toggleBold, '<b>B</b>'),
        button('italic', EasyMDE.toggleItalic, '<i>I</i>'),
        button('heading', EasyMDE.toggleHeading2, 'H'),
        '|',
        button('quote', EasyMDE.toggleBlockquote, '”'),
        button('list', EasyMDE.toggleUnorderedList, '•'),
        button('numbers', EasyMDE.toggleOrderedList, '1.'),
        button('link', EasyMDE.drawLink, '↗'),
        ...(figures ? [button('figure', insertFigure, '▣')] : []),
        '|',
        button('undo', EasyMDE.undo, '↶'),
        button('redo', EasyMDE.redo, '↷'),
    ];
    const editor = new EasyMDE({
        element: area,
        toolbar,
        autoDownloadFontAwesome: false,
        spellChecker: false,
        nativeSpellcheck: false,
        status: false,
        insertTexts: {link: ['[', '](https://)']},
        // the preview beside the editor is the server's own, and fills no screen
        shortcuts: {togglePreview: null, toggleSideBySide: null, toggleFullScreen: null},
    });
    const inner = editor.codemirror;
    // Tab goes on to the next field, as in every form.
    inner.setOption('extraKeys', {...inner.getOption('extraKeys'), Tab: false, 'Shift-Tab': false});
    inner.getInputField().setAttribute('aria-label', document.querySelector('label[for=id_body]').textContent.trim());
    inner.getInputField().setAttribute('aria-describedby', area.getAttribute('aria-describedby') ?? '');
    document.querySelector('label[for=id_body]').addEventListener('click', () => inner.focus());
    inner.on('change', () => {
        inner.save();
        area.dispatchEvent(new Event('input', {bubbles: true}));
    });
    // Whoever comes back to the form finds in the box what they had typed: the browser puts it there after this
    // script has run, and the editor would write the older text over it.
    window.addEventListener('pageshow', () => {
        if (area.value !== inner.getValue()) inner.setValue(area.value);
    });
}
