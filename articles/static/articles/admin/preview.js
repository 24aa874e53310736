// Shows the text as readers will see it, rendered by the server, while it is being typed.
const PAUSE = 400; // milliseconds without a key before the server is asked

const text = document.querySelector('#id_body');
const panel = document.querySelector('.text-panels .preview');

if (text && panel) {
    // A tree of its own: neither the admin's styles nor its ids meet those of the article.
    const shadow = panel.attachShadow({mode: 'open'});
    const style = document.createElement('link');
    style.rel = 'stylesheet';
    style.href = panel.dataset.style;
    const shown = document.createElement('div');
    shadow.append(style, shown);

    let waiting = 0;
    let asked = null;

    const show = async () => {
        asked?.abort();
        asked = new AbortController();
        const body = new FormData();
        body.set('body', text.value);
        body.set('csrfmiddlewaretoken', document.querySelector('[name=csrfmiddlewaretoken]').value);
        try {
            const answer = await fetch(panel.dataset.url, {method: 'POST', body, signal: asked.signal});
            if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
            shown.innerHTML = await answer.text(); // sanitised by the server, as on the public page
            panel.dataset.ready = text.value.length;
        } catch (error) {
            if (error.name !== 'AbortError') shown.textContent = panel.dataset.failed;
        }
    };

    text.addEventListener('input', () => {
        clearTimeout(waiting);
        waiting = setTimeout(show, PAUSE);
    });
    show();
}
